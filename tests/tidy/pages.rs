//! Rules for what reaches a browser: short scripts that write no markup, templates and sheets that a strict
//! Content-Security-Policy lets through.

use super::{Fault, rust};

/// Ways from text to markup or code.
const MARKUP: [&str; 7] = [
    "innerHTML",
    "outerHTML",
    "insertAdjacentHTML",
    "document.write",
    "eval(",
    "new Function",
    "setHTMLUnsafe",
];

/// A script's length; in the product also that it never turns text into markup or code.
pub fn script(path: &str, text: &str) -> Vec<Fault> {
    let mut faults: Vec<Fault> = rust::length(path, text).into_iter().collect();
    if !path.starts_with("src/") {
        return faults;
    }
    for (index, line) in text.lines().enumerate() {
        let comment = ["//", "/*", "*"].iter().any(|mark| line.trim_start().starts_with(mark));
        for way in MARKUP.iter().filter(|way| !comment && line.contains(**way)) {
            let rule = format!(
                "`{way}` turns text into markup or code; build elements and set textContent"
            );
            faults.push(Fault::new(path, index + 1, rule));
        }
    }
    faults
}

/// A sheet that fetches something.
pub fn sheet(path: &str, text: &str) -> Vec<Fault> {
    let lines = text.lines().enumerate();
    let fetching = lines.filter(|(_, line)| {
        let squeezed: String = line.chars().filter(|c| !matches!(c, ' ' | '"' | '\'')).collect();
        line.contains("@import")
            || ["url(http", "url(//"].iter().any(|call| squeezed.contains(call))
    });
    fetching
        .map(|(index, _)| {
            Fault::new(path, index + 1, "a sheet fetches nothing: no @import, no foreign url()")
        })
        .collect()
}

/// Scripts, styles and handlers written into the page instead of a file.
pub fn template(path: &str, text: &str) -> Vec<Fault> {
    let page = without_template_marks(text);
    let mut faults = Vec::new();
    let mut at = 0;
    while let Some(found) = page[at..].find('<') {
        let start = at + found;
        let (end, tag) = read_tag(&page, start + 1);
        at = end.max(start + 1);
        let line = text[..start].matches('\n').count() + 1;
        for rule in tag.faults() {
            faults.push(Fault::new(path, line, rule));
        }
    }
    faults
}

/// A start tag: its name and its attributes in order, lower-case names.
#[derive(Default)]
struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if self.name == "script" && !self.attributes.iter().any(|(name, _)| name == "src") {
            faults.push("a script stands in a file: `<script src=…>`".into());
        }
        if self.name == "style" {
            faults.push("styles stand in base.css, never in `<style>`".into());
        }
        for (name, value) in &self.attributes {
            if name == "style" {
                faults.push("styles stand in base.css, never in `style=`".into());
            } else if name.starts_with("on") {
                faults.push(format!("`{name}=` is an inline handler; listen from a module"));
            } else if value.trim_start().to_ascii_lowercase().starts_with("javascript:") {
                faults.push(format!("`{name}` runs code; listen from a module"));
            }
        }
        faults
    }
}

/// Blanks comments and what the template engine replaces, keeping every position and line.
fn without_template_marks(text: &str) -> String {
    let mut page = text.as_bytes().to_vec();
    for (open, close) in [("{#", "#}"), ("{%", "%}"), ("{{", "}}"), ("<!--", "-->")] {
        let mut at = 0;
        while let Some(found) = text[at..].find(open) {
            let start = at + found;
            let end = text[start..].find(close).map_or(text.len(), |end| start + end + close.len());
            page[start..end]
                .iter_mut()
                .filter(|byte| **byte != b'\n')
                .for_each(|byte| *byte = b' ');
            at = end;
        }
    }
    String::from_utf8(page).expect("only whole characters are blanked")
}

/// Reads a tag from after its `<`; returns where it ends. A closing tag or a lone `<` has no name.
fn read_tag(page: &str, from: usize) -> (usize, Tag) {
    let rest = &page[from..];
    let name: String =
        rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let mut tag = Tag { name: name.to_ascii_lowercase(), attributes: Vec::new() };
    if tag.name.is_empty() {
        return (from, tag);
    }
    let mut at = from + name.len();
    loop {
        let rest = page[at..].trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        at = page.len() - rest.len();
        if rest.is_empty() || rest.starts_with('>') || rest.starts_with('<') {
            return (at, tag);
        }
        let name_end =
            rest.find(|c: char| c.is_whitespace() || "=>/<".contains(c)).unwrap_or(rest.len());
        let name = rest[..name_end].to_ascii_lowercase();
        let after = rest[name_end..].trim_start();
        at = page.len() - after.len();
        let mut value = "";
        if let Some(after) = after.strip_prefix('=') {
            let after = after.trim_start();
            let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''));
            let skip = usize::from(quote.is_some());
            let inside = &after[skip..];
            let end = inside
                .find(|c: char| quote.map_or(c.is_whitespace() || c == '>', |quote| c == quote));
            let end = end.unwrap_or(inside.len());
            value = &inside[..end];
            at = page.len() - inside.len() + (end + skip).min(inside.len());
        } else if name.is_empty() {
            // A stray `=`: nothing to read here.
            at += 1;
        }
        tag.attributes.push((name, value.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(faults: Vec<Fault>) -> Vec<usize> {
        faults.into_iter().map(|fault| fault.line).collect()
    }

    #[test]
    fn inline_code_and_style_are_found() {
        let text = "<script>\nalert(1)</script>\n<p class=\"a\"\n   style='x'>\n<a href=\"javascript:f()\">\n\
                    <button type=button onclick=f()>\n<style>\n<SCRIPT type=module></SCRIPT>\n<p a='>' STYLE=x>";
        assert_eq!(lines(template("src/web/a.html", text)), [1, 3, 5, 6, 7, 8, 9]);
    }

    #[test]
    fn plain_templates_pass() {
        let text = "{# <script>x</script> #}\n<!-- <style> -->\n<script type=\"module\" src=\"{{ asset(\"a.js\") }}\"></script>\n\
                    <p class=\"{% if a < b %}style=x{% endif %}\" data-on=\"1\" hidden>1 < 2 onclick=</p>\n<br/>\n\
                    <input name=online value='style=\"x\"'><img alt=\"<script>\" src=x>";
        assert_eq!(template("src/web/a.html", text), []);
    }

    #[test]
    fn broken_markup_is_read_to_its_end() {
        for text in
            ["<", "<a", "<a b=", "<a b='", "<a =", "<a = =", "{{", "<a b=\"c", "<中", "<a 中='x"]
        {
            assert_eq!(template("src/web/a.html", text), [], "{text}");
        }
    }

    #[test]
    fn scripts_that_write_markup_are_found_in_the_product_only() {
        let text = "// never innerHTML\nnode.innerHTML = x;\nnode.textContent = x;\neval('x');";
        assert_eq!(lines(script("src/web/a.js", text)), [2, 4]);
        assert_eq!(script("tests/browser/lib/a.mjs", text), []);
        assert_eq!(lines(script("tests/browser/lib/a.mjs", &"x\n".repeat(401))), [401]);
    }

    #[test]
    fn sheets_that_fetch_are_found() {
        let text = "@import 'b.css';\na { background: url( \"https://x/y\" ) }\nb { background: url(/static/e.svg) }";
        assert_eq!(lines(sheet("src/web/base.css", text)), [1, 2]);
    }
}
