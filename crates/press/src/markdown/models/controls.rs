//! The controls of a model as its fence declares them: settings, actions, what the model shows, and settings by name.

use std::ops::Range;

/// A line of the fence: `rate: slider "Sales a second" from=1 to=50 value=20 unit=/s`.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::markdown) struct Control<'t> {
    /// The name by which the model, presets and links know it.
    pub(in crate::markdown) name: &'t str,
    /// What a reader sees.
    pub(in crate::markdown) label: &'t str,
    pub(in crate::markdown) kind: Kind<'t>,
    /// The line in the text of the fence.
    pub(in crate::markdown) place: Range<usize>,
}

/// What a line declares.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::markdown) enum Kind<'t> {
    Slider(Slider<'t>),
    /// On or off.
    Switch(bool),
    /// Options by name and label, and the index of the first one chosen.
    Choice(Vec<(&'t str, &'t str)>, usize),
    /// A fault or an action: the model receives it as an event.
    Button,
    /// A number or a lamp that the model computes.
    Output,
    Preset(Vec<(&'t str, &'t str)>),
}

/// A number within bounds. Numbers are kept as they were written.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::markdown) struct Slider<'t> {
    pub(in crate::markdown) from: &'t str,
    pub(in crate::markdown) to: &'t str,
    pub(in crate::markdown) step: &'t str,
    pub(in crate::markdown) value: &'t str,
    pub(in crate::markdown) unit: &'t str,
}

impl Control<'_> {
    /// The settings of a preset as the kit reads them: `rate=40&do=race`. `None` if this is no preset.
    pub(in crate::markdown) fn set(&self) -> Option<String> {
        let Kind::Preset(settings) = &self.kind else { return None };
        Some(settings.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&"))
    }
}

/// The key of the seed in a preset.
pub(super) const SEED: &str = "seed";

/// The key of the events that follow the start of a preset.
pub(super) const DO: &str = "do";

/// Whether `text` can be the name of a control or of an option.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.chars().all(|char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '-')
}
