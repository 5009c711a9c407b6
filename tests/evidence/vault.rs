//! Bytes at rest: settled once, proven, read in part, healed, never published wrong.

use crate::common::{bytes, samples};
use futures_util::TryStreamExt as _;
use object_store::memory::InMemory;
use std::{path::Path, sync::Arc, time::Duration};
use zhijian::{
    base::Digest,
    evidence::vault::{Kept, Vault, VaultError},
};

fn stage(dir: &Path, data: &[u8]) -> std::path::PathBuf {
    let path = dir.join("staged.part");
    let _ = std::fs::remove_file(&path);
    std::fs::write(&path, data).unwrap();
    path
}

async fn read(vault: &Vault, digest: Digest, range: Option<std::ops::Range<u64>>) -> Vec<u8> {
    let reading = vault.open_range(digest, range).await.unwrap();
    let expected = reading.range.end - reading.range.start;
    let pieces: Vec<_> = reading.stream.try_collect().await.unwrap();
    if let Some((_, all_but_last)) = pieces.split_last() {
        assert!(all_but_last.iter().all(|piece| piece.len() >= 64 << 10), "pieces are large");
    }
    let whole = pieces.concat();
    assert_eq!(whole.len() as u64, expected);
    whole
}

/// Both ways to keep bytes: a local folder and any other store.
fn vaults(dir: &Path) -> [Vault; 2] {
    [Vault::open(&dir.join("vault")).unwrap(), Vault::over(Arc::new(InMemory::new()))]
}

#[tokio::test]
async fn settled_bytes_come_back_whole_and_in_part() {
    let dir = tempfile::tempdir().unwrap();
    for vault in vaults(dir.path()) {
        for len in [0, 1, 65_536, 300_000, 9_000_000] {
            let data = bytes(len, len as u64);
            let digest = Digest::of(&data);
            let staged = stage(dir.path(), &data);
            vault.settle(&staged, digest, len as u64).await.unwrap();
            vault.settle(&staged, digest, len as u64).await.unwrap();
            std::fs::remove_file(&staged).unwrap();
            vault.settle(&staged, digest, len as u64).await.unwrap();
            assert_eq!(vault.contains(digest).await.unwrap(), Some(len as u64));
            assert_eq!(vault.rehash(digest).await.unwrap(), (digest, len as u64));
            assert_eq!(read(&vault, digest, None).await, data);
            if len > 10 {
                let (start, end) = (len / 3, len - 3);
                let part = read(&vault, digest, Some(start as u64..end as u64)).await;
                assert_eq!(part, &data[start..end]);
                assert_eq!(
                    read(&vault, digest, Some(start as u64..u64::MAX)).await,
                    &data[start..]
                );
            }
            let behind = vault.open_range(digest, Some(len as u64..len as u64 + 1)).await;
            assert!(matches!(behind, Err(VaultError::Range { total }) if total == len as u64));
        }
        let all: Vec<Kept> = vault.list().try_collect().await.unwrap();
        assert_eq!(all.len(), 5);
    }
}

#[tokio::test]
async fn wrong_bytes_are_never_published() {
    let dir = tempfile::tempdir().unwrap();
    for vault in vaults(dir.path()) {
        for len in [1_000, 20_000_000] {
            let data = bytes(len, 7);
            let promised = Digest::of(b"something else");
            let staged = stage(dir.path(), &data);
            let refused = vault.settle(&staged, promised, len as u64).await;
            let Err(VaultError::Mismatch { found, found_size }) = refused else {
                panic!("{refused:?}")
            };
            assert_eq!((found, found_size), (Digest::of(&data), len as u64));
            let refused = vault.settle(&staged, Digest::of(&data), len as u64 + 1).await;
            assert!(matches!(refused, Err(VaultError::Mismatch { .. })));
            assert_eq!(vault.contains(promised).await.unwrap(), None);
            assert_eq!(vault.contains(Digest::of(&data)).await.unwrap(), None);
        }
        let nothing = vault.settle(&dir.path().join("absent"), Digest::of(b"x"), 1).await;
        assert!(matches!(nothing, Err(VaultError::Missing)));
        assert!(matches!(vault.open_range(Digest::of(b"x"), None).await, Err(VaultError::Missing)));
        assert!(matches!(vault.rehash(Digest::of(b"x")).await, Err(VaultError::Missing)));
    }
}

#[tokio::test]
async fn small_pieces_are_kept_once() {
    let dir = tempfile::tempdir().unwrap();
    for vault in vaults(dir.path()) {
        let digest = vault.put_bytes(b"poster".to_vec()).await.unwrap();
        assert_eq!(vault.put_bytes(b"poster".to_vec()).await.unwrap(), digest);
        assert_eq!(&vault.read(digest, 6).await.unwrap()[..], b"poster");
        assert!(matches!(vault.read(digest, 5).await, Err(VaultError::Broken(_))));
    }
}

#[tokio::test]
async fn bytes_that_rotted_are_put_aside_and_healed() {
    let dir = tempfile::tempdir().unwrap();
    let vault = Vault::open(&dir.path().join("vault")).unwrap();
    let data = bytes(10_000, 8);
    let digest = vault.put_bytes(data.clone()).await.unwrap();
    let path = vault.path_of(digest).unwrap();
    std::fs::write(&path, bytes(10_000, 9)).unwrap();
    assert_ne!(vault.rehash(digest).await.unwrap().0, digest, "the damage shows");
    let staged = stage(dir.path(), &data);
    vault.settle(&staged, digest, 10_000).await.unwrap();
    assert_eq!(vault.rehash(digest).await.unwrap(), (digest, 10_000));
    let aside = dir.path().join(format!("vault/damaged/{digest}.0"));
    assert_eq!(std::fs::read(aside).unwrap(), bytes(10_000, 9));
    std::fs::write(&path, b"rotten").unwrap_or_else(|_| {
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, b"rotten").unwrap();
    });
    vault.put_bytes(data).await.unwrap();
    assert_eq!(vault.rehash(digest).await.unwrap(), (digest, 10_000));
}

#[tokio::test]
async fn leftovers_are_swept_and_foreign_files_left_out() {
    let dir = tempfile::tempdir().unwrap();
    let vault = Vault::open(dir.path()).unwrap();
    let digest = vault.put_bytes(b"kept".to_vec()).await.unwrap();
    let path = vault.path_of(digest).unwrap();
    let half = path.with_file_name(format!("{digest}#1"));
    std::fs::write(&half, b"half").unwrap();
    std::fs::write(path.with_file_name("notes.txt"), b"foreign").unwrap();
    assert_eq!(
        vault.sweep(Duration::from_secs(3_600)).await.unwrap(),
        0,
        "it may be at work still"
    );
    assert_eq!(vault.sweep(Duration::ZERO).await.unwrap(), 1);
    assert!(!half.exists());
    let all: Vec<Kept> = vault.list().try_collect().await.unwrap();
    assert_eq!(all, [Kept { digest, size: 4 }]);
}

#[tokio::test]
async fn another_file_system_is_copied_to() {
    if !Path::new("/dev/shm").is_dir() {
        println!("skipped: no second file system");
        return;
    }
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir_in("/dev/shm").unwrap());
    let vault = Vault::open(here.path()).unwrap();
    let data = bytes(20_000_000, 10);
    let staged = stage(there.path(), &data);
    vault.settle(&staged, Digest::of(&data), data.len() as u64).await.unwrap();
    assert_eq!(read(&vault, Digest::of(&data), None).await, data);
}

#[tokio::test]
async fn settled_bytes_share_the_disk_and_cannot_be_written_by_accident() {
    let dir = tempfile::tempdir().unwrap();
    let vault = Vault::open(&dir.path().join("vault")).unwrap();
    let data = bytes(1_000, 11);
    let staged = stage(dir.path(), &data);
    vault.settle(&staged, Digest::of(&data), 1_000).await.unwrap();
    assert!(std::fs::metadata(&staged).unwrap().permissions().readonly());
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        assert_eq!(std::fs::metadata(&staged).unwrap().nlink(), 2);
    }
}

#[tokio::test]
async fn every_sample_settles_and_hashes_as_listed() {
    let Some(samples) = samples() else { return };
    let dir = tempfile::tempdir().unwrap();
    let vault = Vault::open(&dir.path().join("vault")).unwrap();
    let mut rows = csv::Reader::from_path(samples.join("media_inventory.csv")).unwrap();
    let mut count = 0;
    for row in rows.records() {
        let row = row.unwrap();
        let data = std::fs::read(samples.join(&row[0])).unwrap();
        let digest: Digest = row[2].parse().unwrap();
        let staged = stage(dir.path(), &data);
        vault.settle(&staged, digest, row[1].parse().unwrap()).await.unwrap();
        assert_eq!(vault.rehash(digest).await.unwrap(), (digest, data.len() as u64));
        count += 1;
    }
    assert!(count > 40, "{count} samples");
}
