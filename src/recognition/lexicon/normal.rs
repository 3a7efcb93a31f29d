//! Texts with what hides words taken away: width, case, traditional forms, separators.

use ferrous_opencc::OpenCC;
use ferrous_opencc::config::BuiltinConfig;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

/// The block of Chinese characters that have simplified forms.
const HAN: std::ops::RangeInclusive<u32> = 0x4E00..=0x9FFF;

/// The simplified form of each character of [`HAN`].
static SIMPLIFIED: LazyLock<Vec<char>> = LazyLock::new(|| {
    let all: Vec<char> = HAN.filter_map(char::from_u32).collect();
    let Ok(converter) = OpenCC::from_config(BuiltinConfig::T2s) else {
        return all;
    };
    // One conversion for all of them, a line each, so that no two make a phrase.
    let lines: String = all.iter().flat_map(|c| [*c, '\n']).collect();
    let converted = converter.convert(&lines);
    let simple: Vec<char> = converted.lines().filter_map(|line| line.chars().next()).collect();
    if simple.len() == all.len() { simple } else { all }
});

/// A text in plain form, and where each character of it comes from.
#[derive(Debug, Default)]
pub(super) struct NormalizedText {
    /// Letters and digits alone: narrow, lower case, simplified.
    pub text: String,
    /// For each character of `text`: where it starts in `text`, and where its origin starts and ends in the original.
    pub origins: Vec<(usize, usize, usize)>,
}

pub(super) fn plain(original: &str) -> NormalizedText {
    let mut plain = NormalizedText {
        text: String::with_capacity(original.len()),
        origins: Vec::with_capacity(original.len() / 2),
    };
    for (start, c) in original.char_indices() {
        let end = start + c.len_utf8();
        if c.is_ascii() || HAN.contains(&u32::from(c)) {
            plain.push(c, (start, end));
        } else {
            for part in std::iter::once(c).nfkc() {
                plain.push(part, (start, end));
            }
        }
    }
    plain
}

impl NormalizedText {
    fn push(&mut self, c: char, (start, end): (usize, usize)) {
        if !c.is_alphanumeric() {
            return;
        }
        if c.is_ascii() {
            self.origins.push((self.text.len(), start, end));
            self.text.push(c.to_ascii_lowercase());
            return;
        }
        let simple = HAN.contains(&u32::from(c)).then(|| u32::from(c) - HAN.start());
        let c = simple.map_or(c, |at| SIMPLIFIED[at as usize]);
        for lower in c.to_lowercase() {
            self.origins.push((self.text.len(), start, end));
            self.text.push(lower);
        }
    }

    /// Where bytes `start..end` of the plain text stand in the original.
    pub(super) fn origin(&self, start: usize, end: usize) -> (usize, usize) {
        let at = |byte: usize| self.origins.partition_point(|(own, _, _)| *own < byte);
        let (first, last) = (at(start), at(end).saturating_sub(1));
        (self.origins[first].1, self.origins[last.max(first)].2)
    }
}
