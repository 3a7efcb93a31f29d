//! Markers inside an input: what a test writes into it to have a certain verdict, and what survives its way.

/// What an input asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Marker {
    /// The first word: a task of pictures, a label of texts.
    pub name: String,
    /// The word after the slash: a label of pictures, what to do with texts.
    pub detail: Option<String>,
    /// The rate, 0 to 1.
    pub rate: Option<f64>,
    /// Whether the verdict asks for a second look.
    pub review: bool,
}

/// How markers of pictures and media begin; case makes no difference, so that the densest QR mode can carry it.
const PREFIX: &str = "understudy:";

impl Marker {
    /// Reads `understudy:name/detail=0.97?`; detail, rate and the question mark (a second look is asked for) may be
    /// absent, and several stand after one another with commas.
    pub fn all(text: &str) -> Vec<Self> {
        let text = text.trim();
        let prefix = text.get(..PREFIX.len());
        if !prefix.is_some_and(|prefix| prefix.eq_ignore_ascii_case(PREFIX)) {
            return Vec::new();
        }
        text[PREFIX.len()..].split(',').filter_map(Self::one).collect()
    }

    /// The tokens `[understudy:Politics/block]` in a text.
    pub fn in_text(text: &str) -> Vec<Self> {
        let tokens = text.split('[').skip(1).filter_map(|rest| rest.split_once(']'));
        tokens.flat_map(|(token, _)| Self::all(token)).collect()
    }

    fn one(text: &str) -> Option<Self> {
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
        let all = Marker::all("UNDERSTUDY:PORN=0.97,ads/2?");
        assert_eq!(all.len(), 2);
        assert_eq!((all[0].name.as_str(), all[0].rate), ("PORN", Some(0.97)));
        assert_eq!((all[1].detail.as_deref(), all[1].review), (Some("2"), true));
        let texts = Marker::in_text("hello [understudy:Politics/block] and [other] [understudy:ADs");
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
            assert!(Marker::all(no).is_empty(), "{no}");
        }
    }
}
