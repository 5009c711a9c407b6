//! Checks a log's static files: every tile and entry bundle against the one root its checkpoint signs.
//!
//! Owns which of two files that disagree is the damaged one. No tile vouches for another, and a partial one is held
//! against the root like a full one. Reads through [`Folder`] only, a tile at a time.

use super::{
    checkpoint::Checkpoint,
    dossier::{
        Fault, Folder, Report, is_left_by_systems,
        manifest::{CHECKPOINT, SMALL},
        missing, read, tampered, text,
    },
    leaf::Leaf,
    log_keys::LogKeys,
    note::NoteVerifier,
    tile::{self, FULL, TilePath},
    tree::{Frontier, root_of},
    verdict::Step,
};
use crate::base::Digest;
use std::collections::BTreeMap;

/// Levels of tiles that a tree can have: 2^64 leaves need eight.
const LEVELS: usize = 8;

/// Checks all files of a log of which one of the `trusted` keys signed the checkpoint; a log brings none along.
pub fn verify_log(folder: &impl Folder, trusted: &[NoteVerifier]) -> Report {
    let mut report = Report::new(true);
    let keys = LogKeys::known(trusted);
    let opened = read(folder, CHECKPOINT, SMALL).and_then(text).and_then(|note| {
        let checkpoint = keys.checkpoint(&note).map_err(tampered)?;
        Ok((checkpoint, keys.open(&note).map_err(tampered)?.by))
    });
    let signed = opened.as_ref().ok().and_then(|(_, by)| by.first());
    report.log_key = signed.or(trusted.first()).map(ToString::to_string);
    let checkpoint = opened.map(|(checkpoint, _)| checkpoint);
    let said = |c: &Checkpoint| format!("由存证日志 {} 签署，共 {} 叶", c.origin, c.size);
    report.add(CHECKPOINT, Step::Checkpoint, checkpoint.as_ref().map(said).map_err(Clone::clone));
    let Ok(Checkpoint { size, root, .. }) = checkpoint else { return report };
    let log = Log { folder, size };
    let tree = [Source::Entries, Source::Hashes]
        .into_iter()
        .find_map(|source| log.tree(source).filter(|tree| tree.root == root));
    let tiles = log.tiles(&mut report);
    match tree {
        Some(tree) => log.check_tiles(&tree, &tiles, &mut report),
        None => log.name_the_damaged(&mut report),
    }
    report
}

/// Which files the leaves' hashes are taken from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    Entries,
    Hashes,
}

impl Source {
    fn path(self, index: u64, width: u16) -> TilePath {
        match self {
            Source::Entries => TilePath::Entries { index, width },
            Source::Hashes => TilePath::Hash { level: 0, index, width },
        }
    }
}

/// What one kind of file leads to.
struct Tree {
    source: Source,
    root: Digest,
    /// By level from 1 on, the roots of all complete subtrees of 256^level leaves.
    upper: Vec<Vec<Digest>>,
}

/// Takes a complete subtree's root up, and those above that it completes.
fn grow(upper: &mut [Vec<Digest>], root: Digest) {
    let Some((row, above)) = upper.split_first_mut() else { return };
    row.push(root);
    if let (chunks, []) = row.as_chunks::<{ FULL as usize }>()
        && let Some(full) = chunks.last()
    {
        grow(above, root_of(full));
    }
}

struct Log<'a, F> {
    folder: &'a F,
    size: u64,
}

impl<F: Folder> Log<'_, F> {
    /// How many tiles of leaves there are.
    fn blocks(&self) -> u64 {
        self.size.div_ceil(u64::from(FULL))
    }

    /// Leaves in block `index`, as far as the tree reaches.
    fn width(&self, index: u64) -> u16 {
        let rest = self.size.saturating_sub(index.saturating_mul(u64::from(FULL)));
        u16::try_from(rest).unwrap_or(FULL).min(FULL)
    }

    /// The digests in a tile; of a bundle, the hashes of its leaves.
    fn digests(&self, path: TilePath) -> Result<Vec<Digest>, Fault> {
        let width = path.width();
        let bytes = read(self.folder, &path.to_string(), usize::from(width) * 35)?;
        let digests = match path {
            TilePath::Hash { .. } => tile::parse_hash_tile(&bytes, width),
            TilePath::Entries { .. } => tile::parse_entry_bundle(&bytes, width)
                .map(|leaves| leaves.iter().map(Leaf::hash).collect()),
        };
        digests.map_err(|_| tampered("长度或格式不是日志分块应有的"))
    }

    fn block(&self, source: Source, index: u64) -> Result<Vec<Digest>, Fault> {
        self.digests(source.path(index, self.width(index)))
    }

    /// `None` when a file is missing or no tile.
    fn tree(&self, source: Source) -> Option<Tree> {
        let (mut edge, mut upper) = (Frontier::default(), vec![Vec::new(); LEVELS]);
        for index in 0..self.blocks() {
            let hashes = self.block(source, index).ok()?;
            hashes.iter().for_each(|hash| edge.push(*hash));
            if hashes.len() == usize::from(FULL) {
                grow(&mut upper, root_of(&hashes));
            }
        }
        Some(Tree { source, root: edge.root(), upper })
    }

    /// Tiles the tree must have and tiles that are there; what is neither is reported.
    fn tiles(&self, report: &mut Report) -> BTreeMap<String, TilePath> {
        let must = tile::tiles(0, self.size).into_iter();
        let mut tiles: BTreeMap<_, _> = must.map(|path| (path.to_string(), path)).collect();
        for name in self.folder.names() {
            let unfinished = name.strip_suffix(".new");
            let own = |name: &str| name == CHECKPOINT || name.parse::<TilePath>().is_ok();
            if let Ok(path) = name.parse() {
                tiles.insert(name, path);
            } else if unfinished.is_some_and(own) {
                let detail = missing("写入中断留下的文件，请重新导出");
                report.add(&name, Step::File, Err(detail));
            } else if is_left_by_systems(&name) {
                let detail = "操作系统留下的文件，不属于日志".into();
                report.add(&name, Step::File, Ok(detail));
            } else if name != CHECKPOINT {
                report.add(&name, Step::File, Err(tampered("不是日志的文件")));
            }
        }
        tiles
    }

    fn check_tiles(&self, tree: &Tree, tiles: &BTreeMap<String, TilePath>, report: &mut Report) {
        for (name, path) in tiles {
            let result = self.digests(*path).and_then(|found| match self.wanted(tree, *path) {
                None => Err(missing("超出检查点所载的日志大小，无法核验")),
                Some(wanted) if wanted == found => {
                    Ok(format!("{} 项，与检查点的根一致", path.width()))
                }
                Some(_) => Err(tampered("内容与检查点的根不符")),
            });
            report.add(name, Step::Tile, result);
        }
    }

    /// What a tile must hold by a tree that leads to the signed root; `None` beyond its leaves.
    fn wanted(&self, tree: &Tree, path: TilePath) -> Option<Vec<Digest>> {
        let range = path.positions(self.size)?;
        match path.level() {
            0 => {
                let mut whole = self.block(tree.source, path.index()).ok()?;
                whole.truncate(usize::from(path.width()));
                Some(whole)
            }
            level => {
                let row = tree.upper.get(usize::from(level).checked_sub(1)?)?;
                let (start, end) =
                    (usize::try_from(range.start).ok()?, usize::try_from(range.end).ok()?);
                row.get(start..end).map(<[Digest]>::to_vec)
            }
        }
    }

    /// Neither bundles nor hash tiles lead to the root: names the blocks where they, or they and the tile above,
    /// disagree. Where all agree with one another nobody can tell which of them was forged along with the rest.
    fn name_the_damaged(&self, report: &mut Report) {
        let mut gone = false;
        for index in 0..self.blocks() {
            let [entries, hashes] =
                [Source::Entries, Source::Hashes].map(|source| self.block(source, index));
            let above = hashes.as_ref().ok().and_then(|hashes| self.disagrees_above(index, hashes));
            let apart = matches!((&entries, &hashes), (Ok(a), Ok(b)) if a != b);
            for (source, block) in [(Source::Entries, entries), (Source::Hashes, hashes)] {
                let name = source.path(index, self.width(index)).to_string();
                match block {
                    Err(fault) => {
                        gone = true;
                        report.add(&name, Step::Tile, Err(fault));
                    }
                    Ok(_) if apart => {
                        report.add(&name, Step::Tile, Err(tampered("叶与叶的摘要不符")));
                    }
                    Ok(_) => {}
                }
            }
            if let Some(above) = above {
                let detail = tampered(format!("与分块 {above} 不符"));
                report.add(&Source::Hashes.path(index, FULL).to_string(), Step::Tile, Err(detail));
            }
        }
        let detail = match gone {
            true => missing("分块不全，无法推出检查点签署的根"),
            false => tampered("各分块推不出检查点签署的根"),
        };
        report.add(CHECKPOINT, Step::Inclusion, Err(detail));
    }

    /// The tile of level 1 that holds another root for this full block.
    fn disagrees_above(&self, index: u64, hashes: &[Digest]) -> Option<TilePath> {
        let full = u64::from(FULL);
        let there = self.size / full;
        let above = index / full;
        let width = u16::try_from(there.saturating_sub(above * full)).unwrap_or(FULL).min(FULL);
        let path = TilePath::Hash { level: 1, index: above, width };
        let kept = self.digests(path).ok()?;
        let place = usize::try_from(index % full).ok()?;
        (hashes.len() == usize::from(FULL) && kept.get(place)? != &root_of(hashes)).then_some(path)
    }
}
