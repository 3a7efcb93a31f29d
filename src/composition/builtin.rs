//! The built-in templates: three of each style.

use super::template::Template;
use std::sync::{Arc, LazyLock};

/// A template shipped with the program.
#[derive(Clone, Debug)]
pub struct BuiltinTemplate {
    /// The template's id.
    pub id: &'static str,
    /// The parsed template.
    pub template: Arc<Template>,
}

macro_rules! read {
    ($($id:literal),* $(,)?) => {
        [$(($id, include_str!(concat!("builtin/", $id, ".json")))),*]
    };
}

static ALL: LazyLock<Vec<BuiltinTemplate>> = LazyLock::new(|| {
    let files = read![
        "neutral-arc",
        "neutral-split",
        "neutral-steps",
        "fresh-leaf",
        "fresh-wave",
        "fresh-window",
        "gorgeous-burst",
        "gorgeous-stripes",
        "gorgeous-blobs",
        "cool-neon",
        "cool-slash",
        "cool-grid",
        "mystery-facets",
        "mystery-gold",
        "mystery-moon",
        "future-orbit",
        "future-horizon",
        "future-circuit",
        "delicate-bubble",
        "delicate-heart",
        "delicate-petal",
        "festive-lantern",
        "festive-cloud",
        "festive-confetti",
    ];
    let read = files.map(|(id, json)| BuiltinTemplate {
        id,
        template: Arc::new(
            Template::parse(json.as_bytes()).unwrap_or_else(|why| panic!("template {id}: {why}")),
        ),
    });
    read.into()
});

/// All built-in templates, ordered by style.
pub fn builtins() -> &'static [BuiltinTemplate] {
    &ALL
}

/// Looks up a built-in template by id.
pub fn builtin(id: &str) -> Option<&'static BuiltinTemplate> {
    ALL.iter().find(|one| one.id == id)
}

#[cfg(test)]
mod tests {
    use super::super::style::TemplateStyle;
    use super::*;

    #[test]
    fn there_are_three_of_each_style_and_all_can_be_drawn() {
        for style in TemplateStyle::ALL {
            let count = builtins()
                .iter()
                .filter(|one| one.template.style() == style)
                .count();
            assert_eq!(count, 3, "{style:?}");
        }
    }
}
