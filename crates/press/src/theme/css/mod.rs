//! A style sheet of the site: what is wrong with it, each with its place; the addresses in it; its text for the pages.
//!
//! 1. `tokens`: strings, addresses and brackets.
//! 2. `structure`: rules and declarations have their form.
//! 3. Here: the addresses, and the same without comments and needless white space.

mod structure;
mod tokens;

use std::borrow::Cow;
use std::ops::Range;

use self::structure::structure;
use self::tokens::{Kind, Token, Unclosed, tokens};
use super::address::{Judge, Purpose};
use crate::diagnostic::{Diagnostic, Report};
use crate::span::{Spanned, edited};
use crate::url::BaseUrl;

/// A style sheet that was read.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    /// What the pages contain.
    pub(super) text: String,
    /// The file as it was written, but with its routes as hrefs.
    pub(super) source: String,
    /// The declarations of the root of the page, the last rule first: of two definitions of a colour, the last one counts.
    pub(super) root: String,
    /// The addresses in it, with their places in the file.
    pub(super) addresses: Vec<Address>,
}

/// An address in a style sheet.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) target: Spanned<String>,
    /// Whether a font is there, and not a picture.
    pub(super) is_font: bool,
}

impl Sheet {
    /// The sheet on a site with this base URL: what was read from `text`, at `offset` of the file, has hrefs in place of routes.
    pub(super) fn at(self, (text, offset): (&str, usize), base_url: &BaseUrl) -> Self {
        let edits = self.edits(base_url);
        if edits.is_empty() {
            return self;
        }
        let within = |(span, href): (Range<usize>, String)| (span.start - offset..span.end - offset, href);
        let source = edited(text, edits.into_iter().map(within));
        // It was sound before, and a path of a base URL needs no escapes.
        Self { addresses: self.addresses, ..read(("", 0), &source, &mut Report::default()) }
    }

    /// The places of routes in the file, and their hrefs.
    pub(super) fn edits(&self, base_url: &BaseUrl) -> Vec<(Range<usize>, String)> {
        let edit = |Address { target: Spanned { value, span }, .. }: &Address| match base_url.href(value) {
            Cow::Owned(href) => Some((span.clone(), href)),
            Cow::Borrowed(_) => None,
        };
        self.addresses.iter().filter_map(edit).collect()
    }

    /// Notes the addresses that lead to this site, and reports those that cannot be loaded.
    pub(super) fn judge(&self, judge: &mut Judge) {
        for address in &self.addresses {
            judge.address(&address.target, if address.is_font { Purpose::Own } else { Purpose::Picture });
        }
    }
}

/// Reads the style sheet `text`, which begins at `offset` of the file `path`. A sheet with a mistake is reported, and is empty.
pub(super) fn read((path, offset): (&str, usize), text: &str, report: &mut Report) -> Sheet {
    let mut found = Report::default();
    let mut error = |span: Range<usize>, message: String, help: &str| {
        found.push(Diagnostic::error(path, offset + span.start..offset + span.end, message).help(help));
    };
    let (tokens, unclosed) = tokens(text);
    for Unclosed { span, what, end } in unclosed {
        error(span, format!("a {what} that is not closed"), &format!("close it with {end}"));
    }
    if let Some(at) = text.find("</") {
        error(at..at + 2, "`</` would end the page's <style>".to_owned(), "write it `<\\/`");
    }
    let structure = structure(text, &tokens);
    for problem in structure.problems {
        error(problem.span, problem.message, problem.help);
    }
    for token in tokens.iter().filter(|token| text[token.span.clone()].eq_ignore_ascii_case("@import")) {
        let help = "copy the rules into theme/custom.css";
        error(token.span.clone(), "`@import` is blocked by the page's security policy".to_owned(), help);
    }
    let is_sound = found.is_empty();
    report.extend(found);
    if !is_sound {
        return Sheet::default();
    }
    let is_root = |prelude: &Range<usize>| matches!(&text[prelude.clone()], ":root" | "html");
    let root = structure.rules.iter().rev().filter(|(prelude, _)| is_root(prelude));
    Sheet {
        text: compact(text, &tokens),
        root: root.flat_map(|(_, block)| [&text[block.clone()], ";"]).collect(),
        addresses: addresses(text, &tokens, offset),
        source: text.to_owned(),
    }
}

/// The functions whose strings are addresses.
const ADDRESS_FUNCTIONS: [&str; 4] = ["url", "src", "image-set", "-webkit-image-set"];

fn addresses(sheet: &str, tokens: &[Token], offset: usize) -> Vec<Address> {
    let mut addresses = Vec::new();
    let mut functions: Vec<&str> = Vec::new();
    let mut last = "";
    let (mut rule, mut is_font) = ("", false);
    for token in tokens {
        let text = &sheet[token.span.clone()];
        let is_address = || functions.last().is_some_and(|name| is_one_of(name, &ADDRESS_FUNCTIONS));
        let inside = match token.kind {
            Kind::Url => trimmed(sheet, token.span.start + "url(".len()..token.span.end - 1),
            Kind::Text if is_address() => token.span.start + 1..token.span.end - 1,
            _ => 0..0,
        };
        if !inside.is_empty() && !rule.eq_ignore_ascii_case("@namespace") {
            let span = offset + inside.start..offset + inside.end;
            addresses.push(Address { target: Spanned { value: sheet[inside].to_owned(), span }, is_font });
        }
        match token.kind {
            Kind::Word if text.starts_with('@') => rule = text,
            Kind::Semicolon | Kind::Open('{') | Kind::Close('}') => {
                // The declarations of a font end with the block, not with a semicolon.
                is_font = match token.kind {
                    Kind::Open(_) => rule.eq_ignore_ascii_case("@font-face"),
                    kind => is_font && kind == Kind::Semicolon,
                };
                rule = "";
            }
            Kind::Open(_) => functions.push(last),
            Kind::Close(_) => drop(functions.pop()),
            _ => {}
        }
        last = text;
    }
    addresses
}

fn is_one_of(name: &str, names: &[&str]) -> bool {
    names.iter().any(|known| name.eq_ignore_ascii_case(known))
}

fn trimmed(sheet: &str, span: Range<usize>) -> Range<usize> {
    let text = &sheet[span.clone()];
    let start = span.start + text.len() - text.trim_start().len();
    start..start + text.trim().len()
}

/// The sheet without comments, and without white space that separates nothing.
fn compact(sheet: &str, tokens: &[Token]) -> String {
    let mut text = String::with_capacity(sheet.len());
    for (at, token) in tokens.iter().enumerate() {
        let (before, after) = (at.checked_sub(1).map(|at| tokens[at].kind), tokens.get(at + 1).map(|next| next.kind));
        match token.kind {
            Kind::Space { is_white } => text.push_str(between(before, after, is_white)),
            Kind::Semicolon if is_last_of_block(&tokens[at + 1..]) && before != Some(Kind::Colon) => {}
            _ => text.push_str(&sheet[token.span.clone()]),
        }
    }
    text
}

/// What has to be between two tokens in place of white space or a comment.
fn between(before: Option<Kind>, after: Option<Kind>, is_white: bool) -> &'static str {
    let (Some(before), Some(after)) = (before, after) else { return "" };
    // White space after a colon separates nothing; in front of one, it may be the descendants of a selector: `a :hover`.
    let is_open = matches!(before, Kind::Open(_) | Kind::Close('}') | Kind::Semicolon | Kind::Comma | Kind::Colon);
    let is_closed = matches!(after, Kind::Close(_) | Kind::Open('{') | Kind::Semicolon | Kind::Comma);
    match (is_white, before, after) {
        _ if is_open || is_closed => "",
        (true, ..) => " ",
        // Two words would otherwise be one, and a word in front of a parenthesis a function.
        (false, Kind::Word, Kind::Word | Kind::Open('(') | Kind::Url) => "/**/",
        (false, ..) => "",
    }
}

/// Whether a block ends with the next tokens.
fn is_last_of_block(next: &[Token]) -> bool {
    let mut kinds = next.iter().map(|token| token.kind).filter(|kind| !matches!(kind, Kind::Space { .. }));
    kinds.next() == Some(Kind::Close('}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(text: &str) -> Sheet {
        let mut report = Report::default();
        let sheet = read(("theme/custom.css", 0), text, &mut report);
        assert!(report.is_empty(), "{text}: {report:?}");
        sheet
    }

    #[test]
    fn what_separates_nothing_is_left_out() {
        for (text, expected) in [
            ("/* a */ a  {\n  color : red ;\n}\n", "a{color :red}"),
            ("a , b :hover { c: calc( 1px + 2px ) ; }", "a,b :hover{c:calc(1px + 2px)}"),
            ("a/* */b{} a/* */.b{}", "a/**/b{}a/**/.b{}"),
            ("@media screen and (width > 1px) { a { b: c } }", "@media screen and (width > 1px){a{b:c}}"),
            ("@media screen and/**/(width>1px){a{b:c/**/(d)}}", "@media screen and/**/(width>1px){a{b:c/**/(d)}}"),
            ("a{b:c/**/url(/d);e:calc(1px)/**/f/**/[g]}", "a{b:c/**/url(/d);e:calc(1px)f[g]}"),
            ("a { --x: ; --y:; }", "a{--x:;--y:;}"),
            ("a { b: \"c  d\" url( /e f ) }", "a{b:\"c  d\" url( /e f )}"),
        ] {
            assert_eq!(sheet(text).text, expected, "{text}");
        }
    }

    #[test]
    fn addresses_are_found_with_their_places() {
        let text = "@namespace s url(http://www.w3.org/2000/svg); a { b: url( /c ) url(\"/d\") image-set(\"/e\" type(\"image/x\") 1x) }\
                    @font-face { src: url(/f) } g { content: \"/h\"; b: url(/i) }";
        let found = sheet(text).addresses;
        let found: Vec<_> = found.iter().map(|address| (&text[address.target.span.clone()], address.is_font)).collect();
        assert_eq!(found, [("/c", false), ("/d", false), ("/e", false), ("/f", true), ("/i", false)]);
        assert_eq!(sheet("a{b:url(\"/x y\")}").addresses[0].target.value, "/x y");
    }

    #[test]
    fn the_declarations_of_the_root_are_found_the_last_first() {
        let text = ":root { --ink: #111 } @media (x) { :root { --ink: #222 } } html { --ink: #333; }";
        assert_eq!(sheet(text).root, " --ink: #333; ; --ink: #111 ;");
    }

    #[test]
    fn a_sheet_with_a_mistake_is_reported_and_left_out() {
        for (text, messages) in [
            ("a{b:c", &["`{` is not closed"][..]),
            ("a{b:\"c\n}", &["a string that is not closed"]),
            ("@import \"x.css\";", &["`@import` is blocked by the page's security policy"]),
            ("a::after{content:\"</style>\"}", &["`</` would end the page's <style>"]),
            (
                "a{b c}} d",
                &["expected a declaration in front of `}`", "`}` closes nothing", "a selector without a block"],
            ),
        ] {
            let mut report = Report::default();
            let sheet = read(("theme/custom.css", 100), text, &mut report);
            let found: Vec<_> = report.diagnostics().iter().map(|found| found.message.as_str()).collect();
            assert_eq!(found, messages, "{text}");
            assert!(report.diagnostics().iter().all(|found| found.span.as_ref().is_some_and(|span| span.start >= 100)));
            assert_eq!(sheet.text, "", "{text}");
        }
    }
}
