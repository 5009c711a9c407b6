//! Every route in the product's one list is asked for by some test.

use super::{Fault, source::Source};

/// Routes of the list that no test text asks for. A parameter (`{number}`) stands for any one piece of an address.
pub fn untried(path: &str, list: &str, tests: &[&str]) -> Vec<Fault> {
    let source = Source::read(list);
    let routes =
        source.strings().filter(|(at, inside)| inside.starts_with('/') && !source.is_test(*at));
    let untried = routes.filter(|(_, route)| !tests.iter().any(|text| asks_for(text, route)));
    untried
        .map(|(at, route)| {
            Fault::new(path, source.line(at), format!("no file in tests/ asks for `{route}`"))
        })
        .collect()
}

/// Whether the text holds an address of this route, on its own or after a base address.
fn asks_for(text: &str, route: &str) -> bool {
    text.match_indices('/').any(|(at, _)| {
        // The address begins a literal or follows an inserted base (`{base}/office`), never another piece.
        let begins = text[..at].chars().next_back().is_none_or(|c| "\"'`}) \n".contains(c));
        begins && matches(&text[at..], route)
    })
}

/// Whether the text begins with an address of this route that ends where the route ends.
fn matches(text: &str, route: &str) -> bool {
    let ends = |text: &str| text.chars().next().is_none_or(|c| "\"'`?# \n)".contains(c));
    let (mut text, mut route) = (text, route);
    loop {
        let Some(open) = route.find('{') else {
            return text.strip_prefix(route).is_some_and(ends);
        };
        let Some(rest) = text.strip_prefix(&route[..open]) else { return false };
        let parameter = &route[open..];
        let Some(close) = parameter.find('}') else { return false };
        // `{path:.*}` takes the rest of the address, a plain parameter one piece of it.
        let tail = parameter[..close].contains(':');
        let taken = piece(rest, tail);
        if taken == 0 {
            return false;
        }
        (text, route) = (&rest[taken..], &parameter[close + 1..]);
    }
}

/// Length of one written piece of an address, an insertion such as `${case.id}` or `{id}` counting as written.
fn piece(text: &str, tail: bool) -> usize {
    let mut inserted = 0usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' => inserted += 1,
            '}' => inserted = inserted.saturating_sub(1),
            _ if inserted > 0 => {}
            '/' if tail => {}
            '/' | '"' | '\'' | '`' | '?' | '#' | ' ' | '\n' | ')' | '.' => return at,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_nobody_asks_for_is_found() {
        let list = "fn all() {\n  r(\"/\", home);\n  r(\"/cases/{id}\", case);\n  r(\"/cases/{id}/proof.json\", proof);\n\
                    \x20 r(\"/log/{path:.*}\", tile);\n}\n#[cfg(test)]\nmod tests { const A: &str = \"/never\"; }";
        let missing = |tests: &[&str]| -> Vec<usize> {
            untried("src/web/routes.rs", list, tests).into_iter().map(|fault| fault.line).collect()
        };
        assert_eq!(missing(&[]), [2, 3, 4, 5]);
        assert_eq!(missing(&["get(\"/\")", "get(&format!(\"{base}/cases/{}\", id()))"]), [4, 5]);
        assert_eq!(missing(&["page.goto(`${url}/cases/${c.id}/proof.json`); '/'"]), [3, 5]);
        assert_eq!(missing(&["get(\"/log/tile/0/x001/234\") get(\"/cases/1?page=2\")"]), [2, 4]);
        assert_eq!(
            missing(&[
                "get(\"/cases\") get(\"/cases/\") get(\"/old/cases/1\") get(\"/cases/1/2\")"
            ]),
            [2, 3, 4, 5]
        );
    }
}
