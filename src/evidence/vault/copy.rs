//! Publishing where no link is to be had: the staged file is streamed into the store and proven on the way.

use super::{Kept, VaultError, key};
use crate::base::Digest;
use bytes::{Bytes, BytesMut};
use object_store::{MultipartUpload, ObjectStore, ObjectStoreExt as _};
use sha2::{Digest as _, Sha256};
use std::{path::Path, sync::Arc};
use tokio::{fs::File, io::AsyncReadExt as _};

/// Bytes of a part; S3 wants 5 MiB at least and some of its kin want them all equal.
const PART: u64 = 8 << 20;
/// S3 takes 10,000 parts; larger files get larger parts.
const MOST_PARTS: u64 = 9_000;

/// Writes the staged file to its key; nothing becomes visible unless the bytes are the promised ones.
/// The key names the content, so a store that overwrites instead of refusing does no harm.
pub(super) async fn stream_in(
    store: &Arc<dyn ObjectStore>,
    staged: &Path,
    promised: Kept,
) -> Result<(), VaultError> {
    let mut file = File::open(staged).await?;
    let part = PART.max(promised.size / MOST_PARTS);
    if promised.size <= part {
        let bytes = next_part(&mut file, part + 1).await?;
        let found = Kept { digest: Digest::of(&bytes), size: bytes.len() as u64 };
        check(found, promised)?;
        store.put(&key(promised.digest), bytes.into()).await?;
        return Ok(());
    }
    let mut upload = store.put_multipart(&key(promised.digest)).await?;
    let done = match feed(upload.as_mut(), &mut file, part).await {
        Ok(found) => check(found, promised),
        Err(error) => Err(error),
    };
    if let Err(error) = done {
        // The refusal matters more than the tidying; leftovers are swept later.
        let _ = upload.abort().await;
        return Err(error);
    }
    upload.complete().await?;
    Ok(())
}

/// Sends all parts and hashes them as they go.
async fn feed(
    upload: &mut dyn MultipartUpload,
    file: &mut File,
    part: u64,
) -> Result<Kept, VaultError> {
    let mut hasher = Sha256::new();
    let mut size = 0;
    loop {
        let bytes = next_part(file, part).await?;
        if bytes.is_empty() {
            return Ok(Kept { digest: Digest(hasher.finalize().into()), size });
        }
        hasher.update(&bytes);
        size += bytes.len() as u64;
        upload.put_part(bytes.into()).await?;
    }
}

/// Up to `most` bytes; fewer only at the end.
async fn next_part(file: &mut File, most: u64) -> Result<Bytes, VaultError> {
    let mut bytes = BytesMut::new();
    let mut rest = file.take(most);
    while rest.read_buf(&mut bytes).await? > 0 {}
    Ok(bytes.freeze())
}

fn check(found: Kept, promised: Kept) -> Result<(), VaultError> {
    if found == promised {
        return Ok(());
    }
    Err(VaultError::Mismatch { found: found.digest, found_size: found.size })
}
