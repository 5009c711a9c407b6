//! The log's files in a bucket: each served as `/log/` serves it, so that caches in front of the bucket may serve it as
//! it is. Says in Chinese why a bucket cannot be used.

use super::{
    super::{
        Error,
        log::{self, Served},
    },
    sink::{CHECKPOINT, There, parts_of},
};
use crate::{
    evidence::bucket::{Bucket, BucketError},
    ledger::tile::{FULL, TilePath},
};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use std::collections::BTreeSet;

/// Requests under way at once: a store is far, and a tile is small.
const TOGETHER: usize = 16;

pub async fn checkpoint(bucket: &Bucket) -> Result<Option<Vec<u8>>, Error> {
    Ok(bucket.read(CHECKPOINT).await?.map(Vec::from))
}

/// One listing a folder of tiles, not a question a tile.
pub async fn there(bucket: &Bucket, tiles: &[TilePath]) -> Result<There, Error> {
    let folder = |tile: &TilePath| {
        let path = tile.to_string();
        path.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned())
    };
    let folders: BTreeSet<String> = tiles.iter().map(folder).collect();
    let mut names = BTreeSet::new();
    for folder in folders {
        names.extend(bucket.names(&folder).await?);
    }
    let outgrown =
        |tile: &TilePath| tile.width() == FULL && names.contains(&format!("{}/", parts_of(*tile)));
    Ok(There {
        whole: tiles.iter().copied().filter(|tile| names.contains(&tile.to_string())).collect(),
        outgrown: tiles.iter().copied().filter(outgrown).collect(),
    })
}

pub async fn write(bucket: &Bucket, tiles: Vec<(TilePath, Vec<u8>)>) -> Result<(), Error> {
    let one = |(tile, bytes): (TilePath, Vec<u8>)| async move {
        put(bucket, &tile.to_string(), bytes, log::served(tile)).await
    };
    stream::iter(tiles).map(one).buffer_unordered(TOGETHER).try_collect().await
}

pub async fn replace_checkpoint(bucket: &Bucket, note: String) -> Result<(), Error> {
    put(bucket, CHECKPOINT, note.into_bytes(), log::CHECKPOINT_SERVED).await
}

async fn put(bucket: &Bucket, name: &str, bytes: Vec<u8>, served: Served) -> Result<(), Error> {
    Ok(bucket.write(name, bytes, served.media_type, served.keep).await?)
}

pub async fn remove_parts(bucket: &Bucket, full: TilePath) -> Result<(), Error> {
    for part in bucket.names(&parts_of(full)).await? {
        bucket.remove(&part).await?;
    }
    Ok(())
}

impl From<BucketError> for Error {
    fn from(fault: BucketError) -> Self {
        Error::refused(match fault {
            BucketError::Address => "存储桶的地址应当是 s3://桶名 或者 s3://桶名/前缀。".into(),
            BucketError::Settings(why) => {
                format!("环境变量 AWS_… 里的存储桶设置有误，没有写入（{why}）。")
            }
            BucketError::Missing => {
                "没有这个存储桶，请先建立，或者核对桶名和 AWS_ENDPOINT。".into()
            }
            BucketError::Denied(why) => format!(
                "存储桶拒绝了请求，请核对 AWS_ACCESS_KEY_ID、AWS_SECRET_ACCESS_KEY 以及读、写、列、删的权限（{why}）。"
            ),
            BucketError::Broken(why) => format!(
                "存储桶没有应答、中途断开或者答复有误，请核对网络、AWS_ENDPOINT 和 AWS_REGION，没有设置访问密钥的请先设置；原有的检查点没有改动，可以再次运行，从断处接着写（{why}）。"
            ),
        })
    }
}
