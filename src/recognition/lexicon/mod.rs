//! Finds sensitive terms in a text with a short lexicon of Chinese and English terms: enough for plausible, stable
//! answers, but not a moderation service.

mod flood;
mod normal;

pub use flood::{FloodReason, detect_flood};

use daachorse::{CharwiseDoubleArrayAhoCorasick, CharwiseDoubleArrayAhoCorasickBuilder, MatchKind};
use normal::{NormalizedText, normalize};
use std::ops::Range;
use std::sync::LazyLock;

/// One term per line, tab-separated: main label, sub label, level, term.
static TERMS: &str = include_str!("terms.tsv");

/// Maximum number of hits in a text.
const MAX_HITS: usize = 100;

/// Severity of a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TermSeverity {
    /// The text should be reviewed by a person.
    Review,
    /// The text must not be published.
    Block,
}

/// A term found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LexiconHit<'a> {
    /// The matched part of the text, including separators.
    pub keyword: &'a str,
    /// The term in the lexicon.
    pub term: &'static str,
    /// The main category.
    pub main_label: &'static str,
    /// The subcategory.
    pub sub_label: &'static str,
    /// Severity of the term.
    pub level: TermSeverity,
}

struct LexiconTerm {
    main_label: &'static str,
    sub_label: &'static str,
    level: TermSeverity,
    words: &'static str,
    /// Whether only whole words match, as for terms in Latin letters.
    is_word: bool,
}

struct Lexicon {
    terms: Vec<LexiconTerm>,
    automaton: CharwiseDoubleArrayAhoCorasick<u32>,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let terms: Vec<LexiconTerm> = TERMS.lines().filter_map(parse_term).collect();
    let patterns: Vec<String> = terms.iter().map(|term| normalize(term.words).text).collect();
    let automaton = CharwiseDoubleArrayAhoCorasickBuilder::new()
        .match_kind(MatchKind::LeftmostLongest)
        .build(&patterns)
        .expect("the shipped terms are distinct and not empty");
    Lexicon { terms, automaton }
});

fn parse_term(line: &'static str) -> Option<LexiconTerm> {
    let mut columns = line.split('\t');
    let (main_label, sub_label) = (columns.next()?, columns.next()?);
    let (level, words) = (columns.next()?, columns.next()?);
    Some(LexiconTerm {
        main_label,
        sub_label,
        level: if level == "block" {
            TermSeverity::Block
        } else {
            TermSeverity::Review
        },
        words,
        is_word: words.is_ascii(),
    })
}

/// Finds the terms in a text, in order. Width, case, traditional forms and separators are ignored.
pub fn find_terms(text: &str) -> Vec<LexiconHit<'_>> {
    let normalized = normalize(text);
    let found = LEXICON.automaton.leftmost_find_iter(&normalized.text);
    let hits = found.filter_map(|found| hit(text, &normalized, found.start()..found.end(), found.value()));
    hits.take(MAX_HITS).collect()
}

fn hit<'a>(
    text: &'a str,
    normalized: &NormalizedText,
    range: Range<usize>,
    nth: u32,
) -> Option<LexiconHit<'a>> {
    let term = &LEXICON.terms[nth as usize];
    let Range { start, end } = normalized.original_range(range);
    let is_letter = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let is_in_word = is_letter(text[..start].chars().next_back()) || is_letter(text[end..].chars().next());
    (!term.is_word || !is_in_word).then(|| LexiconHit {
        keyword: &text[start..end],
        term: term.words,
        main_label: term.main_label,
        sub_label: term.sub_label,
        level: term.level,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keywords(text: &str) -> Vec<(&str, &'static str)> {
        find_terms(text)
            .into_iter()
            .map(|hit| (hit.keyword, hit.main_label))
            .collect()
    }

    #[test]
    fn every_line_of_the_lexicon_is_a_term_and_finds_itself() {
        assert_eq!(LEXICON.terms.len(), TERMS.lines().count());
        for term in &LEXICON.terms {
            let found = find_terms(term.words);
            assert_eq!(found.len(), 1, "{}", term.words);
            assert_eq!(found[0].main_label, term.main_label, "{}", term.words);
        }
    }

    #[test]
    fn what_hides_a_word_makes_no_difference() {
        assert_eq!(keywords("请加·微 信号123"), [("加·微 信", "ADs")]);
        assert_eq!(keywords("ＦＵＣＫ！"), [("ＦＵＣＫ", "Abuse")]);
        assert_eq!(keywords("製作炸彈"), [("製作炸彈", "Terror")]);
        assert_eq!(keywords("色\u{200b}情"), [("色\u{200b}情", "Porn")]);
        assert_eq!(keywords("P.O.R.N"), [("P.O.R.N", "Porn")]);
    }

    #[test]
    fn a_latin_term_within_a_word_is_none() {
        assert!(keywords("the popcorn moronic idiotproof pornograph").is_empty());
        assert_eq!(keywords("you idiot"), [("idiot", "Abuse")]);
        assert_eq!(keywords("你idiot啊"), [("idiot", "Abuse")]);
    }

    #[test]
    fn a_plain_text_has_no_hit() {
        assert!(keywords("今天天气很好，我们去公园散步吧。See you at the station at five.").is_empty());
        assert!(keywords("").is_empty());
    }
}
