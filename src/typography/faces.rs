//! The fonts shipped with the program (`fixtures/fonts`, with their licences).

use cosmic_text::{Fallback, FontSystem, fontdb};
use skrifa::FontRef;
use std::sync::Arc;
use unicode_script::Script;

/// Font files in fallback order.
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

/// A font that copy can be set in.
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

/// The fallback order for missing glyphs.
struct FallbackFonts;

impl Fallback for FallbackFonts {
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

/// Creates a font system with only the shipped fonts.
pub(super) fn fonts() -> FontSystem {
    let mut faces = fontdb::Database::new();
    for file in FILES {
        faces.load_font_source(fontdb::Source::Binary(Arc::new(file)));
    }
    FontSystem::new_with_locale_and_db_and_fallback("zh-CN".into(), faces, FallbackFonts)
}

/// The shipped fonts in fallback order, for their character maps and outlines.
pub(super) fn faces() -> impl Iterator<Item = FontRef<'static>> {
    FILES
        .into_iter()
        .map(|file| FontRef::new(file).expect("the shipped fonts can be read"))
}
