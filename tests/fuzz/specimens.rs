//! Good bytes of every format, to begin with.

use crate::{
    log::HONEST,
    others::token,
    story,
    world::{World, log_signer},
};
use std::{
    collections::BTreeMap,
    io::{Cursor, Write as _},
};
use zhijian::{
    law::act::ReviewResult,
    ledger::{
        CosignatureSigner, Leaf, RecordProof, TlogProof, canonical,
        dossier::manifest::MANIFEST,
        note::Note,
        tile::hash_tile,
        tlog_proof::{OPENING, Opening},
    },
};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

const LIST: &str = "行政处罚决定书文号,行政相对人名称,行政相对人类别,统一社会信用代码,违法行为类型,违法事实,处罚依据,处罚类别,处罚内容,罚款金额(万元),处罚决定日期,公示截止期,处罚机关\n\
    演市监处罚〔2026〕1号,演示县知味餐饮有限公司,法人及非法人组织,91990101MADM10014P,经营超过保质期的食品,\"现场，\n货架\",《食品安全法》第一百二十四条,罚款,罚款5000元,0.5,2026/03/02,2029/01/01,演示县市场监督管理局\n";
const JSON_LIST: &str = r#"[{"行政处罚决定书文号":"演市监处罚〔2026〕1号","行政相对人名称":"甲","罚款金额":"伍仟元整","处罚决定日期":"二〇二六年三月二日"}]"#;

const HEADERS: &str = "1073741824\n4096\nsha256 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\
    filename 5b2V5YOPLm1wNA==,case YQ==,flag\napplication/offset+octet-stream\n1.0.0";

/// What parsers trip over.
pub const WORDS: [&[u8]; 22] = [
    b"\n",
    b"\n\n",
    b"\xe2\x80\x94 ",
    b"\"",
    b"\\u0000",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"=",
    b"-1",
    b"0",
    b"9007199254740993",
    b"18446744073709551616",
    b"1e9",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"null",
];

/// Some of each target's, by its name.
pub fn all() -> BTreeMap<&'static str, Vec<Vec<u8>>> {
    let world = World::new();
    let proof = world.proof(0);
    let note = proof.checkpoint.clone();
    let text = Note::parse(&note).unwrap().text;
    let key = ed25519_dalek::SigningKey::from_bytes(&[9; 32]);
    let witness = CosignatureSigner::new("w.example/w1", key).unwrap();
    let cosigned = format!("{note}{}\n", witness.cosign(&text, 1_679_315_147).unwrap());
    let vkeys = [log_signer().verifier().to_string(), witness.verifier().to_string()];
    let policy = format!(
        "# whom we trust\nlog {}\nwitness w1 {}\ngroup g all w1\nquorum g\n",
        vkeys[0], vkeys[1]
    );
    let gbk = encoding_rs::GBK.encode(LIST).0.into_owned();
    let leaf = Leaf::new(&[3; 32], zhijian::base::Digest::ZERO).0;
    let bundle: Vec<u8> = [&[0, 33][..], &leaf].concat();
    let made = &world.made;
    let fields = made.iter().flat_map(|one| &one.fields);
    let texts = |all: &[&str]| all.iter().map(|text| text.as_bytes().to_vec()).collect();
    BTreeMap::from([
        ("record", made.iter().map(|one| one.envelope.payload.clone()).collect()),
        ("dsse", made.iter().map(|one| one.envelope.to_bytes()).collect()),
        ("field", fields.map(|field| canonical::write(field).unwrap()).collect()),
        (
            "canonical",
            texts(&[r#"{"a":[1,-2,null,true],"é":"\u0001\"","中":{"k":9007199254740991}}"#]),
        ),
        ("note", texts(&[&note, &cosigned])),
        ("checkpoint", texts(&[&text, &format!("{text}more\n")])),
        (
            "tile_path",
            texts(&[
                "tile/3/x001/x234/067.p/9",
                "tile/entries/000",
                "tile/0/999.p/255",
                // The last that there can be.
                "tile/63/x018/x446/x744/x073/x709/x551/615",
            ]),
        ),
        (
            "tiles",
            vec![leaf.to_vec(), bundle.repeat(2), hash_tile(&[zhijian::base::Digest::ZERO; 2])],
        ),
        ("proof", (0..made.len()).map(|n| world.proof(n).to_bytes().unwrap()).collect()),
        ("record_proof", vec![proof.record.to_bytes().unwrap()]),
        ("tlog_proof", texts(&[&receipt(&world, &cosigned)])),
        ("policy", texts(&[&policy, "quorum none\n"])),
        ("add_checkpoint", texts(&[&HONEST.body(3, 11), &HONEST.body(0, 1)])),
        ("log_key", texts(&[&vkeys[0]])),
        ("witness_key", texts(&[&vkeys[1]])),
        ("manifest", vec![world.dossier().files[MANIFEST].clone()]),
        ("procedure", vec![case()]),
        ("timestamp", vec![token(), answered(&token())]),
        (
            "zip",
            vec![
                zipped(&world, CompressionMethod::Stored),
                zipped(&world, CompressionMethod::Deflated),
            ],
        ),
        ("tus_headers", texts(&[HEADERS])),
        ("penalty_list", vec![LIST.into(), gbk, JSON_LIST.into(), LIST.replace(',', "\t").into()]),
    ])
}

/// A receipt of the first record.
fn receipt(world: &World, note: &str) -> String {
    let RecordProof { entry, leaf, inclusion, .. } = world.proof(0).record;
    let opening = Opening { entry, format: OPENING.into(), nonce: leaf.nonce };
    TlogProof::receipt(&opening, leaf.index, inclusion, note.to_owned()).unwrap().to_text()
}

/// An authority's answer: granted, with this token.
fn answered(token: &[u8]) -> Vec<u8> {
    let content = [&[0x30, 3, 2, 1, 0], token].concat();
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    [&[0x30, 0x82], &length[..], &content].concat()
}

/// The facts of a major case from its filing to its disclosure, a record a line.
fn case() -> Vec<u8> {
    let fine = story::fine(120_000);
    let told = [
        story::filing(),
        story::inspection(),
        story::interview(),
        story::evidence(),
        story::conclusion(fine.clone()),
        story::submission(821, 1, fine.clone()),
        story::review(825, 1, story::head(5), ReviewResult::Agree),
        story::notice(826, fine.clone(), true),
        story::statement(827, false, true, true),
        story::hearing(),
        story::discussion(911, fine.clone()),
        story::decision(912, fine, Some(story::record(6))),
        story::service(913),
        story::disclosure(914, story::record(11)),
    ];
    let lines = told.iter().map(|act| serde_json::to_string(act).unwrap() + "\n");
    lines.collect::<String>().into_bytes()
}

/// The dossier as one file.
fn zipped(world: &World, method: CompressionMethod) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    for (name, bytes) in world.dossier().files {
        zip.start_file(name, options).unwrap();
        zip.write_all(&bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}
