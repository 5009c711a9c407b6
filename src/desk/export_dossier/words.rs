//! What a dossier says to people who open it: `说明.txt`.

use crate::{
    base::Moment,
    ledger::dossier::{Manifest, Variant},
};

fn purpose(variant: Variant) -> &'static str {
    match variant {
        Variant::Whole => "全卷，含本案全部记录、全部字段和全部附件。",
        Variant::Court => {
            "司法卷，供人民法院、人民检察院、行政复议机关等依法调取，含本案全部记录、全部字段、\
             全部附件，以及办案所依据的规则文本（rules）。"
        }
        Variant::Party => {
            "当事人卷，供当事人查阅、复制。依法不向当事人提供的记录只列其在链上的位置，\
             依法隐去的字段只列其摘要；两者的内容都已固定，日后需要时可以逐项出示并证明未经改动。"
        }
        Variant::Public => {
            "公开卷，只含向社会公示的内容。其余记录只列其在链上的位置，其余字段只列其摘要，\
             其存在与内容均已固定。"
        }
    }
}

/// The text for `manifest`, whose own entry for it is not yet filled in.
pub fn explanation(manifest: &Manifest) -> String {
    let made: Moment = manifest.made_at;
    let counts = format!(
        "记录 {} 条，附件 {} 个，未随卷的附件 {} 个，时间戳 {} 枚。",
        manifest.records.len(),
        manifest.exhibits.len(),
        manifest.withheld.len(),
        manifest.timestamps.len()
    );
    let (label, number) = (manifest.variant.label(), &manifest.number);
    format!(
        "执鉴案卷　{label}\n\n\
         编号：{number}\n制卷时间：北京时间 {} {}\n{counts}\n\n\
         一、这是什么\n{}\n\n\
         二、卷内有什么\n\
         manifest.json　目录：列明全部文件及其摘要。\n\
         seal　　　　　　封签：存证日志对目录的签名。\n\
         records　　　　记录：每个文件是一条，含签名原文、所示字段及其随机数、链条目、日志叶和收录证明。\n\
         exhibits　　　　附件：证据原件，以其 SHA-256 命名。\n\
         keys　　　　　　密钥：各签名密钥的登记、注销记录及其证明。\n\
         checkpoint　　　检查点：存证日志的签名，附见证方的联署。\n\
         policy　　　　　信任策略：列明日志和见证方的公钥。\n\
         timestamps　　　时间戳：时间戳机构对检查点的证明（RFC 3161）。\n\n\
         三、怎样核验\n\
         任选其一，都不需要把案卷交给任何人：\n\
         1. 在公示网站的“存证核验”页面选择本案卷的 zip 文件，由浏览器在本机核对；\n\
         2. 运行 zhijian-verify，后面写本文件夹或者 zip 文件的路径。\n\
         核验应当使用另行取得的日志公钥（--vkey）和信任策略（--policy），否则只能证明案卷前后一致。\n\
         每一步的做法和全部格式都是公开的，任何人都可以据以自行编写核验程序。\n\n\
         四、核验说明什么\n\
         核验通过，说明卷内记录自签名以来没有被改动、抽换，也没有从中间抽走；\n\
         制卷以后是否另有记录，须向存证方查询。决定是否合法、适当，由复议机关和人民法院依法审查。\n",
        made.day(),
        made.clock_time(),
        purpose(manifest.variant),
    )
}
