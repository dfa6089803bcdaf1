//! Dockerfiles and makefiles: instructions and rules, with commands of a shell in them.

use super::painter::{COMMENT, FUNCTION, KEYWORD, PLAIN, Painter, STRING};
use super::quote::{Part, Quote};
use super::scanner::{Scanner, is_blank, is_of_word};
use super::shell;

/// Paints a Dockerfile.
pub(super) fn read_dockerfile(code: &str, painter: &mut Painter) {
    let mut scanner = Scanner::new(code, painter);
    while !scanner.is_at_end() {
        scanner.skip_blanks();
        if scanner.byte() == b'#' {
            scanner.take(COMMENT, scanner.line());
        } else {
            let word = scanner.count(|byte| byte.is_ascii_alphabetic());
            let instruction = scanner.rest()[..word].to_ascii_uppercase();
            scanner.take(KEYWORD, word);
            scanner.skip_blanks();
            while instruction == "RUN" && scanner.starts_with("--") {
                scanner.skip(scanner.count(|byte| !byte.is_ascii_whitespace()));
                scanner.skip_blanks();
            }
            let length = instruction_length(scanner.rest());
            let is_command = matches!(instruction.as_str(), "RUN" | "CMD" | "ENTRYPOINT" | "HEALTHCHECK" | "ONBUILD");
            scanner.embed(length, if is_command && scanner.byte() != b'[' { shell::read } else { read_arguments });
        }
        scanner.skip(scanner.whole_line());
    }
    scanner.flush();
}

/// The length of an instruction: lines that end with a backslash continue, and so do comments and empty lines after them.
fn instruction_length(text: &str) -> usize {
    let mut length = 0;
    let mut continues = true;
    for line in text.split_inclusive('\n') {
        let content = line.trim_ascii();
        let is_comment = length > 0 && (content.is_empty() || content.starts_with('#'));
        if !continues {
            break;
        }
        length += line.len();
        continues = is_comment || content.ends_with('\\');
    }
    text[..length].strip_suffix('\n').map_or(length, str::len)
}

/// The arguments of an instruction: strings, comments between the lines, and `AS`.
fn read_arguments(code: &str, painter: &mut Painter) {
    let mut scanner = Scanner::new(code, painter);
    while !scanner.is_at_end() {
        match scanner.byte() {
            b'#' if scanner.is_first_of_line() => scanner.take(COMMENT, scanner.line()),
            b'"' | b'\'' => {
                let quote = if scanner.byte() == b'"' { Quote::new("\"", "\"") } else { Quote::new("'", "'") };
                let (Part::Whole(length) | Part::BeforeHole(length)) = quote.part(&scanner.rest()[1..]);
                scanner.take(STRING, 1 + length);
            }
            byte if is_of_word(byte) => {
                let word = scanner.count(|byte| !byte.is_ascii_whitespace() && byte != b'"' && byte != b'\'');
                let is_as = scanner.rest()[..word].eq_ignore_ascii_case("as") && is_blank(scanner.byte_before());
                scanner.take(if is_as { KEYWORD } else { PLAIN }, word);
            }
            _ => {
                scanner.skip_character();
            }
        }
    }
    scanner.flush();
}

/// What a line of a makefile begins with.
const DIRECTIVES: [&str; 13] = [
    "ifeq", "ifneq", "ifdef", "ifndef", "else", "endif", "include", "define", "endef", "export", "override",
    "unexport", "-include",
];

/// Paints a makefile.
pub(super) fn read_makefile(code: &str, painter: &mut Painter) {
    let mut scanner = Scanner::new(code, painter);
    while !scanner.is_at_end() {
        let line = &scanner.rest()[..scanner.line()];
        if scanner.byte() == b'\t' {
            scanner.embed(line.len(), shell::read_recipe);
        } else if line.trim_ascii_start().starts_with('#') {
            scanner.take(COMMENT, line.len());
        } else {
            let word = scanner.count(|byte| !byte.is_ascii_whitespace() && !b":=".contains(&byte));
            if DIRECTIVES.contains(&&line[..word]) {
                scanner.take(KEYWORD, word);
            } else if let Some((targets, rest)) =
                line.split_once(':').filter(|(targets, rest)| !rest.starts_with('=') && !targets.contains('='))
            {
                scanner.take(FUNCTION, targets.len());
                let comment = rest.find(" #").map_or(rest.len(), |at| at + 1);
                scanner.skip(1 + comment);
                scanner.take(COMMENT, rest.len() - comment);
            }
            scanner.skip(scanner.line());
        }
        scanner.skip(scanner.whole_line().min(1));
    }
    scanner.flush();
}
