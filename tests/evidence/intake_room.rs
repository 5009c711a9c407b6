//! What happens when there is no more room: the refusal is clear and nothing committed is lost.

use crate::common::{Row, body, bytes, open, open_with, upload};
use std::{path::PathBuf, process::Command};
use zhijian::{
    base::Digest,
    evidence::{
        intake::IntakeError,
        vault::{Vault, VaultError},
    },
};

/// A very small disk, unmounted when dropped. Needs the right to mount; `None` (and a line) without it.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount(kibibytes: u32) -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let size = format!("size={kibibytes}k");
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(dir.path())
            .status();
        if mount.is_ok_and(|status| status.success()) {
            return Some(SmallDisk(dir));
        }
        println!("skipped: may not mount a small disk");
        None
    }

    fn path(&self) -> PathBuf {
        self.0.path().to_owned()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}

#[tokio::test]
async fn the_staging_quota_counts_all_uploads_together() {
    let dir = tempfile::tempdir().unwrap();
    let intake = open_with(dir.path(), 1_000, Some(10_000));
    let (first, second) = (Row::default(), Row::default());
    let (a, b, data) = (upload(), upload(), bytes(12_000, 1));
    intake.hold(&a).await.append(first.append(6_000), body(&data[..6_000], 500)).await.unwrap();
    let full = intake.hold(&b).await.append(second.append(6_000), body(&data[6_000..], 500)).await;
    assert!(matches!(full, Err(IntakeError::Full)));
    let kept = second.position().offset;
    assert!(kept <= 4_000);
    assert_eq!(intake.staged_bytes(), 6_000 + kept, "what was not committed takes no room");
    // Room made is room to use, also after a restart.
    let intake = open_with(dir.path(), 1_000, Some(10_000));
    intake.hold(&a).await.discard().await.unwrap();
    let rest = body(&data[6_000 + kept as usize..], 500);
    intake.hold(&b).await.append(second.append(6_000), rest).await.unwrap();
    let finished = intake.hold(&b).await.finish(&second.position()).await.unwrap();
    assert_eq!(finished.digest, Digest::of(&data[6_000..]));
}

#[tokio::test]
async fn a_full_disk_is_told_and_the_upload_goes_on_when_there_is_room() {
    let Some(disk) = SmallDisk::mount(2_048) else { return };
    let ballast = disk.path().join("ballast");
    std::fs::write(&ballast, bytes(1_000_000, 2)).unwrap();
    let intake = open_with(&disk.path().join("staging"), 256 << 10, None);
    let (id, row, data) = (upload(), Row::default(), bytes(1_500_000, 3));
    let full = intake.hold(&id).await.append(row.append(data.len()), body(&data, 20_000)).await;
    assert!(matches!(full, Err(IntakeError::Full)), "{full:?}");
    let kept = row.position().offset;
    assert!(kept > 0 && kept < 1_100_000, "{kept}");
    let staged = std::fs::metadata(disk.path().join(format!("staging/{id}.part"))).unwrap();
    assert_eq!(staged.len(), kept, "cut back to the committed offset");
    std::fs::remove_file(ballast).unwrap();
    let rest = body(&data[kept as usize..], 20_000);
    intake.hold(&id).await.append(row.append(data.len()), rest).await.unwrap();
    let finished = intake.hold(&id).await.finish(&row.position()).await.unwrap();
    assert_eq!(finished.digest, Digest::of(&data));
}

#[tokio::test]
async fn a_full_vault_publishes_nothing() {
    let Some(disk) = SmallDisk::mount(1_024) else { return };
    let dir = tempfile::tempdir().unwrap();
    let vault = Vault::open(&disk.path()).unwrap();
    let intake = open(dir.path());
    let (id, row, data) = (upload(), Row::default(), bytes(1_400_000, 4));
    intake.hold(&id).await.append(row.append(data.len()), body(&data, 20_000)).await.unwrap();
    let finished = intake.hold(&id).await.finish(&row.position()).await.unwrap();
    // Staging lies on another file system, so this also is the copying way.
    let full = vault.settle(&finished.path, finished.digest, finished.size).await;
    assert!(matches!(full, Err(VaultError::Full)), "{full:?}");
    assert_eq!(vault.contains(finished.digest).await.unwrap(), None);
    assert!(matches!(vault.put_bytes(data).await, Err(VaultError::Full)));
}
