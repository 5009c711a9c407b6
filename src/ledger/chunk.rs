//! The chunk root: a file's digest that a browser can compute without a streaming hash.
//!
//! Owns the chunk size and the root over chunks. Bytes come in by slices; nothing is kept but digests.

use super::tree;
use crate::base::Digest;
use sha2::{Digest as _, Sha256};

/// Bytes in every chunk but the last: 4 MiB.
pub const CHUNK: usize = 4 * 1024 * 1024;

/// RFC 6962 §2.1 root whose leaves are the chunks' 32-byte SHA-256 digests, in order; SHA-256("") for an empty file.
pub fn chunk_root(chunks: &[Digest]) -> Digest {
    let leaves: Vec<Digest> =
        chunks.iter().map(|chunk| tree::leaf_hash(chunk.as_bytes())).collect();
    tree::root_of(&leaves)
}

/// Cuts a stream of bytes into chunks and digests each.
#[derive(Clone, Default)]
pub struct ChunkHasher {
    done: Vec<Digest>,
    open: Sha256,
    in_open: usize,
}

impl ChunkHasher {
    /// At the beginning of a file.
    pub fn new() -> Self {
        ChunkHasher::default()
    }

    /// After `done.len()` whole chunks of a file; the next byte is the first of the chunk after them.
    pub fn after(done: Vec<Digest>) -> Self {
        ChunkHasher { done, ..ChunkHasher::default() }
    }

    /// The next bytes, however many.
    pub fn update(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let room = CHUNK.saturating_sub(self.in_open);
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.open.update(now);
            self.in_open = self.in_open.saturating_add(now.len());
            if self.in_open >= CHUNK {
                self.close_chunk();
            }
            bytes = later;
        }
    }

    /// Digests of the whole chunks so far.
    pub fn whole(&self) -> &[Digest] {
        &self.done
    }

    /// The digests of all chunks, the last one perhaps shorter; none for an empty file.
    pub fn finish(mut self) -> Vec<Digest> {
        if self.in_open > 0 {
            self.close_chunk();
        }
        self.done
    }

    fn close_chunk(&mut self) {
        self.done.push(Digest(self.open.finalize_reset().into()));
        self.in_open = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_slices(bytes: &[u8], length: usize) -> Vec<Digest> {
        let mut hasher = ChunkHasher::new();
        bytes.chunks(length).for_each(|slice| hasher.update(slice));
        hasher.finish()
    }

    #[test]
    fn chunks_do_not_depend_on_how_the_bytes_arrive() {
        let bytes: Vec<u8> = (0..2 * CHUNK + 3).map(|n| (n % 251) as u8).collect();
        let chunks: Vec<Digest> = bytes.chunks(CHUNK).map(Digest::of).collect();
        assert_eq!(chunks.len(), 3);
        for length in [bytes.len(), CHUNK, CHUNK - 1, 65_536, 1_000_003] {
            assert_eq!(in_slices(&bytes, length), chunks, "slices of {length}");
        }
        let mut resumed = ChunkHasher::after(chunks[..2].to_vec());
        resumed.update(&bytes[2 * CHUNK..]);
        assert_eq!(resumed.whole(), &chunks[..2]);
        assert_eq!(resumed.finish(), chunks);
    }

    #[test]
    fn whole_chunks_leave_no_empty_one_behind() {
        assert_eq!(in_slices(&vec![0; CHUNK], CHUNK).len(), 1);
        assert_eq!(in_slices(&[], 1), []);
        assert_eq!(chunk_root(&[]), Digest::of(b""));
    }

    #[test]
    fn the_root_is_that_of_a_tree_over_the_digests() {
        let (a, b) = (Digest::of(b"a"), Digest::of(b"b"));
        let leaf = |digest: Digest| tree::leaf_hash(digest.as_bytes());
        assert_eq!(chunk_root(&[a]), leaf(a));
        assert_eq!(chunk_root(&[a, b]), tree::node_hash(leaf(a), leaf(b)));
    }
}
