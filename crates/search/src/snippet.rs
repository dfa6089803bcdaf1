//! The part of a section in which most of a query's words are, with the words marked.

use crate::token::{Run, Runs};

/// The length of a snippet in bytes: two lines on a wide screen, four on a phone.
const WINDOW: usize = 200;

/// The bytes of a section that are looked at, so that an endless section costs no time.
const MAX_TEXT: usize = 64 * 1024;

/// The words of a section that are marked at most.
const MAX_MARKS: usize = 256;

/// A part of a text, in pieces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snippet {
    /// The pieces in order, each with whether it is a word of the query. The whole begins or ends with "…" where the text goes on.
    pub parts: Vec<(bool, String)>,
}

/// A word of the query in a text.
#[derive(Clone, Copy, Debug)]
struct Mark {
    start: usize,
    end: usize,
    /// Which word of the query it is.
    term: usize,
}

/// The snippet of a text. `term` says which word of the query a run is.
pub(crate) fn snippet(text: &str, term: &mut dyn FnMut(&Run) -> Option<usize>) -> Snippet {
    let text = &text[..text.floor_char_boundary(MAX_TEXT)];
    let mut marks = Vec::new();
    let mut runs = Runs::new(text);
    let mut run = Run::default();
    while marks.len() < MAX_MARKS && runs.next_into(&mut run) {
        if let Some(term) = term(&run) {
            marks.push(Mark { start: run.start, end: run.end, term });
        }
    }
    let (start, end) = window(text, best(&marks));
    pieces(text, start, end, &marks)
}

/// The first and the last byte between which most different words are; more words decide if that is equal.
fn best(marks: &[Mark]) -> (usize, usize) {
    let mut best = ((0, 0), (0, 0));
    for (first, mark) in marks.iter().enumerate() {
        let within = marks[first..].iter().take_while(|next| next.end - mark.start <= WINDOW);
        let (mut terms, mut count, mut end) = (0_u64, 0, mark.end);
        for next in within {
            terms |= 1 << (next.term % 64);
            count += 1;
            end = next.end;
        }
        if (terms.count_ones(), count) > best.0 {
            best = ((terms.count_ones(), count), (mark.start, end));
        }
    }
    best.1
}

/// Grows a range to the length of a snippet, to both sides, and to the ends of words.
fn window(text: &str, (from, to): (usize, usize)) -> (usize, usize) {
    let spare = WINDOW.saturating_sub(to - from);
    let mut start = text.floor_char_boundary(from.saturating_sub(spare / 3));
    let mut end = text.floor_char_boundary((start + WINDOW).max(to));
    start = text.ceil_char_boundary(end.saturating_sub(WINDOW.max(to - from)).min(start));
    let is_space = |c: char| c.is_whitespace();
    if start > 0 {
        start = text[start..from].find(is_space).map_or(from.min(start), |space| start + space + 1);
        start = text.ceil_char_boundary(start);
    }
    if end < text.len() {
        end = text[to..end].rfind(is_space).map_or(end, |space| to + space);
    }
    (start, end)
}

/// Cuts a range into what is marked and what is not, each stretch of white space as one space.
fn pieces(text: &str, start: usize, end: usize, marks: &[Mark]) -> Snippet {
    let mut parts: Vec<(bool, String)> = Vec::new();
    let mut put = |marked: bool, piece: &str| match parts.last_mut() {
        Some((before, last)) if *before == marked => last.push_str(piece),
        _ if piece.is_empty() => {}
        _ => parts.push((marked, piece.to_owned())),
    };
    if start > 0 {
        put(false, "…");
    }
    let mut at = start;
    for mark in marks.iter().filter(|mark| mark.start >= start && mark.end <= end) {
        put(false, &on_one_line(&text[at..mark.start]));
        put(true, &text[mark.start..mark.end]);
        at = mark.end;
    }
    put(false, &on_one_line(&text[at..end]));
    if end < text.len() {
        put(false, "…");
    }
    Snippet { parts }
}

fn on_one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        match c.is_whitespace() {
            true if line.ends_with(' ') => {}
            true => line.push(' '),
            false => line.push(c),
        }
    }
    line
}
