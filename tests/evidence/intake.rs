//! Uploads that are torn, resumed, repeated and raced end with the right digest or with none.

use crate::common::{Row, body, bytes, open, open_with, stalling, torn, upload};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use std::{
    collections::HashSet,
    convert::Infallible,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};
use zhijian::{
    base::Digest,
    evidence::{
        intake::{Append, CHUNK, Checksum, End, Intake, IntakeError, Position},
        vault::Vault,
    },
};

/// What the whole of `data` must come to.
async fn assert_finishes(
    intake: &Intake,
    upload: &zhijian::base::ids::UploadId,
    row: &Row,
    data: &[u8],
) {
    let finished = intake.hold(upload).await.finish(&row.position()).await.unwrap();
    assert_eq!(finished.digest, Digest::of(data));
    assert_eq!(finished.size, data.len() as u64);
    assert_eq!(std::fs::read(&finished.path).unwrap(), data);
    let chunks: Vec<_> = data.chunks(CHUNK as usize).map(Digest::of).collect();
    assert_eq!(finished.chunks, chunks);
}

#[tokio::test]
async fn a_whole_body_is_taken_and_committed_on_the_way() {
    let dir = tempfile::tempdir().unwrap();
    let intake = open(dir.path());
    let (id, row, data) = (upload(), Row::default(), bytes(10_000_000, 1));
    let hold = intake.hold(&id).await;
    let appended = hold.append(row.append(data.len()), body(&data, 65_536)).await.unwrap();
    assert_eq!(appended.end, End::Whole);
    assert_eq!(appended.position, row.position());
    assert_eq!(row.position().hash_state.len(), 104);
    assert!(row.commits() >= 5, "{} commits for 10 MB at 1 MiB", row.commits());
    assert_eq!(intake.staged_bytes(), data.len() as u64);
    assert_finishes(&intake, &id, &row, &data).await;
}

#[tokio::test]
async fn cut_at_any_byte_it_resumes_to_the_right_digest() {
    let dir = tempfile::tempdir().unwrap();
    let data = bytes(700, 2);
    for cut in 0..data.len() {
        let intake = open_with(dir.path(), 100, None);
        let (id, row) = (upload(), Row::default());
        let first = intake.hold(&id).await.append(row.append(700), torn(&data[..cut], 64)).await;
        let first = first.unwrap();
        assert_eq!((first.end, first.position.offset), (End::Cut, cut as u64));
        let rest = body(&data[cut..], 64);
        let second = intake.hold(&id).await.append(row.append(700), rest).await.unwrap();
        assert_eq!(second.end, End::Whole);
        assert_finishes(&intake, &id, &row, &data).await;
        intake.hold(&id).await.discard().await.unwrap();
    }
}

#[tokio::test]
async fn chunks_are_right_wherever_it_was_cut() {
    let dir = tempfile::tempdir().unwrap();
    let intake = open(dir.path());
    let chunk = CHUNK as usize;
    let data = bytes(2 * chunk + 5, 3);
    for cut in [1, chunk - 1, chunk, chunk + 1, 2 * chunk, 2 * chunk + 1] {
        let (id, row) = (upload(), Row::default());
        let part = torn(&data[..cut], 100_003);
        intake.hold(&id).await.append(row.append(data.len()), part).await.unwrap();
        assert_eq!(row.position().chunks.len(), cut / chunk);
        let kept = row.position();
        let parts = Position::from_parts(kept.offset, kept.hash_state.clone(), &kept.chunk_bytes());
        assert_eq!(parts, Some(kept));
        let rest = body(&data[cut..], 100_003);
        intake.hold(&id).await.append(row.append(data.len()), rest).await.unwrap();
        assert_finishes(&intake, &id, &row, &data).await;
    }
}

#[tokio::test]
async fn a_dropped_request_still_commits_what_arrived() {
    let dir = tempfile::tempdir().unwrap();
    let intake = open_with(dir.path(), u64::MAX, None);
    for arrived in [1, 4_096, 300_000, 1_500_000] {
        let (id, row, data) = (upload(), Row::default(), bytes(2_000_000, arrived as u64));
        let (never_ends, stalled) = stalling(&data[..arrived], 8_192);
        let hold = intake.hold(&id).await;
        // The request's future is dropped in the middle, as actix does on a reset.
        tokio::select! {
            _ = hold.append(row.append(data.len()), never_ends) => panic!("it never ends"),
            _ = stalled => {}
        }
        let hold = intake.hold(&id).await;
        assert_eq!(row.position().offset, arrived as u64, "the hold waits for the commit");
        let rest = body(&data[arrived..], 8_192);
        hold.append(row.append(data.len()), rest).await.unwrap();
        assert_finishes(&intake, &id, &row, &data).await;
    }
}

#[test]
fn a_killed_process_resumes_from_the_last_commit() {
    let dir = tempfile::tempdir().unwrap();
    let (id, row, data) = (upload(), Row::default(), bytes(6_000_000, 4));
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let dying = runtime();
    dying.block_on(async {
        let (stuck, stalled) = stalling(&data[..5_000_000], 65_536);
        // So large that at most one commit happens on the way.
        let hold = open_with(dir.path(), 3_000_000, None).hold(&id).await;
        tokio::select! {
            _ = hold.append(row.append(data.len()), stuck) => panic!("it never ends"),
            _ = stalled => {}
        }
    });
    // The writer dies with its runtime, wherever it was.
    drop(dying);
    let committed = row.position().offset;
    assert!(committed < 5_000_000, "the tail was never acknowledged");
    // And a later write of the dead process left more than was committed.
    let path = dir.path().join(format!("{id}.part"));
    let mut staged = std::fs::read(&path).unwrap();
    staged.truncate(committed as usize);
    staged.extend(bytes(77_777, 99));
    std::fs::write(&path, staged).unwrap();
    runtime().block_on(async {
        let intake = open(dir.path());
        let rest = body(&data[committed as usize..], 65_536);
        intake.hold(&id).await.append(row.append(data.len()), rest).await.unwrap();
        assert_finishes(&intake, &id, &row, &data).await;
    });
}

#[tokio::test]
async fn what_was_never_acknowledged_is_cut_off() {
    let dir = tempfile::tempdir().unwrap();
    let intake = open(dir.path());
    let (id, row, data) = (upload(), Row::default(), bytes(4_000, 15));
    intake.hold(&id).await.append(row.append(4_000), body(&data[..3_000], 500)).await.unwrap();
    // More than what is still to come, so that overwriting would not hide it.
    let path = dir.path().join(format!("{id}.part"));
    std::fs::write(&path, [&data[..3_000], &bytes(9_000, 16)].concat()).unwrap();
    let rest = body(&data[3_000..], 500);
    intake.hold(&id).await.append(row.append(4_000), rest).await.unwrap();
    assert_finishes(&intake, &id, &row, &data).await;
}

#[tokio::test]
async fn a_newcomer_stops_the_holder_and_goes_on_where_it_stopped() {
    let dir = tempfile::tempdir().unwrap();
    let intake = open(dir.path());
    let (id, row, data) = (upload(), Row::default(), bytes(3_000_000, 5));
    let (stuck, stalled) = stalling(&data[..1_234_567], 10_000);
    let hold = intake.hold(&id).await;
    let first = tokio::spawn(hold.append(row.append(data.len()), stuck));
    stalled.await.unwrap();
    let hold = tokio::time::timeout(Duration::from_secs(30), intake.hold(&id)).await.unwrap();
    let first = first.await.unwrap().unwrap();
    assert_eq!((first.end, first.position.offset), (End::Stopped, 1_234_567));
    assert_eq!(first.position, row.position());
    let rest = body(&data[1_234_567..], 10_000);
    hold.append(row.append(data.len()), rest).await.unwrap();
    assert_finishes(&intake, &id, &row, &data).await;
}

#[tokio::test]
async fn many_at_once_never_mix() {
    let dir = tempfile::tempdir().unwrap();
    let intake = open_with(dir.path(), 50_000, None);
    let (id, row, data) = (upload(), Row::default(), bytes(1_000_000, 6));
    let client = || {
        let (intake, id, row, data) = (intake.clone(), id.clone(), row.clone(), data.clone());
        tokio::spawn(async move {
            while row.position().offset < data.len() as u64 {
                let hold = intake.hold(&id).await;
                let from = row.position().offset as usize;
                let slow = body(&data[from..], 9_999).then(|piece| async {
                    tokio::task::yield_now().await;
                    piece
                });
                hold.append(row.append(data.len()), slow).await.unwrap();
                tokio::time::sleep(Duration::from_millis(3)).await;
            }
        })
    };
    for client in [client(), client(), client()] {
        tokio::time::timeout(Duration::from_secs(60), client).await.unwrap().unwrap();
    }
    assert_finishes(&intake, &id, &row, &data).await;
}

#[tokio::test]
async fn a_wrong_checksum_keeps_nothing_of_the_body() {
    let dir = tempfile::tempdir().unwrap();
    let intake = open_with(dir.path(), 1_000, None);
    let (id, row, data) = (upload(), Row::default(), bytes(90_000, 7));
    let with =
        |checksum| Append { checksum: Some(Checksum::Sha256(checksum)), ..row.append(90_000) };
    let send = async |append: Append, part: &[u8]| {
        intake.hold(&id).await.append(append, body(part, 5_000)).await
    };
    send(with(Digest::of(&data[..40_000])), &data[..40_000]).await.unwrap();
    assert_eq!(
        (row.position().offset, row.commits()),
        (40_000, 1),
        "committed once, when it was proven"
    );
    let wrong = send(with(Digest::of(b"other")), &data[40_000..]).await;
    assert!(matches!(wrong, Err(IntakeError::ChecksumMismatch)));
    assert_eq!(row.position().offset, 40_000);
    assert_eq!(intake.staged_bytes(), 40_000);
    // Cut before its end, such a body can not be proven either.
    let append = with(Digest::of(&data[40_000..]));
    let cut =
        intake.hold(&id).await.append(append, torn(&data[40_000..60_000], 5_000)).await.unwrap();
    assert_eq!((cut.end, cut.position.offset), (End::Cut, 40_000));
    send(with(Digest::of(&data[40_000..])), &data[40_000..]).await.unwrap();
    assert_finishes(&intake, &id, &row, &data).await;
}

#[tokio::test]
async fn more_than_declared_is_refused_and_not_kept() {
    let dir = tempfile::tempdir().unwrap();
    let intake = open(dir.path());
    let (id, row, data) = (upload(), Row::default(), bytes(5_000, 8));
    intake.hold(&id).await.append(row.append(5_000), body(&data[..3_000], 500)).await.unwrap();
    let lying = body(&bytes(2_001, 9), 700);
    let refused = intake.hold(&id).await.append(row.append(5_000), lying).await;
    assert!(matches!(refused, Err(IntakeError::TooLong)));
    assert_eq!((row.position().offset, intake.staged_bytes()), (3_000, 3_000));
    intake.hold(&id).await.append(row.append(5_000), body(&data[3_000..], 700)).await.unwrap();
    assert_finishes(&intake, &id, &row, &data).await;
}

#[tokio::test]
async fn nothing_at_all_is_a_fine_upload() {
    let dir = tempfile::tempdir().unwrap();
    let intake = open(dir.path());
    let (id, row) = (upload(), Row::default());
    let appended = intake.hold(&id).await.append(row.append(0), body(&[], 1)).await.unwrap();
    assert_eq!(
        (appended.end, appended.position, row.commits()),
        (End::Whole, Position::default(), 0)
    );
    assert_finishes(&intake, &id, &row, b"").await;
    // Without any request at all, too: an upload declared empty is complete at once.
    assert_finishes(&intake, &upload(), &row, b"").await;
}

#[tokio::test]
async fn lost_bytes_are_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let intake = open(dir.path());
    let (id, row, data) = (upload(), Row::default(), bytes(5_000, 10));
    intake.hold(&id).await.append(row.append(9_000), body(&data, 500)).await.unwrap();
    let path = dir.path().join(format!("{id}.part"));
    std::fs::write(&path, &data[..4_999]).unwrap();
    let lost = intake.hold(&id).await.append(row.append(9_000), body(&data, 500)).await;
    assert!(matches!(lost, Err(IntakeError::Lost { committed: 5_000, found: 4_999 })));
    std::fs::remove_file(&path).unwrap();
    let lost = intake.hold(&id).await.finish(&row.position()).await;
    assert!(matches!(lost, Err(IntakeError::Lost { committed: 5_000, found: 0 })));
}

#[tokio::test]
async fn a_damaged_hash_state_is_found_and_mended() {
    let dir = tempfile::tempdir().unwrap();
    let vault = Vault::open(&dir.path().join("vault")).unwrap();
    let intake = open(&dir.path().join("staging"));
    let (id, row, data) = (upload(), Row::default(), bytes(5_000_000, 11));
    intake.hold(&id).await.append(row.append(data.len()), body(&data, 65_536)).await.unwrap();
    let hold = intake.hold(&id).await;
    let mut damaged = row.position();
    damaged.hash_state[0] ^= 1;
    let wrong = hold.finish(&damaged).await.unwrap();
    let refused = vault.settle(&wrong.path, wrong.digest, wrong.size).await;
    assert!(matches!(refused, Err(zhijian::evidence::vault::VaultError::Mismatch { .. })));
    damaged.hash_state.clear();
    let right = hold.finish(&damaged).await.unwrap();
    assert_eq!(right.digest, Digest::of(&data));
    vault.settle(&right.path, right.digest, right.size).await.unwrap();
}

#[tokio::test]
async fn sweeping_removes_only_strangers() {
    let dir = tempfile::tempdir().unwrap();
    let intake = open(dir.path());
    let (known, stranger, data) = (upload(), upload(), bytes(100, 12));
    for id in [&known, &stranger] {
        intake.hold(id).await.append(Row::default().append(100), body(&data, 10)).await.unwrap();
    }
    std::fs::write(dir.path().join("README"), b"not ours").unwrap();
    let intake = open(dir.path());
    assert_eq!(intake.staged_bytes(), 200);
    assert_eq!(intake.sweep(&HashSet::from([known.clone()])).await.unwrap(), 1);
    assert_eq!(intake.staged_bytes(), 100);
    assert!(dir.path().join(format!("{known}.part")).exists());
    assert!(dir.path().join("README").exists());
}

#[tokio::test]
async fn a_refused_commit_is_told_and_nothing_advances() {
    let dir = tempfile::tempdir().unwrap();
    let intake = open(dir.path());
    let (id, row, data) = (upload(), Row::default(), bytes(1_000, 13));
    let mut append = row.append(1_000);
    append.commit = std::sync::Arc::new(|_| {
        let refused = zhijian::evidence::intake::CommitRefused("taken over".into());
        Box::pin(async { Err(refused) })
    });
    let refused = intake.hold(&id).await.append(append, body(&data, 100)).await;
    assert!(matches!(refused, Err(IntakeError::Refused(_))));
    intake.hold(&id).await.append(row.append(1_000), body(&data, 100)).await.unwrap();
    assert_finishes(&intake, &id, &row, &data).await;
}

#[tokio::test]
async fn one_large_piece_is_as_good_as_many() {
    let dir = tempfile::tempdir().unwrap();
    let intake = open(dir.path());
    let (id, row, data) = (upload(), Row::default(), bytes(9_000_001, 14));
    let whole = stream::iter([Ok::<_, Infallible>(Bytes::from(data.clone()))]);
    intake.hold(&id).await.append(row.append(data.len()), whole).await.unwrap();
    assert_finishes(&intake, &id, &row, &data).await;
}

/// A piece of the body that counts the bytes of all its kin still in memory.
struct Counted(Vec<u8>, std::sync::Arc<AtomicUsize>);

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.1.fetch_sub(self.0.len(), Ordering::SeqCst);
    }
}

#[tokio::test]
async fn memory_stays_small_however_large_the_upload() {
    let dir = tempfile::tempdir().unwrap();
    let intake = open(dir.path());
    let (id, row) = (upload(), Row::default());
    let held = std::sync::Arc::new(AtomicUsize::new(0));
    let most = AtomicUsize::new(0);
    let endless = stream::repeat(()).take(1_000).map(|()| {
        let now = held.fetch_add(65_536, Ordering::SeqCst) + 65_536;
        most.fetch_max(now, Ordering::SeqCst);
        Ok::<_, Infallible>(Bytes::from_owner(Counted(vec![7; 65_536], held.clone())))
    });
    let append = row.append(1_000 * 65_536);
    intake.hold(&id).await.append(append, endless).await.unwrap();
    assert_eq!(row.position().offset, 1_000 * 65_536);
    assert!(most.into_inner() < 4 << 20, "the client is made to wait for the disk");
    assert_eq!(held.load(Ordering::SeqCst), 0);
}
