//! Expectations: user-defined rules that preset verdicts and take precedence over all other sources.

use regex::Regex;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A verdict preset by the user.
#[derive(
    Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema, utoipa::ToSchema,
)]
#[serde(default, deny_unknown_fields)]
pub struct PresetVerdict {
    /// The task, by id or short name; every task if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<String>,
    /// The label in the provider's notation (`1`, `Porn`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Confidence, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    /// Whether human review is requested.
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
    /// A substring.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contains: Option<String>,
    /// A regular expression that matches a part of the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regex: Option<String>,
}

/// Conditions on an input; all given conditions must be met.
#[derive(
    Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema, utoipa::ToSchema,
)]
#[serde(default, deny_unknown_fields)]
pub struct ExpectationMatch {
    /// The world; `demo` if absent.
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
    /// Maximum number of differing bits of the perceptual hash; 4 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distance: Option<u32>,
    /// Conditions on the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<TextMatch>,
    /// Name or URL of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// The tag sent with the input.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// Headers of the call, names in lower case.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub header: BTreeMap<String, String>,
}

/// A rule that presets verdicts for matching inputs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// Id; generated if absent.
    #[serde(default)]
    pub id: String,
    /// Which inputs match.
    #[serde(rename = "match", default)]
    pub matching: ExpectationMatch,
    /// The verdicts for a matching input.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub verdicts: Vec<PresetVerdict>,
    /// A list of verdicts for each successive match, instead of `verdicts`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sequence: Vec<Vec<PresetVerdict>>,
    /// How many matches the rule applies to; by default unlimited, or the length of the sequence.
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
    /// SHA-256 of the input's bytes, in hex.
    pub sha256: String,
    /// Perceptual hash of a picture.
    pub phash: Option<u64>,
    /// The text to be judged.
    pub text: Option<&'a str>,
    /// Name or URL of the file.
    pub file_name: &'a str,
    /// The tag sent with the input.
    pub tag: &'a str,
    /// Looks up a header of the call by its lower-case name.
    pub header: &'a dyn Fn(&str) -> Option<String>,
}

/// A validated expectation.
#[derive(Debug)]
pub struct ExpectationRule {
    /// The expectation as defined by the user.
    pub expectation: Expectation,
    phash: Option<u64>,
    regex: Option<Regex>,
}

impl ExpectationRule {
    /// Validates an expectation.
    ///
    /// # Errors
    /// The field, and what was expected.
    pub fn new(expectation: Expectation) -> Result<Self, (String, String)> {
        let likeness = &expectation.matching;
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

    /// Whether the rule compares perceptual hashes.
    pub fn has_phash(&self) -> bool {
        self.phash.is_some()
    }

    /// Whether an input meets all conditions.
    pub fn matches(&self, subject: &RecognitionSubject<'_>) -> bool {
        let own = &self.expectation.matching;
        let is = |wanted: &Option<String>, found: &str| wanted.as_ref().is_none_or(|wanted| wanted == found);
        let is_operation = own.operation.as_ref().is_none_or(|scope| {
            subject.operation == scope || subject.operation.split('/').next() == Some(scope)
        });
        is_operation
            && own
                .sha256
                .as_ref()
                .is_none_or(|hash| hash.eq_ignore_ascii_case(&subject.sha256))
            && is(&own.file_name, subject.file_name)
            && is(&own.tag, subject.tag)
            && self.matches_picture(subject.phash)
            && self.matches_text(subject.text)
            && own
                .header
                .iter()
                .all(|(name, value)| (subject.header)(name).as_ref() == Some(value))
    }

    fn matches_picture(&self, phash: Option<u64>) -> bool {
        let Some(wanted) = self.phash else {
            return true;
        };
        let max_distance = self.expectation.matching.distance.unwrap_or(4);
        phash.is_some_and(|phash| (phash ^ wanted).count_ones() <= max_distance)
    }

    fn matches_text(&self, text: Option<&str>) -> bool {
        let Some(wanted) = &self.expectation.matching.text else {
            return true;
        };
        let Some(text) = text else {
            return false;
        };
        wanted.exact.as_ref().is_none_or(|own| own == text)
            && wanted.contains.as_ref().is_none_or(|own| text.contains(own))
            && self.regex.as_ref().is_none_or(|regex| regex.is_match(text))
    }

    /// The verdicts for the `nth` match (from 0); `None` once the rule is used up.
    pub fn preset_verdicts(&self, nth: u64) -> Option<&[PresetVerdict]> {
        let own = &self.expectation;
        if own.times.is_some_and(|times| nth >= times) {
            return None;
        }
        if own.sequence.is_empty() {
            return Some(&own.verdicts);
        }
        let index = usize::try_from(nth).unwrap_or(usize::MAX);
        match own.times {
            None => own.sequence.get(index).map(Vec::as_slice),
            Some(_) => own.sequence.get(index % own.sequence.len()).map(Vec::as_slice),
        }
    }
}
