//! The structure of a style sheet (CSS Syntax 3 §5): rules, blocks, declarations, and what is wrong with them.
//!
//! A browser skips what it does not understand and says nothing. So each rule and each declaration has to have its form here. Whether a property
//! exists is not checked: the next browser may have it.

use std::ops::Range;

use super::tokens::{Kind, Token};

/// Something that is not as it has to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) span: Range<usize>,
    pub(super) message: String,
    pub(super) help: &'static str,
}

/// What was found in a sheet.
#[derive(Debug, Default)]
pub(super) struct Structure {
    pub(super) problems: Vec<Problem>,
    /// What is between the braces of each rule that is in no other, with what is in front of them.
    pub(super) rules: Vec<(Range<usize>, Range<usize>)>,
}

/// Reads the tokens of a sheet.
pub(super) fn structure(sheet: &str, tokens: &[Token]) -> Structure {
    let mut reader = Reader { sheet, open: Vec::new(), item: Item::default(), found: Structure::default() };
    for token in tokens.iter().filter(|token| !matches!(token.kind, Kind::Space { .. })) {
        reader.token(token);
    }
    reader.finish();
    reader.found
}

struct Reader<'s> {
    sheet: &'s str,
    /// The brackets that are not closed yet, each with the rule or declaration that it belongs to.
    open: Vec<(char, usize, Item)>,
    item: Item,
    found: Structure,
}

/// A rule or a declaration up to here, without what is in brackets.
#[derive(Clone, Debug, Default)]
struct Item {
    span: Option<Range<usize>>,
    /// How many tokens it has.
    tokens: usize,
    /// The first colon, and the second.
    colons: Vec<usize>,
    /// Whether the first colon follows the first token.
    is_declaration: bool,
    /// The last word in front of the second colon.
    last_word: Range<usize>,
}

impl Item {
    fn is_custom_property(&self, sheet: &str) -> bool {
        let is_custom = |span: &Range<usize>| sheet[span.clone()].starts_with("--");
        self.is_declaration && self.span.as_ref().is_some_and(is_custom)
    }
}

impl Reader<'_> {
    fn token(&mut self, token: &Token) {
        let is_in_block = self.open.last().is_none_or(|(bracket, ..)| *bracket == '{');
        match token.kind {
            Kind::Open('{') => self.open_block(token),
            Kind::Open(bracket) => {
                self.extend(token);
                self.open.push((bracket, token.span.start, self.item.clone()));
            }
            Kind::Close(bracket) => self.close(bracket, token),
            Kind::Semicolon if is_in_block => self.end_item(false),
            Kind::Colon if is_in_block => {
                self.extend(token);
                self.item.is_declaration |= self.item.tokens == 2;
                if self.item.colons.len() < 2 {
                    self.item.colons.push(token.span.start);
                }
            }
            _ if is_in_block => self.extend(token),
            _ => {}
        }
    }

    fn extend(&mut self, token: &Token) {
        let item = &mut self.item;
        let start = item.span.as_ref().map_or(token.span.start, |span| span.start);
        item.span = Some(start..token.span.end);
        item.tokens += 1;
        if item.colons.len() < 2 && token.kind == Kind::Word {
            item.last_word = token.span.clone();
        }
    }

    fn open_block(&mut self, token: &Token) {
        if self.open.last().is_some_and(|(bracket, ..)| *bracket != '{') {
            // In brackets, braces are a part of a value.
            self.open.push(('{', token.span.start, self.item.clone()));
            return;
        }
        if self.item.span.is_none() {
            self.report(token.span.clone(), "a block without a selector", "write what it is for: `a:hover { … }`");
        }
        self.open.push(('{', token.span.start, std::mem::take(&mut self.item)));
    }

    fn close(&mut self, bracket: char, token: &Token) {
        let opening = match bracket {
            ')' => '(',
            ']' => '[',
            _ => '{',
        };
        if !self.open.iter().any(|(open, ..)| *open == opening) {
            let help = "remove it, or write the bracket that it closes";
            self.report(token.span.clone(), format!("`{bracket}` closes nothing"), help);
            self.item = Item::default();
            return;
        }
        // Up to the bracket that it closes, all others are without an end.
        while let Some((open, start, item)) = self.open.pop() {
            if open == opening {
                self.end_bracket(open, start, item, token);
                return;
            }
            self.unclosed(open, start);
            self.item = item;
        }
    }

    fn end_bracket(&mut self, open: char, start: usize, item: Item, token: &Token) {
        let is_value = self.open.last().is_some_and(|(bracket, ..)| *bracket != '{');
        if open != '{' || is_value {
            self.item = item;
            self.extend(token);
            return;
        }
        if item.is_custom_property(self.sheet) {
            self.item = Item { span: item.span.map(|span| span.start..token.span.end), ..item };
            return;
        }
        self.end_item(true);
        if self.open.is_empty() {
            self.found.rules.push((item.span.unwrap_or_default(), start + 1..token.span.start));
        }
        self.item = Item::default();
    }

    /// Ends what is in a block up to a semicolon, or up to the end of the block if it `is_last`. It has to be a declaration, unless it begins with `@`.
    fn end_item(&mut self, is_last: bool) {
        let item = std::mem::take(&mut self.item);
        let Some(span) = item.span.clone() else { return };
        if self.sheet[span.clone()].starts_with('@') {
            return;
        }
        if self.open.is_empty() && !is_last {
            let help = "put it between the braces of a rule: `body { … }`";
            self.report(span, "a declaration outside of all rules", help);
        } else if !item.is_declaration {
            let end = if is_last { "`}`" } else { "`;`" };
            let message = format!("expected a declaration in front of {end}");
            self.report(span, message, "write a property, a colon and a value: `color: red`");
        } else if item.is_custom_property(self.sheet) {
            // Its value is anything.
        } else if item.colons[0] + 1 == span.end {
            self.report(span, "a property without a value", "write the value after the colon, or remove it");
        } else if item.colons.len() > 1 {
            let help = "end the declaration in front of it with `;`";
            self.report(item.last_word, "a second declaration begins within a declaration", help);
        }
    }

    fn finish(&mut self) {
        if self.open.is_empty() && self.item.span.is_some() {
            let span = self.item.span.clone().unwrap_or_default();
            if !self.sheet[span.clone()].starts_with('@') {
                self.report(span, "a selector without a block", "write `{ … }` after it, or remove it");
            }
        }
        for (open, start, _) in std::mem::take(&mut self.open) {
            self.unclosed(open, start);
        }
    }

    fn unclosed(&mut self, open: char, start: usize) {
        self.report(start..start + 1, format!("`{open}` is not closed"), "close it where its content ends");
    }

    fn report(&mut self, span: Range<usize>, message: impl Into<String>, help: &'static str) {
        self.found.problems.push(Problem { span, message: message.into(), help });
    }
}

#[cfg(test)]
mod tests {
    use super::super::tokens::tokens;
    use super::*;

    fn problems(sheet: &str) -> Vec<(String, String)> {
        let (found, _) = tokens(sheet);
        let of = |problem: Problem| (sheet[problem.span].to_owned(), problem.message);
        structure(sheet, &found).problems.into_iter().map(of).collect()
    }

    #[test]
    fn what_a_browser_reads_has_no_problem() {
        for sheet in [
            "",
            "a{}b{;}c{color:red;;}",
            "a:hover, b::after > c[d=\"}\"] { color : red; background: url(data:;x) }",
            ":root { --x: a:b; --y: { a: b }; --z:; --w: }",
            "@charset \"utf-8\"; @layer a, b; @layer a { b { c: d } }",
            "@media (min-width: 1px) and (max-width: 2px) { a { &:hover { c: d } > b { e: f } g: h } }",
            "@font-face { font-family: x; src: url('/x.woff2') format('woff2'), local(\"x\") }",
            "@keyframes x { from { a: b } 50.5% { a: c } }",
            "@property --x { syntax: \"<length>\"; inherits: false }",
            "a { width: calc((1px + 2px) * 3); grid-area: 1 / 2; margin: -1px !important }",
            "a { color: if(media(width: 1px): red; else: blue); }",
            "@page { @top-left { content: 'x' } margin: 1cm }",
        ] {
            assert_eq!(problems(sheet), [], "{sheet}");
        }
    }

    #[test]
    fn what_a_browser_skips_is_a_problem() {
        for (sheet, place, message) in [
            ("a { color: red", "{", "`{` is not closed"),
            ("a { color: red } }", "}", "`}` closes nothing"),
            ("a { b: c(d }", "(", "`(` is not closed"),
            ("a { b: c) }", ")", "`)` closes nothing"),
            ("{ color: red }", "{", "a block without a selector"),
            ("a { color red; }", "color red", "expected a declaration in front of `;`"),
            ("a { color }", "color", "expected a declaration in front of `}`"),
            ("a { a b: c }", "a b: c", "expected a declaration in front of `}`"),
            ("a { color: ; b: c }", "color:", "a property without a value"),
            ("a { color: red\n  margin: 0; }", "margin", "a second declaration begins within a declaration"),
            ("color: red;", "color: red", "a declaration outside of all rules"),
            ("a { b: c } d", "d", "a selector without a block"),
        ] {
            assert_eq!(problems(sheet), [(place.to_owned(), message.to_owned())], "{sheet}");
        }
    }

    #[test]
    fn the_rules_that_are_in_no_other_are_found() {
        let sheet = "a{b:c} @media x { d { e: f } } g { h { i: j } }";
        let (found, _) = tokens(sheet);
        let rules = structure(sheet, &found).rules;
        let preludes: Vec<_> = rules.iter().map(|(prelude, _)| &sheet[prelude.clone()]).collect();
        assert_eq!(preludes, ["a", "@media x", "g"]);
        assert_eq!(&sheet[rules[0].1.clone()], "b:c");
    }
}
