//! Expectations: rules of the user's that decide a verdict before anything else does.

use regex::Regex;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A verdict that a user gives.
#[derive(
    Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema, utoipa::ToSchema,
)]
#[serde(default, deny_unknown_fields)]
pub struct PresetVerdict {
    /// The task it is for, by id or short name; every task where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<String>,
    /// The label, as the provider writes it (`1`, `Porn`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// How sure, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    /// Whether a person should look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review: Option<bool>,
    /// What to do with a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<TextAction>,
    /// Details, in the provider's shape, given as they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub details: Option<serde_json::Value>,
}

/// What to do with a text.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema, utoipa::ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum TextAction {
    /// Let it pass.
    Pass,
    /// Have a person look at it.
    Review,
    /// Keep it out.
    Block,
}

impl TextAction {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            TextAction::Pass => "pass",
            TextAction::Review => "review",
            TextAction::Block => "block",
        }
    }
}

/// How a text is compared.
#[derive(
    Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema, utoipa::ToSchema,
)]
#[serde(default, deny_unknown_fields)]
pub struct TextMatch {
    /// The whole text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exact: Option<String>,
    /// A part of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contains: Option<String>,
    /// A regular expression that fits somewhere in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regex: Option<String>,
}

/// What an input must be like; all that is given must fit.
#[derive(
    Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema, utoipa::ToSchema,
)]
#[serde(default, deny_unknown_fields)]
pub struct ExpectationMatch {
    /// The world; `demo` where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub world: Option<String>,
    /// Provider or operation (`tupu`, `tupu/text-sync`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// SHA-256 of the input's bytes, in hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Perceptual hash of a picture, in hex, as `explain` shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phash: Option<String>,
    /// Bits by which the perceptual hash may differ; 4 where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distance: Option<u32>,
    /// The text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<TextMatch>,
    /// Name of the file, or its URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// The tag that came with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// Header fields of the call, names in lower case.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub header: BTreeMap<String, String>,
}

/// A rule of the user's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// Its name; given where absent.
    #[serde(default)]
    pub id: String,
    /// What inputs it is about.
    #[serde(rename = "match", default)]
    pub likeness: ExpectationMatch,
    /// What they are given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub verdicts: Vec<PresetVerdict>,
    /// One list of verdicts for each time it fits, one after the other; in place of `verdicts`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sequence: Vec<Vec<PresetVerdict>>,
    /// How often it applies; always where absent, or the length of the sequence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
}

impl Expectation {
    /// Every verdict it gives, with the path of its field.
    pub fn all_verdicts(&self) -> impl Iterator<Item = (String, &PresetVerdict)> {
        let verdicts = self.verdicts.iter().enumerate();
        let verdicts = verdicts.map(|(nth, verdict)| (format!("verdicts[{nth}]"), verdict));
        let turns = self.sequence.iter().enumerate();
        let turns = turns.flat_map(|(turn, verdicts)| {
            let verdicts = verdicts.iter().enumerate();
            verdicts.map(move |(nth, verdict)| (format!("sequence[{turn}][{nth}]"), verdict))
        });
        verdicts.chain(turns)
    }
}

/// An input, as far as expectations look at it.
pub struct RecognitionSubject<'a> {
    /// `provider/operation`.
    pub operation: &'a str,
    /// SHA-256 of its bytes, in hex.
    pub sha256: String,
    /// Perceptual hash, of a picture.
    pub phash: Option<u64>,
    /// The text.
    pub text: Option<&'a str>,
    /// Name of its file, or its URL.
    pub file_name: &'a str,
    /// Its tag.
    pub tag: &'a str,
    /// A header field of the call by its name in lower case.
    pub header: &'a dyn Fn(&str) -> Option<String>,
}

/// An expectation that was checked.
#[derive(Debug)]
pub struct ExpectationRule {
    /// As it was given.
    pub expectation: Expectation,
    phash: Option<u64>,
    regex: Option<Regex>,
}

impl ExpectationRule {
    /// Checks an expectation.
    ///
    /// # Errors
    /// The field, and what was expected.
    pub fn new(expectation: Expectation) -> Result<Self, (String, String)> {
        let likeness = &expectation.likeness;
        if expectation.verdicts.is_empty() == expectation.sequence.is_empty() {
            return Err(("verdicts".into(), "expected either verdicts or a sequence".into()));
        }
        let is_hex = |text: &String| text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
        if likeness.sha256.as_ref().is_some_and(|hash| !is_hex(hash)) {
            return Err(("match.sha256".into(), "expected 64 hexadecimal digits".into()));
        }
        let phash = likeness.phash.as_ref().map(|hash| u64::from_str_radix(hash, 16));
        let phash = phash.transpose().map_err(|_| {
            (
                "match.phash".to_owned(),
                "expected 16 hexadecimal digits".to_owned(),
            )
        })?;
        let regex = likeness.text.as_ref().and_then(|text| text.regex.as_ref());
        let regex = regex.map(|regex| Regex::new(regex)).transpose();
        let regex = regex.map_err(|why| ("match.text.regex".to_owned(), why.to_string()))?;
        for (field, verdict) in expectation.all_verdicts() {
            if verdict.rate.is_some_and(|rate| !(0.0..=1.0).contains(&rate)) {
                return Err((format!("{field}.rate"), "expected 0 to 1".into()));
            }
        }
        Ok(Self {
            expectation,
            phash,
            regex,
        })
    }

    /// Whether it looks at perceptual hashes.
    pub fn looks(&self) -> bool {
        self.phash.is_some()
    }

    /// Whether an input is one that it is about.
    pub fn fits(&self, subject: &RecognitionSubject<'_>) -> bool {
        let own = &self.expectation.likeness;
        let is = |wanted: &Option<String>, given: &str| wanted.as_ref().is_none_or(|own| own == given);
        let of_operation = own.operation.as_ref().is_none_or(|scope| {
            subject.operation == scope || subject.operation.split('/').next() == Some(scope)
        });
        of_operation
            && own
                .sha256
                .as_ref()
                .is_none_or(|hash| hash.eq_ignore_ascii_case(&subject.sha256))
            && is(&own.file_name, subject.file_name)
            && is(&own.tag, subject.tag)
            && self.fits_picture(subject.phash)
            && self.fits_text(subject.text)
            && own
                .header
                .iter()
                .all(|(name, value)| (subject.header)(name).as_ref() == Some(value))
    }

    fn fits_picture(&self, phash: Option<u64>) -> bool {
        let Some(wanted) = self.phash else {
            return true;
        };
        let most = self.expectation.likeness.distance.unwrap_or(4);
        phash.is_some_and(|phash| (phash ^ wanted).count_ones() <= most)
    }

    fn fits_text(&self, text: Option<&str>) -> bool {
        let Some(wanted) = &self.expectation.likeness.text else {
            return true;
        };
        let Some(text) = text else {
            return false;
        };
        wanted.exact.as_ref().is_none_or(|own| own == text)
            && wanted.contains.as_ref().is_none_or(|own| text.contains(own))
            && self.regex.as_ref().is_none_or(|regex| regex.is_match(text))
    }

    /// What it gives the `nth` time it fits (from 0); nothing once it is spent.
    pub fn given(&self, nth: u64) -> Option<&[PresetVerdict]> {
        let own = &self.expectation;
        if own.times.is_some_and(|times| nth >= times) {
            return None;
        }
        if own.sequence.is_empty() {
            return Some(&own.verdicts);
        }
        let turn = usize::try_from(nth).unwrap_or(usize::MAX);
        match own.times {
            None => own.sequence.get(turn).map(Vec::as_slice),
            Some(_) => own.sequence.get(turn % own.sequence.len()).map(Vec::as_slice),
        }
    }
}
