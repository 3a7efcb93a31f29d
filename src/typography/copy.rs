//! Prepares copy from clients for typesetting.

use super::faces;
use skrifa::{FontRef, MetadataProvider};
use std::collections::HashSet;
use std::sync::LazyLock;
use unicode_segmentation::UnicodeSegmentation;

/// Characters that any font has.
static DRAWN: LazyLock<HashSet<u32>> = LazyLock::new(|| characters(faces::faces()));

/// Characters that the headline font, the first, has.
static DISPLAYED: LazyLock<HashSet<u32>> = LazyLock::new(|| characters(faces::faces().take(1)));

fn characters(faces: impl Iterator<Item = FontRef<'static>>) -> HashSet<u32> {
    let mut all = HashSet::new();
    for face in faces {
        all.extend(face.charmap().mappings().map(|(code, _)| code));
    }
    all
}

/// Copy that can be typeset.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct CopyText {
    /// The text to typeset; may be empty.
    pub text: String,
    /// Whether characters were left out, because the text was too long or no font has them.
    pub is_reduced: bool,
    /// Whether the headline font has all characters.
    pub is_displayable: bool,
}

/// Most characters of a grapheme cluster: a family has eleven. Shaping takes time by the square of their number.
const LONGEST_CLUSTER: usize = 32;

/// Most characters of a text, for each cluster that it may have.
const CHARACTERS_A_CLUSTER: usize = 4;

/// Normalises white space and line ends, drops control characters and characters that no font has, and limits the text
/// to `max` grapheme clusters, and to few characters in each.
pub fn prepare(raw: &str, max: usize) -> CopyText {
    let mut is_reduced = false;
    let mut kept = String::new();
    let (mut count, mut characters) = (0, 0);
    let most_characters = CHARACTERS_A_CLUSTER * max + LONGEST_CLUSTER;
    for cluster in raw.graphemes(true) {
        let length = cluster.chars().take(LONGEST_CLUSTER + 1).count();
        characters += length;
        if count == max || characters > most_characters {
            is_reduced = true;
            break;
        }
        if cluster
            .chars()
            .any(|c| matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}'))
        {
            let trimmed = kept.trim_end().len();
            kept.truncate(trimmed);
            if !kept.is_empty() && !kept.ends_with('\n') {
                kept.push('\n');
            }
        } else if cluster.chars().all(char::is_whitespace) {
            if !kept.is_empty() && !kept.ends_with([' ', '\n']) {
                kept.push(if cluster == "\u{3000}" { '\u{3000}' } else { ' ' });
            }
        } else if length <= LONGEST_CLUSTER && cluster.chars().all(is_drawn) {
            kept.push_str(cluster);
            count += 1;
        } else {
            is_reduced = true;
        }
    }
    if is_reduced && (count == max || characters > most_characters) {
        kept.push('…');
    }
    let text = kept.trim_end().to_owned();
    let is_displayable = text
        .chars()
        .all(|c| c == '\n' || DISPLAYED.contains(&u32::from(c)));
    CopyText {
        text,
        is_reduced,
        is_displayable,
    }
}

/// Whether a font has the character, or it only joins or modifies others.
fn is_drawn(c: char) -> bool {
    let joins = matches!(
        c,
        '\u{200d}' | '\u{fe0e}' | '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}'
    );
    !c.is_control() && !is_direction_control(c) && (joins || DRAWN.contains(&u32::from(c)))
}

/// Whether a character overrides the writing direction. Such characters are dropped; letters determine the direction.
fn is_direction_control(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copy_is_put_in_order_and_what_no_face_draws_is_left_out() {
        let text = |raw: &str| prepare(raw, 100).text;
        assert_eq!(
            text("  新品\t 上市 \r\n\n 立即\u{7}抢购\u{202e} "),
            "新品 上市\n立即抢购"
        );
        assert_eq!(text("\u{10ffff}\u{e000}"), "");
        assert_eq!(text("𠮷 臺灣 龘"), "臺灣 龘");
        assert!(prepare("新品", 100).is_displayable && !prepare("臺灣", 100).is_displayable);
    }

    #[test]
    fn no_more_is_set_than_readers_count() {
        let long = prepare(&"品".repeat(10_000), 50);
        assert_eq!((long.text.chars().count(), long.is_reduced), (51, true));
        let joined = "👩‍".repeat(10_000);
        assert_eq!(
            (
                prepare(&joined, 400).text.as_str(),
                prepare(&joined, 400).is_reduced
            ),
            ("", true)
        );
        let many = prepare(&format!("{} ", "👩‍".repeat(16)).repeat(500), 400);
        assert!(
            many.text.chars().count() <= 1_700 && many.text.ends_with('…'),
            "{many:?}"
        );
        let family = prepare("👩‍👩‍👧‍👦👍🏽", 2);
        assert!(!family.is_reduced, "{family:?}");
    }
}
