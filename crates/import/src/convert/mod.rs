//! Converts the syntax of other generators in a text into that of Graven.
//!
//! The steps work on one [`Body`](crate::body::Body), in this order, since each relies on what the ones before it have removed:
//!
//! 1. `mdx`: imports and components of MDX.
//! 2. `liquid`, or `shortcodes`: what a generator replaces before it reads Markdown.
//! 3. `kramdown`, `obsidian`: marks in the Markdown that others show as text.
//! 4. `fences`: what follows the fence of a code block.
//! 5. `html`: what the security policy of a page blocks.
//! 6. `dollars`: signs that Graven would take for formulas.
//!
//! Links follow when all texts have been converted: [`references`].

mod conversion;
mod dollars;
mod embeds;
mod fences;
mod html;
mod kramdown;
mod liquid;
mod mdx;
mod obsidian;
pub(crate) mod references;
mod shortcodes;
mod tags;

pub(crate) use self::conversion::Conversion;
use crate::body::Body;
use crate::generator::Generator;
use crate::names::extension;
use crate::text::Text;

/// Converts the body of a text, all but its links.
pub(crate) fn convert(text: &mut Text, conversion: &mut Conversion<'_>) {
    let generator = conversion.origin.generator;
    if extension(&text.source) == "mdx" {
        mdx::convert(text, conversion);
    }
    match generator {
        Generator::Jekyll => liquid::convert(text, conversion),
        Generator::Hugo | Generator::Zola => shortcodes::convert(text, conversion),
        Generator::Astro | Generator::Obsidian => {}
    }
    match generator {
        Generator::Jekyll => kramdown::convert(text, conversion),
        Generator::Obsidian => obsidian::convert(text, conversion),
        _ => {}
    }
    remove_summary_marks(&mut text.body);
    fences::convert(text, conversion);
    html::convert(text, conversion);
    if !(conversion.origin.settings.has_math || text.head.has_math || generator == Generator::Obsidian) {
        dollars::convert(text, conversion);
    }
}

/// The marks that end a summary.
const SUMMARY_MARKS: [&str; 4] = ["<!--more-->", "<!-- more -->", "<!--excerpt-->", "<!-- excerpt -->"];

fn remove_summary_marks(body: &mut Body) {
    let code = body.code();
    let found = SUMMARY_MARKS.iter().flat_map(|mark| body.text.match_indices(mark));
    let found = found.filter(|(at, _)| !crate::body::contains(&code, *at));
    let edits = found.map(|(at, mark)| (at..at + mark.len(), String::new())).collect();
    body.edit(edits);
}
