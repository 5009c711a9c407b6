//! Cosignatures and time stamps in the rows: true ones are in order, altered ones are named.

use crate::{faults, house::Bureau, tsa};
use ed25519_dalek::SigningKey;
use zhijian::{
    ledger::{CosignatureSigner, note::Note, timestamp},
    store::{Error, checkpoints, cosignatures, timestamps},
};

/// A bureau whose newest checkpoint is cosigned and stamped.
async fn bureau(dir: &std::path::Path) -> Bureau {
    let bureau = Bureau::with_case().await;
    bureau.seal().await;
    let newest = bureau.house.store.read(checkpoints::latest).await.unwrap().unwrap();
    let witness =
        CosignatureSigner::new("witness.example/w", SigningKey::from_bytes(&[7; 32])).unwrap();
    let line = witness.cosign(&Note::parse(&newest.note).unwrap().text, 1_763_700_000).unwrap();
    let cosignature = cosignatures::Cosignature {
        size: newest.size,
        witness: witness.verifier().to_string(),
        time: 1_763_700_000,
        line: line.to_string(),
    };
    let tsa = tsa::Tsa::new(dir, tsa::EC);
    let answer = tsa.reply(&timestamp::request(newest.note.as_bytes(), &[9; 16]).unwrap());
    let (token, stamp) = timestamp::token(&answer, newest.note.as_bytes(), &[9; 16]).unwrap();
    let stamp = timestamps::Timestamp {
        size: newest.size,
        authority: "示例".into(),
        time: stamp.time.millis(),
        token,
    };
    let keep = move |db: &mut _| {
        cosignatures::insert(db, &cosignature)?;
        timestamps::insert(db, &stamp)?;
        Ok::<_, Error>(())
    };
    bureau.house.store.write(keep).await.unwrap();
    bureau
}

#[actix_web::test]
async fn altered_cosignatures_and_time_stamps_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let bureau = bureau(dir.path()).await;
    assert_eq!(faults(&bureau).await, []);
    for (sql, named) in [
        ("UPDATE cosignatures SET time = time + 1", "联署"),
        ("UPDATE cosignatures SET line = replace(line, 'w', 'v')", "联署"),
        ("UPDATE timestamps SET time = time + 1000", "时间戳"),
        ("UPDATE timestamps SET token = substr(token, 1, length(token) - 1) || x'00'", "时间戳"),
    ] {
        let known = faults(&bureau).await.len();
        bureau.tamper(sql);
        let found = faults(&bureau).await;
        assert!(
            found.len() >= known && found.iter().any(|fault| fault.place.contains(named)),
            "{sql}: {found:?}"
        );
    }
    assert_eq!(faults(&bureau).await.len(), 2);
}
