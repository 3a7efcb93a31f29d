//! Copy as clients send it, made fit to be set.

use super::faces;
use skrifa::{FontRef, MetadataProvider};
use std::collections::HashSet;
use std::sync::LazyLock;
use unicode_segmentation::UnicodeSegmentation;

/// Characters that some face draws.
static DRAWN: LazyLock<HashSet<u32>> = LazyLock::new(|| characters(faces::faces()));

/// Characters that the face for headlines draws: the first.
static DISPLAYED: LazyLock<HashSet<u32>> = LazyLock::new(|| characters(faces::faces().take(1)));

fn characters(faces: impl Iterator<Item = FontRef<'static>>) -> HashSet<u32> {
    let mut all = HashSet::new();
    for face in faces {
        all.extend(face.charmap().mappings().map(|(code, _)| code));
    }
    all
}

/// Copy that can be set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct CopyText {
    /// What is set; empty where nothing of it can be.
    pub text: String,
    /// Whether something was left out: more than fits on any canvas, or what no face draws.
    pub is_reduced: bool,
    /// Whether the face for headlines has all of it.
    pub is_displayable: bool,
}

/// Makes copy fit to set: blanks and line ends put in order, control characters and what no face draws left out, and
/// no more than `most` characters as readers count them.
pub fn prepare(raw: &str, most: usize) -> CopyText {
    let mut is_reduced = false;
    let mut kept = String::new();
    let mut count = 0;
    for cluster in raw.graphemes(true) {
        if count == most {
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
        } else if cluster.chars().all(is_drawn) {
            kept.push_str(cluster);
            count += 1;
        } else {
            is_reduced = true;
        }
    }
    if is_reduced && count == most {
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

/// Whether a face draws a character, or it joins others and needs no drawing.
fn is_drawn(c: char) -> bool {
    let joins = matches!(
        c,
        '\u{200d}' | '\u{fe0e}' | '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}'
    );
    !c.is_control() && !is_directing(c) && (joins || DRAWN.contains(&u32::from(c)))
}

/// Characters that turn the direction of others around: copy has the direction of its letters.
fn is_directing(c: char) -> bool {
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
        let family = prepare("👩‍👩‍👧‍👦👍🏽", 2);
        assert!(!family.is_reduced, "{family:?}");
    }
}
