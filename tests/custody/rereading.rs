//! The daily reading of the exhibits: damage is found, remembered until it is mended, and never counted twice a day.

use crate::house::{Bureau, overwrite};
use std::fs;
use zhijian::desk::fixity::{self, Round};

async fn round(bureau: &Bureau) -> Round {
    fixity::check_some(&bureau.house).await.unwrap();
    bureau.house.store.read_blocking(fixity::last).unwrap().unwrap()
}

/// As if a day had passed.
fn tomorrow(bureau: &Bureau) {
    let due = |db: &mut zhijian::store::Db| db.run_script("UPDATE jobs SET due_at = 0");
    bureau.house.store.write_blocking(due).unwrap();
}

#[actix_web::test]
async fn damage_is_found_and_stays_known_until_it_is_mended() {
    let bureau = Bureau::with_case().await;
    assert!(bureau.house.store.read_blocking(fixity::last).unwrap().is_none());
    let first = round(&bureau).await;
    assert_eq!((first.read, first.broken.len()), (1, 0));
    assert!(first.bytes > 0);
    assert_eq!(round(&bureau).await, first, "once a day");

    let path = bureau.exhibit_path();
    let good = fs::read(&path).unwrap();
    let mut bad = good.clone();
    bad[good.len() / 2] ^= 0x10;
    overwrite(&path, &bad);
    tomorrow(&bureau);
    assert_eq!(round(&bureau).await.broken.len(), 1, "a flipped bit");
    fs::remove_file(&path).unwrap();
    tomorrow(&bureau);
    assert_eq!(round(&bureau).await.broken.len(), 1, "a missing file");
    fs::write(&path, &good).unwrap();
    tomorrow(&bureau);
    assert_eq!(round(&bureau).await.broken.len(), 0, "mended from a copy");
}
