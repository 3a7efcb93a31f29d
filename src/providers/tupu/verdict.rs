//! What is said of one input for one task, and who says it.

use super::tasks::RecognitionTask;
use crate::imaging::PictureFeatures;
use crate::providers::CallContext;
use crate::recognition::{Marker, PresetVerdict, RecognitionSubject};
use crate::signing::digest::sha256_hex;

/// What is said of an input for one task.
#[derive(Clone, Debug)]
pub(super) struct TaskVerdict {
    /// The label's number.
    pub label: usize,
    /// How sure, 0 to 1.
    pub rate: f64,
    /// Whether a person should look.
    pub review: bool,
    /// Who decided, and why.
    pub because: String,
}

/// What an expectation gives an input, and the expectation's name.
pub(super) type ExpectedVerdict = (String, Vec<PresetVerdict>);

/// An input, as far as expectations look at it; what it does not have is empty.
#[derive(Clone, Copy, Default)]
pub(super) struct RecognitionInput<'a> {
    pub bytes: &'a [u8],
    pub phash: Option<u64>,
    pub text: Option<&'a str>,
    /// Name of its file, or its URL.
    pub name: &'a str,
    pub tag: &'a str,
}

/// What the first expectation that fits an input gives it. Nothing is hashed where there are no expectations.
pub(super) fn expected_verdict(
    input: RecognitionInput<'_>,
    context: &CallContext,
) -> Option<ExpectedVerdict> {
    let header = |name: &str| context.call.headers.get(name).map(str::to_owned);
    context.expectations.preset_verdict(|| RecognitionSubject {
        operation: context.operation_name(),
        sha256: sha256_hex(input.bytes),
        phash: input.phash,
        text: input.text,
        file_name: input.name,
        tag: input.tag,
        header: &header,
    })
}

/// What one picture brings to its verdicts.
pub(super) struct PictureEvidence<'a> {
    /// What is seen in it.
    pub seen: &'a PictureFeatures,
    /// What an expectation gives it.
    pub given: Option<&'a ExpectedVerdict>,
    /// Markers inside it.
    pub markers: Vec<Marker>,
    /// The short digest of its bytes: what the default goes by.
    pub content: u128,
}

/// What is certain is below this: a person should look.
const SURE: f64 = 0.8;

impl TaskVerdict {
    /// The verdict of a task on a picture: of a fault that lies, an expectation, a marker, what is seen, or by default.
    pub(super) fn on_picture(
        task: &RecognitionTask,
        evidence: &PictureEvidence<'_>,
        context: &CallContext,
    ) -> Self {
        Self::decide(task, evidence.given, &evidence.markers, context, || {
            if evidence.markers.is_empty() {
                Self::from_features(task, evidence.seen)
                    .unwrap_or_else(|| Self::by_default(task, evidence.content))
            } else {
                // A marked input is a test's: of what it does not name it is harmless.
                Self::harmless(task, "the marker names other tasks")
            }
        })
    }

    /// The verdict of a task on any input: of a fault that lies, an expectation, a marker, or otherwise.
    pub(super) fn decide(
        task: &RecognitionTask,
        given: Option<&ExpectedVerdict>,
        markers: &[Marker],
        context: &CallContext,
        otherwise: impl FnOnce() -> Self,
    ) -> Self {
        let concerns = |word: Option<&str>| word.is_none_or(|word| task.is_named(word));
        let given = given.and_then(|(id, given)| {
            let own = given.iter().find(|own| concerns(own.task.as_deref()))?;
            Some(Self::preset(task, own, id))
        });
        let marked = || markers.iter().find(|marker| task.is_named(&marker.name));
        let honest = given
            .or_else(|| marked().map(|marker| Self::from_marker(task, marker)))
            .unwrap_or_else(otherwise);
        match &context.wrong_verdict {
            Some(wrong_verdict) if concerns(wrong_verdict.task.as_deref()) => {
                let opposite = if honest.label == task.normal {
                    task.first_harmful_label()
                } else {
                    task.normal
                };
                let label = wrong_verdict.label.as_deref().and_then(|word| task.label(word));
                Self {
                    label: label.unwrap_or(opposite),
                    because: format!("a fault lies; in truth {}", honest.because),
                    ..honest
                }
            }
            Some(_) | None => honest,
        }
    }

    /// Nothing speaks against it.
    pub(super) fn harmless(task: &RecognitionTask, because: &str) -> Self {
        Self {
            label: task.normal,
            rate: 0.99,
            review: false,
            because: because.to_owned(),
        }
    }

    fn preset(task: &RecognitionTask, given: &PresetVerdict, id: &str) -> Self {
        let label = given.label.as_deref().and_then(|word| task.label(word));
        Self {
            label: label.unwrap_or(task.first_harmful_label()),
            rate: given.rate.unwrap_or(0.99),
            review: given.review.unwrap_or(false),
            because: format!("expectation {id:?}"),
        }
    }

    fn from_marker(task: &RecognitionTask, marker: &Marker) -> Self {
        let label = marker.detail.as_deref().and_then(|word| task.label(word));
        Self {
            label: label.unwrap_or(task.first_harmful_label()),
            rate: marker.rate.unwrap_or(0.99),
            review: marker.review,
            because: format!("the marker {:?} in it", marker.name),
        }
    }

    /// What the picture itself tells, where it tells anything. None of it is a judgement about the world: these are
    /// measures with thresholds.
    fn from_features(task: &RecognitionTask, seen: &PictureFeatures) -> Option<Self> {
        let (word, rate, why) = match task.name {
            "ads" if seen.has_code() => ("qr-code", 0.97, "a QR code"),
            "ads" if seen.print > 0.12 => ("text", 0.5 + f64::from(seen.print.min(0.45)), "dense print"),
            "ads" if seen.flat > 0.35 => (
                "logo",
                0.45 + f64::from(seen.flat.min(0.5)),
                "flat saturated areas",
            ),
            "ads-old" if seen.has_code() || seen.print > 0.12 => ("ads", 0.9, "a code or dense print"),
            // Much skin alone is a portrait, sand or wood: the picture must be smooth too, and show no face large.
            "porn" if seen.skin > 0.45 && seen.texture < 0.012 && !has_large_face(seen) => (
                "sexy",
                f64::from(seen.skin).min(0.95),
                "much smooth skin without a face",
            ),
            "violence" if seen.blood > 0.25 && seen.texture > 0.02 => (
                "blood",
                0.5 + f64::from(seen.blood.min(0.45)),
                "dark red all over",
            ),
            "violence" if seen.fire > 0.25 && seen.texture > 0.02 => (
                "fire",
                0.5 + f64::from(seen.fire.min(0.45)),
                "the colours of fire",
            ),
            "people" if !seen.faces.is_empty() => {
                ("person", f64::from(seen.faces[0].score).max(0.6), "a face")
            }
            _ => return None,
        };
        Some(Self {
            label: task.label(word)?,
            rate,
            review: rate < SURE,
            because: format!("{why}: {}", seen.summary()),
        })
    }

    /// Harmless, as sure as the content's hash has it.
    fn by_default(task: &RecognitionTask, content: u128) -> Self {
        let part = (content ^ u128::from(xxhash_rust::xxh3::xxh3_64(task.id.as_bytes()))) % 9_000;
        Self {
            label: task.normal,
            rate: 0.9 + part as f64 / 100_000.0,
            review: false,
            because: "nothing in it speaks against it".into(),
        }
    }

    /// The same, of an input that is out of specification: less sure, and to be looked at.
    #[must_use]
    pub(super) fn doubted(self) -> Self {
        Self {
            rate: self.rate * 0.8,
            review: true,
            ..self
        }
    }
}

fn has_large_face(seen: &PictureFeatures) -> bool {
    let side = seen.width.min(seen.height) as f32;
    seen.faces.iter().any(|face| face.side > side * 0.15)
}
