//! Texts that say nothing: repetition, and signs without words.

use std::collections::HashSet;

/// Texts shorter than this are no flood, whatever they are made of.
const SHORTEST: usize = 8;

/// Why a text is a flood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FloodReason {
    /// One character so many times in a row.
    Run(usize),
    /// Few different characters: so many among so many.
    Repetition(usize, usize),
    /// Signs and digits without a word.
    NoWords,
}

/// Whether a text is a flood. Characters are Unicode scalar values; white space does not count.
pub fn flood(text: &str) -> Option<FloodReason> {
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
    // A language uses more characters the longer a text is, up to some: English knows thirty, and uses them all.
    let least = (characters.len() / 5).min(10);
    (distinct <= least).then_some(FloodReason::Repetition(distinct, characters.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetition_and_signs_are_floods_and_words_are_not() {
        assert_eq!(flood("哈哈哈哈哈哈哈哈哈哈"), Some(FloodReason::Run(10)));
        assert_eq!(flood(&"顶贴".repeat(10)), Some(FloodReason::Repetition(2, 20)));
        assert_eq!(flood("!!??##$$%%^^&&**"), Some(FloodReason::NoWords));
        assert_eq!(flood("32132131"), Some(FloodReason::NoWords));
        assert_eq!(flood("哈哈哈"), None);
        assert_eq!(flood("今天天气很好，我们去公园散步吧。"), None);
        let english = "the quick brown fox jumps over the lazy dog ".repeat(50);
        assert_eq!(flood(&english), None);
    }
}
