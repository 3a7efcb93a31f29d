//! Normalises texts so that terms are found regardless of width, case, traditional forms and separators.

use ferrous_opencc::OpenCC;
use ferrous_opencc::config::BuiltinConfig;
use std::ops::Range;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

/// The Unicode block of Chinese characters that may have simplified forms.
const HAN: std::ops::RangeInclusive<u32> = 0x4E00..=0x9FFF;

/// The simplified form of each character of [`HAN`].
static SIMPLIFIED: LazyLock<Vec<char>> = LazyLock::new(|| {
    let all: Vec<char> = HAN.filter_map(char::from_u32).collect();
    let Ok(converter) = OpenCC::from_config(BuiltinConfig::T2s) else {
        return all;
    };
    // One conversion for all characters, each on its own line, so that they do not form phrases.
    let lines: String = all.iter().flat_map(|c| [*c, '\n']).collect();
    let converted = converter.convert(&lines);
    let simple: Vec<char> = converted.lines().filter_map(|line| line.chars().next()).collect();
    if simple.len() == all.len() { simple } else { all }
});

/// A normalised text with the origin of each character.
#[derive(Debug, Default)]
pub(super) struct NormalizedText {
    /// Only letters and digits: half-width, lower case, simplified.
    pub text: String,
    /// For each character: its byte offset in `text`, and the bytes of the original text that it comes from.
    pub origins: Vec<(usize, Range<usize>)>,
}

/// Most characters of a normalised text; what comes after them is not searched. One character of the original may become
/// eighteen.
const MOST_CHARACTERS: usize = 1_000_000;

pub(super) fn normalize(original: &str) -> NormalizedText {
    let mut normalized = NormalizedText {
        text: String::with_capacity(original.len()),
        origins: Vec::with_capacity(original.len() / 2),
    };
    for (start, c) in original.char_indices() {
        if normalized.origins.len() >= MOST_CHARACTERS {
            break;
        }
        let end = start + c.len_utf8();
        if c.is_ascii() || HAN.contains(&u32::from(c)) {
            normalized.push(c, start..end);
        } else {
            for part in std::iter::once(c).nfkc() {
                normalized.push(part, start..end);
            }
        }
    }
    normalized
}

impl NormalizedText {
    fn push(&mut self, c: char, origin: Range<usize>) {
        if !c.is_alphanumeric() {
            return;
        }
        if c.is_ascii() {
            self.origins.push((self.text.len(), origin.clone()));
            self.text.push(c.to_ascii_lowercase());
            return;
        }
        let simple = HAN.contains(&u32::from(c)).then(|| u32::from(c) - HAN.start());
        let c = simple.map_or(c, |at| SIMPLIFIED[at as usize]);
        for lower in c.to_lowercase() {
            self.origins.push((self.text.len(), origin.clone()));
            self.text.push(lower);
        }
    }

    /// The bytes of the original text that a range of the normalised text comes from.
    pub(super) fn original_range(&self, range: Range<usize>) -> Range<usize> {
        let at = |byte: usize| self.origins.partition_point(|(own, _)| *own < byte);
        let (first, last) = (at(range.start), at(range.end).saturating_sub(1));
        self.origins[first].1.start..self.origins[last.max(first)].1.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_grows_is_searched_within_a_bound() {
        let text = "\u{fdfa}".repeat(1_000_000);
        let normalized = normalize(&text);
        let most = MOST_CHARACTERS..MOST_CHARACTERS + 18;
        assert!(
            most.contains(&normalized.origins.len()),
            "{}",
            normalized.origins.len()
        );
    }
}
