//! The faces that are carried along (`fixtures/fonts`, with their licences).

use cosmic_text::{Fallback, FontSystem, fontdb};
use skrifa::FontRef;
use std::sync::Arc;
use unicode_script::Script;

/// Files in the order in which they stand in for one another.
const FILES: [&[u8]; 6] = [
    include_bytes!("../../fixtures/fonts/SmileySans-Oblique.ttf"),
    include_bytes!("../../fixtures/fonts/NotoSansSC-Bold.ttf"),
    include_bytes!("../../fixtures/fonts/NotoEmoji-Bold.ttf"),
    include_bytes!("../../fixtures/fonts/NotoSansArabic-Bold.ttf"),
    include_bytes!("../../fixtures/fonts/NotoSansHebrew-Bold.ttf"),
    include_bytes!("../../fixtures/fonts/WenQuanYiMicroHei-Rest.ttf"),
];

const TEXT: &str = "Noto Sans SC";
const EMOJI: &str = "Noto Emoji";
const ARABIC: &str = "Noto Sans Arabic";
const HEBREW: &str = "Noto Sans Hebrew";
const REST: &str = "WenQuanYi Micro Hei Rest";

/// A face that copy is set in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FontFace {
    /// Smiley Sans 得意黑, for headlines.
    Display,
    /// Noto Sans SC Bold, for everything else.
    Text,
}

impl FontFace {
    pub(super) fn family(self) -> &'static str {
        match self {
            FontFace::Display => "得意黑",
            FontFace::Text => TEXT,
        }
    }
}

/// Which face stands in where one has no glyph.
struct Substitutes;

impl Fallback for Substitutes {
    fn common_fallback(&self) -> &[&'static str] {
        &[TEXT, EMOJI, ARABIC, HEBREW, REST]
    }

    fn forbidden_fallback(&self) -> &[&'static str] {
        &[]
    }

    fn script_fallback(&self, _script: Script, _locale: &str) -> &[&'static str] {
        &[]
    }
}

/// A font system with these faces and no others.
pub(super) fn fonts() -> FontSystem {
    let mut faces = fontdb::Database::new();
    for file in FILES {
        faces.load_font_source(fontdb::Source::Binary(Arc::new(file)));
    }
    FontSystem::new_with_locale_and_db_and_fallback("zh-CN".into(), faces, Substitutes)
}

/// The faces themselves, in the same order: for their characters and outlines.
pub(super) fn faces() -> impl Iterator<Item = FontRef<'static>> {
    FILES
        .into_iter()
        .map(|file| FontRef::new(file).expect("the faces that are carried along can be read"))
}
