//! What a text says, by a lexicon of Chinese and English terms. It is short and mild: enough for plausible answers that
//! stay the same, no moderation service.

mod flood;
mod normal;

pub use flood::{FloodReason, flood};

use daachorse::{CharwiseDoubleArrayAhoCorasick, CharwiseDoubleArrayAhoCorasickBuilder, MatchKind};
use normal::{NormalizedText, plain};
use std::sync::LazyLock;

/// `main label, sub label, level, term` a line.
static TERMS: &str = include_str!("terms.tsv");

/// Most hits of a text that are kept.
const MOST_HITS: usize = 100;

/// How much a term weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TermSeverity {
    /// A person should look at it.
    Review,
    /// Not to be published.
    Block,
}

/// A term in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LexiconHit<'a> {
    /// As it stands in the text, separators included.
    pub keyword: &'a str,
    /// The term it is.
    pub term: &'static str,
    /// What it is about.
    pub main_label: &'static str,
    /// More exactly.
    pub sub_label: &'static str,
    /// How much it weighs.
    pub level: TermSeverity,
}

struct Term {
    main_label: &'static str,
    sub_label: &'static str,
    level: TermSeverity,
    words: &'static str,
    /// Whether only whole words count: a term in Latin letters is part of too many others.
    is_word: bool,
}

struct Lexicon {
    terms: Vec<Term>,
    automaton: CharwiseDoubleArrayAhoCorasick<u32>,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let terms: Vec<Term> = TERMS.lines().filter_map(term).collect();
    let patterns: Vec<String> = terms.iter().map(|term| plain(term.words).text).collect();
    let automaton = CharwiseDoubleArrayAhoCorasickBuilder::new()
        .match_kind(MatchKind::LeftmostLongest)
        .build(&patterns)
        .expect("the shipped terms are not empty and differ");
    Lexicon { terms, automaton }
});

fn term(line: &'static str) -> Option<Term> {
    let mut columns = line.split('\t');
    let (main_label, sub_label) = (columns.next()?, columns.next()?);
    let (level, words) = (columns.next()?, columns.next()?);
    Some(Term {
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

/// The terms in a text, in its order. Width, case, traditional forms and separators make no difference.
pub fn hits(text: &str) -> Vec<LexiconHit<'_>> {
    let plain = plain(text);
    let found = LEXICON.automaton.leftmost_find_iter(&plain.text);
    let hits = found.filter_map(|found| hit(text, &plain, (found.start(), found.end()), found.value()));
    hits.take(MOST_HITS).collect()
}

fn hit<'a>(
    text: &'a str,
    plain: &NormalizedText,
    (start, end): (usize, usize),
    nth: u32,
) -> Option<LexiconHit<'a>> {
    let term = &LEXICON.terms[nth as usize];
    let (start, end) = plain.origin(start, end);
    let is_letter = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let within = is_letter(text[..start].chars().next_back()) || is_letter(text[end..].chars().next());
    (!term.is_word || !within).then(|| LexiconHit {
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
        hits(text)
            .into_iter()
            .map(|hit| (hit.keyword, hit.main_label))
            .collect()
    }

    #[test]
    fn every_line_of_the_lexicon_is_a_term_and_finds_itself() {
        assert_eq!(LEXICON.terms.len(), TERMS.lines().count());
        for term in &LEXICON.terms {
            let found = hits(term.words);
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
