//! Faults in Chinese, for the details of verdicts. Never quotes field values.

use super::{
    canonical::CanonicalFault,
    dsse::{EnvelopeFault, SignatureFault},
    entry::ChainFault,
    note::NoteFault,
    proof::ProofFault,
    record::RecordFault,
};

pub(super) fn canonical(fault: &CanonicalFault) -> String {
    match fault {
        CanonicalFault::TooLong { limit } => format!("超过 {limit} 字节"),
        CanonicalFault::TooDeep => "嵌套层数过多".into(),
        CanonicalFault::NotJson { column } => format!("不是有效的 JSON（第 {column} 字节）"),
        CanonicalFault::Number => "含有不允许的数字".into(),
        CanonicalFault::NotCanonical => "不是规范写法，字节已被改动".into(),
        CanonicalFault::Shape => "缺少项目、多出项目或项目类型不符".into(),
    }
}

pub(super) fn record(fault: &RecordFault) -> String {
    match fault {
        RecordFault::Json(fault) => format!("记录内容{}", canonical(fault)),
        RecordFault::Schema => "记录的格式版本不明".into(),
        RecordFault::Nameless => "记录缺少所属的链或种类".into(),
        RecordFault::Signers => "记录的签署人名单不符合规定".into(),
    }
}

pub(super) fn envelope(fault: &EnvelopeFault) -> String {
    match fault {
        EnvelopeFault::Json(fault) => format!("信封{}", canonical(fault)),
        EnvelopeFault::PayloadType => "信封装的不是执法记录".into(),
    }
}

pub(super) fn signature(fault: &SignatureFault) -> String {
    match fault {
        SignatureFault::Payload(fault) => record(fault),
        SignatureFault::Count => "没有签名，或者签名过多".into(),
        SignatureFault::Duplicate(key) => format!("密钥 {key} 重复签名"),
        SignatureFault::Foreign(key) => format!("密钥 {key} 不在记录的签署人名单中"),
        SignatureFault::Missing(key) => format!("缺少密钥 {key} 的签名"),
        SignatureFault::UnknownKey(key) => format!("没有附上密钥 {key} 的公钥"),
        SignatureFault::Bad(key) => {
            format!("密钥 {key} 的签名无效：记录在签署后被改动，或者签名系伪造")
        }
    }
}

/// An entry's number as people count, from 1.
pub(super) fn nth(seq: u64) -> u64 {
    seq.saturating_add(1)
}

pub(super) fn chain(fault: &ChainFault) -> String {
    match *fault {
        ChainFault::Gap { expected, found } => {
            format!("缺第 {} 号条目，其位置上是第 {} 号", nth(expected), nth(found))
        }
        ChainFault::Fork { seq } => format!("第 {} 号条目重复或次序颠倒", nth(seq)),
        ChainFault::WrongPrev { seq } => {
            format!("第 {} 号条目没有接在前一条目之后，二者之一被改动", nth(seq))
        }
        ChainFault::OtherChain { seq } => format!("第 {} 号条目属于另一条链", nth(seq)),
    }
}

pub(super) fn proof(fault: ProofFault) -> &'static str {
    match fault {
        ProofFault::OutOfRange => "序号超出日志范围",
        ProofFault::Length => "证明路径长度不对",
        ProofFault::OldRoot | ProofFault::Root => {
            "算出的日志根与检查点不一致：条目、随机数、叶序号或证明路径被改动"
        }
    }
}

pub(super) fn note(fault: &NoteFault) -> String {
    match fault {
        NoteFault::Malformed | NoteFault::Unsignable => "签名文书格式不符".into(),
        NoteFault::VerifierKey | NoteFault::Name => "日志公钥格式不符".into(),
        NoteFault::Unsigned => "没有所信任的日志密钥的签名".into(),
        NoteFault::BadSignature(name) => format!("{name} 的签名无效"),
    }
}
