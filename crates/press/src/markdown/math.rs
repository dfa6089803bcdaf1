//! Math: LaTeX between dollar signs becomes `MathML`.

use std::fmt::Write;
use std::ops::Range;
use std::sync::LazyLock;

use math_core::{LatexToMathML, MathCoreConfig, MathDisplay};
use pulldown_cmark::{Event, Tag, TagEnd};

use super::events::{SpannedEvent, replace};
use super::latex;
use super::page::Page;
use crate::diagnostic::Diagnostic;
use crate::markup::push_text;
use crate::span::trim_end;

static CONVERTER: LazyLock<LatexToMathML> = LazyLock::new(|| {
    LatexToMathML::new(MathCoreConfig::default())
        .expect("the default settings define no macros, so that none is invalid")
});

/// Converts each formula. A displayed formula alone in its paragraph gets a box that scrolls if the formula is wider than the page.
pub(super) fn render(events: &mut [SpannedEvent], page: &mut Page) {
    for index in 0..events.len() {
        let (event, span) = &events[index];
        match event {
            Event::InlineMath(latex) => {
                let html = to_mathml(latex, span, MathDisplay::Inline, page);
                events[index].0 = Event::InlineHtml(html.into());
            }
            Event::DisplayMath(latex) => {
                let html = to_mathml(latex, span, MathDisplay::Block, page);
                place_displayed(events, index, html);
            }
            _ => {}
        }
    }
}

fn place_displayed(events: &mut [SpannedEvent], index: usize, html: String) {
    let is_alone = index > 0
        && events[index - 1].0 == Event::Start(Tag::Paragraph)
        && events.get(index + 1).is_some_and(|(event, _)| *event == Event::End(TagEnd::Paragraph));
    if is_alone {
        replace(&mut events[index - 1..=index + 1], format!("<div class=\"math scroll\">{html}</div>\n"));
    } else {
        events[index].0 = Event::InlineHtml(html.into());
    }
}

/// The formula as `MathML`. If it is invalid, its LaTeX as code.
fn to_mathml(latex: &str, span: &Range<usize>, display: MathDisplay, page: &mut Page) -> String {
    let known = latex::with_known_names(latex);
    let converted = CONVERTER.convert_with_local_state(&known, display);
    let error = match converted.as_ref().map(|result| conform(&result.mathml)) {
        Ok(Ok(mathml)) => return mathml,
        Ok(Err(declaration)) => page
            .error(
                trim_end(span, &page.body.file),
                format!("this formula needs the style `{declaration}`, which the page's security policy blocks"),
            )
            .help("remove colours, sizes and rules, and use `aligned`, `cases` or a matrix instead of `multline` or `array`"),
        Err(error) => {
            let message = error.error_message();
            let part = known.get(error.0.clone()).unwrap_or_default();
            let place = place((latex, &known), span, &error.0, page);
            let invalid = page.error(place, format!("invalid LaTeX: {}", message.trim_end_matches('.')));
            latex::help(&message, part).into_iter().fold(invalid, Diagnostic::help)
        }
    };
    page.report.push(error);
    let mut code = String::from("<code>");
    push_text(&mut code, latex);
    code + "</code>"
}

/// The place of the bytes `part` of `known`, which `latex` became. The whole formula if it is not written there literally, as in a block quote.
fn place((latex, known): (&str, &str), span: &Range<usize>, part: &Range<usize>, page: &Page) -> Range<usize> {
    let whole = || trim_end(span, &page.body.file);
    let Some(start) = page.body.file[span.clone()].find(latex).map(|start| span.start + start) else { return whole() };
    if known == latex && part.end <= latex.len() {
        return start + part.start..start + part.end;
    }
    // The names have other lengths.
    let text = known.get(part.clone()).filter(|text| !text.is_empty());
    text.and_then(|text| Some((latex.find(text)?, text)))
        .map_or_else(whole, |(at, text)| start + at..start + at + text.len())
}

/// Rewrites the `MathML` of the converter. Classes replace inline styles, which the security policy blocks: `r` and `ml` align cells right and left, which
/// is all that the common environments need. Display styles move to the elements that have them in `MathML` 3, as HTML checkers require. `Err` contains
/// the first declaration that no class replaces.
fn conform(mathml: &str) -> Result<String, String> {
    let mut out = String::with_capacity(mathml.len());
    let mut closings: Vec<String> = Vec::new();
    let mut rest = mathml;
    while let Some((text, after)) = rest.split_once('<') {
        out.push_str(text);
        let (tag, after) = after.split_once('>').unwrap_or((after, ""));
        rest = after;
        if tag.starts_with('/') {
            out.push_str(&closings.pop().unwrap_or_default());
        } else {
            let closing = open(tag, &mut out)?;
            if !tag.ends_with('/') {
                closings.push(closing);
            }
        }
    }
    out.push_str(rest);
    Ok(out)
}

/// Writes a start tag, given without its angle brackets, and returns the end tag.
fn open(tag: &str, out: &mut String) -> Result<String, String> {
    let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
    let mut attributes = String::new();
    let mut levels = String::new();
    while let Some((attribute, (value, after))) =
        rest.split_once("=\"").and_then(|(name, rest)| Some((name.trim(), rest.split_once('"')?)))
    {
        let (target, attribute, value) = match attribute {
            "style" => match class_for(value)? {
                Some(class) => (&mut attributes, "class", class),
                None => (&mut attributes, "", ""),
            },
            "scriptlevel" if name == "mtable" => (&mut attributes, "", ""),
            "displaystyle" | "scriptlevel" if name != "mtable" && name != "math" => (&mut levels, attribute, value),
            _ => (&mut attributes, attribute, value),
        };
        if !attribute.is_empty() {
            write!(target, " {attribute}=\"{value}\"").expect("writing to a string cannot fail");
        }
        rest = after;
    }
    let slash = if tag.ends_with('/') { "/" } else { "" };
    let name = name.trim_end_matches('/');
    let closing = if levels.is_empty() {
        write!(out, "<{name}{attributes}{slash}>").map(|()| format!("</{name}>"))
    } else {
        write!(out, "<mstyle{levels}><{name}{attributes}{slash}>").map(|()| format!("</{name}></mstyle>"))
    };
    Ok(closing.expect("writing to a string cannot fail"))
}

/// The class that replaces a style. `None` if the theme covers it without one.
fn class_for(style: &str) -> Result<Option<&'static str>, String> {
    let mut class = None;
    for declaration in style.split(';').filter(|declaration| !declaration.is_empty()) {
        match declaration.trim() {
            "text-align: right" => class = Some("r"),
            "text-align: left" => class = Some("ml"),
            // The alignment again, for engines without `text-align` here, and the gaps, which the theme sets for `r` and `ml`.
            "justify-items: end"
            | "justify-items: start"
            | "padding-left: 0"
            | "padding-right: 0"
            | "padding-left:1em" => {}
            other => return Err(other.to_owned()),
        }
    }
    Ok(class)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn convert(latex: &str) -> String {
        let known = latex::with_known_names(latex);
        conform(&CONVERTER.convert_with_local_state(&known, MathDisplay::Block).expect(latex).mathml).expect(latex)
    }

    #[test]
    fn classes_replace_the_styles_of_common_constructs() {
        for latex in [
            r"\begin{aligned}a&=b\\c&=d\end{aligned}",
            r"\begin{cases}a&b\\c&d\end{cases}",
            r"\begin{pmatrix}a&b\\c&d\end{pmatrix}",
            r"\sum_{i=0}^n \frac{1}{i} \approx \ln n",
            r"\mathcal{O}(n \log n)",
            r"\sqrt[3]{\overline{x}} \le \left\lfloor \frac{a}{b} \right\rfloor",
            r"\begin{array}{lr}a&b\end{array}",
            r"\begin{align}a&=b\\c&=d\nonumber\end{align}",
            r"\begin{equation*}\begin{split}a&=b\end{split}\end{equation*}",
            r"\begin{gather}a\\b\notag\end{gather}",
            r"\begin{eqnarray}a&=&b\end{eqnarray}",
            r"a \dotsc b \mbox{if}",
        ] {
            let mathml = convert(latex);
            assert!(!mathml.contains(" style=\"") && !mathml.contains("scriptlevel"), "{latex}: {mathml}");
        }
    }

    #[test]
    fn display_styles_are_on_elements_that_have_them() {
        for (latex, expected) in [
            (r"\dfrac12", "<mstyle displaystyle=\"true\"><mfrac><mn>1</mn><mn>2</mn></mfrac></mstyle>"),
            (r"\textstyle x", "<mstyle displaystyle=\"false\" scriptlevel=\"0\"><mrow><mi>x</mi></mrow></mstyle>"),
            (
                r"\begin{matrix}a\end{matrix}",
                "<mtable displaystyle=\"false\"><mtr><mtd><mi>a</mi></mtd></mtr></mtable>",
            ),
            (r"a\,b", "<mi>a</mi><mspace width=\"0.16666667em\"/><mi>b</mi>"),
        ] {
            assert_eq!(convert(latex), format!("<math display=\"block\">{expected}</math>"), "{latex}");
        }
    }

    #[test]
    fn every_command_that_is_suggested_is_known() {
        for command in latex::COMMANDS {
            let converted = CONVERTER.convert_with_local_state(command, MathDisplay::Block);
            let message = converted.err().map(|error| error.error_message()).unwrap_or_default();
            assert!(!message.starts_with("Unknown command"), "{message}");
        }
    }

    #[test]
    fn other_styles_are_refused() {
        for (style, refused) in [("color:#FF0000;", "color:#FF0000"), ("text-align: left;width: 50%", "width: 50%")] {
            assert_eq!(class_for(style), Err(refused.to_owned()));
        }
    }
}
