//! Tile paths from strangers: whatever is asked, the answer is a tile that exists or a refusal, never a fault.

use super::house::{self, Served};
use proptest::prelude::*;
use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};
use zhijian::{
    desk::{Desk, Error, log},
    ledger::tile::TilePath,
};

/// Status and body of a request whose target is sent byte for byte.
fn raw(site: &Served, target: &[u8]) -> (u16, Vec<u8>) {
    let mut stream = TcpStream::connect(&site.address).unwrap();
    let head = [b"GET ", target, b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"].concat();
    stream.write_all(&head).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let text = String::from_utf8_lossy(&answer[..answer.len().min(16)]).into_owned();
    let status = text.get(9..12).and_then(|digits| digits.parse().ok());
    let body = answer.windows(4).position(|four| four == b"\r\n\r\n").map_or(0, |at| at + 4);
    (status.unwrap_or_else(|| panic!("no answer to {target:?}: {text:?}")), answer[body..].to_vec())
}

#[test]
fn strangers_get_tiles_or_refusals() {
    let site = Served::start();
    let agency = house::enter_agency(&site.house);
    house::enter_officers(&site.house, &agency, 0, 298);
    assert_eq!(site.sealed().size, 300);

    let (status, tile) = raw(&site, b"/log/tile/0/000");
    assert_eq!((status, tile.len()), (200, 256 * 32));
    assert_eq!(raw(&site, b"/log/tile/entries/001.p/44").1.len(), 44 * 35);
    for path in [
        "/log/tile/",
        "/log/tile/0/001",
        "/log/tile/0/001.p/45",
        "/log/tile/0/0",
        "/log/tile/%30/000",
        "/log/tile/0/000?x",
        "/log/tile/0/000.p/0",
        "/log//tile/0/000",
        "/log/tile/0/../0/000",
        "/log/tile/0/%2e%2e/000",
        "/log/tile/8/000.p/1",
        "/log/tile/63/x018/x446/x744/x073/x709/x551/615",
        "/log/tile/255/000",
        "/log/tile/entries/x999/x999/x999/x999/x999/x999/x999/999",
        "/log/tile/0/000%00",
        "/log/tile/0/%ff%fe",
        "/log/tile/0/000/",
        "/log/checkpoint/",
        "/log/x",
    ] {
        let wanted = if path.ends_with("?x") { 200 } else { 404 };
        assert_eq!(raw(&site, path.as_bytes()).0, wanted, "{path}");
    }

    let likely = "(tile|checkpoint)?/?[0-9xe./p%\\-]{0,40}";
    let odd = proptest::collection::vec(any::<u8>(), 0..60);
    proptest!(ProptestConfig::with_cases(300), |(path in likely, bytes in odd)| {
        let (status, body) = raw(&site, format!("/log/tile/{path}").as_bytes());
        let known: Option<TilePath> = format!("tile/{path}").parse().ok();
        let there = known.and_then(|path| path.positions(300)).is_some();
        prop_assert_eq!(status, if there { 200 } else { 404 });
        prop_assert!(!there || !body.is_empty());
        let bytes: Vec<u8> = bytes.into_iter().filter(|b| !b" \r\n\0".contains(b)).collect();
        let (status, _) = raw(&site, &[b"/log/tile/", bytes.as_slice()].concat());
        prop_assert!(matches!(status, 200 | 400 | 404), "{}", status);
    });
    any_place_is_answered(&site);
}

/// Behind the parser too: no level, index or width makes a fault.
fn any_place_is_answered(site: &Served) {
    let desk = Desk::new(site.house.clone(), None);
    let runtime = house::runtime();
    proptest!(ProptestConfig::with_cases(500), |(level: u8, index: u64, width: u16, near in 0u64..4, entries: bool)| {
        for index in [index, near] {
            let path = match entries {
                true => TilePath::Entries { index, width },
                false => TilePath::Hash { level, index, width },
            };
            match runtime.block_on(log::tile(&desk, path)) {
                Ok(bytes) => prop_assert_eq!(bytes.len() / usize::from(width), if entries { 35 } else { 32 }),
                Err(fault) => prop_assert!(matches!(fault, Error::NotFound(_)), "{}", fault),
            }
        }
    });
}
