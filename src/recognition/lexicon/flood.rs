//! Detects meaningless texts: repetition, and symbols without words.

use std::collections::HashSet;

/// Shorter texts never count as flood.
const SHORTEST: usize = 8;

/// Why a text counts as flood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FloodReason {
    /// One character repeated in a row; its count.
    Run(usize),
    /// Few different characters: the count of different ones and of all.
    Repetition(usize, usize),
    /// Symbols and digits without a word.
    NoWords,
}

/// Checks whether a text is flood. Characters are Unicode scalar values without white space.
pub fn detect_flood(text: &str) -> Option<FloodReason> {
    let characters: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    if characters.len() < SHORTEST {
        return None;
    }
    let run = characters.chunk_by(|a, b| a == b).map(<[char]>::len).max();
    if let Some(run) = run.filter(|run| *run >= SHORTEST && *run * 2 >= characters.len()) {
        return Some(FloodReason::Run(run));
    }
    if !characters.iter().any(|c| c.is_alphabetic()) {
        return Some(FloodReason::NoWords);
    }
    let distinct = characters.iter().collect::<HashSet<_>>().len();
    // Longer texts use more different characters, up to a limit: about thirty in English.
    let least = (characters.len() / 5).min(10);
    (distinct <= least).then_some(FloodReason::Repetition(distinct, characters.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetition_and_signs_are_floods_and_words_are_not() {
        assert_eq!(detect_flood("哈哈哈哈哈哈哈哈哈哈"), Some(FloodReason::Run(10)));
        assert_eq!(
            detect_flood(&"顶贴".repeat(10)),
            Some(FloodReason::Repetition(2, 20))
        );
        assert_eq!(detect_flood("!!??##$$%%^^&&**"), Some(FloodReason::NoWords));
        assert_eq!(detect_flood("32132131"), Some(FloodReason::NoWords));
        assert_eq!(detect_flood("哈哈哈"), None);
        assert_eq!(detect_flood("今天天气很好，我们去公园散步吧。"), None);
        let english = "the quick brown fox jumps over the lazy dog ".repeat(50);
        assert_eq!(detect_flood(&english), None);
    }
}
