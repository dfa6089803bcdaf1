//! What authors write in LaTeX that the converter knows by another name, or not at all.

use std::borrow::Cow;

use crate::diagnostic::nearest;

/// Environments of displayed formulas, and what they are within `$$`, which is a displayed formula already. Their lines get no numbers.
const ENVIRONMENTS: [(&str, &str, &str); 11] = [
    ("align", r"\begin{aligned}", r"\end{aligned}"),
    ("align*", r"\begin{aligned}", r"\end{aligned}"),
    ("displaymath", "", ""),
    ("eqnarray", r"\begin{array}{rcl}", r"\end{array}"),
    ("eqnarray*", r"\begin{array}{rcl}", r"\end{array}"),
    ("equation", "", ""),
    ("equation*", "", ""),
    ("gather", r"\begin{gathered}", r"\end{gathered}"),
    ("gather*", r"\begin{gathered}", r"\end{gathered}"),
    ("split", r"\begin{aligned}", r"\end{aligned}"),
    ("smallmatrix", r"\begin{matrix}", r"\end{matrix}"),
];

/// Commands of another name, with what follows them.
const SYNONYMS: [(&str, &str); 4] =
    [(r"\dotsb ", r"\cdots "), (r"\dotsc ", r"\ldots "), (r"\hbox{", r"\text{"), (r"\mbox{", r"\text{")];

/// `latex` with the names that the converter knows, and with environments that it renders without inline styles.
pub(super) fn with_known_names(latex: &str) -> Cow<'_, str> {
    let mut known = Cow::Borrowed(latex);
    for (from, to) in SYNONYMS {
        if known.contains(from) {
            known = known.replace(from, to).into();
        }
    }
    if !latex.contains(r"\begin{") {
        return known;
    }
    for (name, begin, end) in ENVIRONMENTS {
        for (from, to) in [(format!(r"\begin{{{name}}}"), begin), (format!(r"\end{{{name}}}"), end)] {
            if known.contains(&from) {
                known = known.replace(&from, to).into();
            }
        }
    }
    // What says that a line has no number.
    for command in [r"\nonumber", r"\notag"] {
        if matches!(known, Cow::Owned(_)) && known.contains(command) {
            known = known.replace(command, "").into();
        }
    }
    known
}

/// Commands that authors misspell.
pub(super) const COMMANDS: [&str; 78] = [
    r"\alpha",
    r"\approx",
    r"\bar",
    r"\begin",
    r"\beta",
    r"\bigl",
    r"\bigr",
    r"\binom",
    r"\cap",
    r"\cdot",
    r"\cdots",
    r"\chi",
    r"\cos",
    r"\cup",
    r"\ddots",
    r"\Delta",
    r"\delta",
    r"\dfrac",
    r"\dots",
    r"\ell",
    r"\end",
    r"\epsilon",
    r"\equiv",
    r"\eta",
    r"\exists",
    r"\exp",
    r"\forall",
    r"\frac",
    r"\Gamma",
    r"\gamma",
    r"\geq",
    r"\hat",
    r"\iff",
    r"\in",
    r"\infty",
    r"\int",
    r"\kappa",
    r"\lambda",
    r"\Lambda",
    r"\ldots",
    r"\leq",
    r"\left",
    r"\leftarrow",
    r"\lim",
    r"\ln",
    r"\log",
    r"\mathbb",
    r"\mathbf",
    r"\mathcal",
    r"\mathrm",
    r"\max",
    r"\min",
    r"\mu",
    r"\nabla",
    r"\neq",
    r"\omega",
    r"\Omega",
    r"\operatorname",
    r"\overline",
    r"\partial",
    r"\phi",
    r"\pi",
    r"\prod",
    r"\propto",
    r"\quad",
    r"\right",
    r"\Rightarrow",
    r"\rightarrow",
    r"\sigma",
    r"\Sigma",
    r"\sin",
    r"\sqrt",
    r"\sum",
    r"\text",
    r"\theta",
    r"\times",
    r"\to",
    r"\underline",
];

/// Other ways to write what the converter does not know.
const INSTEAD: [(&str, &str); 8] = [
    (r"\boxed", "write it without a box"),
    (r"\dotsb", r"write `\cdots`"),
    (r"\dotsc", r"write `\ldots`"),
    (r"\label", "formulas have no numbers: refer to them by words"),
    (r"\LaTeX", "write `LaTeX`, without dollar signs"),
    (r"\TeX", "write `TeX`, without dollar signs"),
    (r"\tag", r"formulas have no numbers: write `\quad (1)` at the end of the line"),
    (r"\textcolor", "formulas have the colour of the text: remove it"),
];

/// What to write instead of the `part` of a formula about which the converter says `message`.
pub(super) fn help(message: &str, part: &str) -> Option<String> {
    if let Some((_, help)) = INSTEAD.iter().find(|(command, _)| *command == part) {
        return Some((*help).to_owned());
    }
    if message.starts_with("Unknown environment") {
        return Some("use `aligned`, `gathered`, `cases`, `array` or a matrix".to_owned());
    }
    if message.starts_with("Unknown command") {
        // Some write words in full: `\fraction`.
        let start =
            || COMMANDS.into_iter().filter(|command| part.starts_with(command)).max_by_key(|command| command.len());
        let near = nearest(part, COMMANDS).or_else(start).map(|near| format!("did you mean `{near}`?"));
        return Some(near.unwrap_or_else(|| r"check its spelling; for a name, write `\operatorname{…}`".to_owned()));
    }
    if message.contains("reached end of input") {
        return Some("close every brace and bracket, and every `\\left` by a `\\right`".to_owned());
    }
    message
        .starts_with("Found \"&\"")
        .then(|| r"write lines that are aligned between `\begin{aligned}` and `\end{aligned}`".to_owned())
}
