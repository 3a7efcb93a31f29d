//! Markers: tokens that a test puts into an input to get a certain verdict.

/// A requested verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct Marker {
    /// The first word: a task for pictures, a label for texts.
    pub name: String,
    /// The word after the slash: a label for pictures, an action for texts.
    pub detail: Option<String>,
    /// Confidence, 0 to 1.
    pub rate: Option<f64>,
    /// Whether human review is requested.
    pub review: bool,
}

/// Prefix of markers in pictures and media. Case is ignored, as the densest QR mode has only upper-case letters.
const PREFIX: &str = "understudy:";

impl Marker {
    /// Parses comma-separated markers of the form `understudy:name/detail=0.97?`. Detail, rate and the question mark (human
    /// review is requested) are optional.
    pub fn parse_all(text: &str) -> Vec<Self> {
        let text = text.trim();
        let prefix = text.get(..PREFIX.len());
        if !prefix.is_some_and(|prefix| prefix.eq_ignore_ascii_case(PREFIX)) {
            return Vec::new();
        }
        text[PREFIX.len()..]
            .split(',')
            .filter_map(Self::parse_one)
            .collect()
    }

    /// Finds markers of the form `[understudy:Politics/block]` in a text.
    pub fn find_in_text(text: &str) -> Vec<Self> {
        let tokens = text.split('[').skip(1).filter_map(|rest| rest.split_once(']'));
        tokens.flat_map(|(token, _)| Self::parse_all(token)).collect()
    }

    fn parse_one(text: &str) -> Option<Self> {
        let text = text.trim();
        let review = text.ends_with('?');
        let text = text.trim_end_matches('?');
        let (words, rate) = match text.split_once('=') {
            Some((words, rate)) => (words, Some(rate.trim().parse::<f64>().ok()?)),
            None => (text, None),
        };
        if rate.is_some_and(|rate| !(0.0..=1.0).contains(&rate)) {
            return None;
        }
        let (name, detail) = match words.split_once('/') {
            Some((name, detail)) => (name, Some(detail.trim().to_owned())),
            None => (words, None),
        };
        (!name.trim().is_empty()).then(|| Self {
            name: name.trim().to_owned(),
            detail,
            rate,
            review,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_are_read_and_everything_else_is_not() {
        let all = Marker::parse_all("UNDERSTUDY:PORN=0.97,ads/2?");
        assert_eq!(all.len(), 2);
        assert_eq!((all[0].name.as_str(), all[0].rate), ("PORN", Some(0.97)));
        assert_eq!((all[1].detail.as_deref(), all[1].review), (Some("2"), true));
        let texts = Marker::find_in_text("hello [understudy:Politics/block] and [other] [understudy:ADs");
        assert_eq!(texts.len(), 1);
        assert_eq!(texts[0].name, "Politics");
        for no in [
            "",
            "understudy",
            "understudy:",
            "understudy:porn=2",
            "understudy:porn=x",
            "under研study:x",
        ] {
            assert!(Marker::parse_all(no).is_empty(), "{no}");
        }
    }
}
