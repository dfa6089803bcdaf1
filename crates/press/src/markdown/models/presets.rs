//! What links of a text refer to: the presets of its models.

/// The presets of a model.
#[derive(Debug)]
pub(in crate::markdown) struct Presets {
    /// The name of the model.
    pub(in crate::markdown) id: String,
    /// Names and settings.
    pub(in crate::markdown) presets: Vec<(String, String)>,
}
