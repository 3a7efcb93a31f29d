//! Texts: who decides what they say, and how Tupu says it (`wire/tupu.md` §1.4 #5, §3.3).

use super::super::input_rules;
use super::super::tasks::{TEXT, TEXT_LABELS};
use super::super::verdict::{RecognitionInput, expected_verdict};
use super::jobs::{self, JobSubmission};
use super::result::RecognitionResult;
use super::{field, insert_given};
use crate::exchange::{Decision, InputError, PipelineStage, Refusal};
use crate::providers::{Answer, CallContext, Services};
use crate::recognition::{
    FloodReason, Marker, PresetVerdict, TermSeverity, TextAction, detect_flood, find_terms,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Most texts of a call (§1.4 #5).
const MOST_TEXTS: usize = 10;

/// One text of a call.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct TextInput {
    pub content: String,
    pub content_id: Option<String>,
    pub user_id: Option<String>,
    pub forum_id: Option<String>,
}

/// What is verdict of a text.
pub(super) struct TextVerdict {
    pub label: String,
    pub action: String,
    pub review: bool,
    pub details: Vec<Value>,
    /// Who decided, and why.
    pub because: String,
}

/// Texts, judged at once.
pub(in super::super) fn text_sync(context: &CallContext, services: &Services) -> Result<Answer, Refusal> {
    let form = context.call.form()?;
    let texts: Option<Vec<TextInput>> = form.json("text").map_err(|_| field("text"))?;
    let texts = texts.ok_or(field("text"))?;
    if texts.is_empty() {
        return Err(InputError::Empty.into());
    }
    if texts.len() > MOST_TEXTS {
        return Err(InputError::TooMany.into());
    }
    let mut found = RecognitionResult::default();
    let mut results = Vec::with_capacity(texts.len());
    for (nth, text) in texts.iter().enumerate() {
        let spec = input_rules::characters(&text.content, false, context)?;
        found.out_of_spec = found.out_of_spec.or(spec);
        let mut verdict = judge(&text.content, context);
        if spec.is_some() {
            verdict.review = true;
        }
        found.notes.push(Decision::choose(
            PipelineStage::Answer,
            "verdict",
            format!("text {nth}: {}", verdict.because),
        ));
        super::history::remember_text(nth, text, &verdict, context, services);
        results.push(verdict.result(text));
    }
    found.units = u32::try_from(results.len()).expect("at most ten");
    found.members.insert(TEXT.into(), json!({ "texts": results }));
    Ok(found.reply(context).into())
}

/// A long text, judged later. Its result comes by callback alone (D2), and can be asked for besides.
pub(in super::super) fn text_async(context: &CallContext, services: &Services) -> Result<Answer, Refusal> {
    let form = context.call.form()?;
    let content = form.json::<String>("content").map_err(|_| field("content"))?;
    let content = content.ok_or(field("content"))?;
    let out_of_spec = input_rules::characters(&content, true, context)?;
    let part = |name: &'static str| form.text(name).map(std::borrow::Cow::into_owned);
    let text = TextInput {
        content_id: part("contentId"),
        user_id: part("userId"),
        forum_id: part("forumId"),
        content,
    };
    let mut verdict = judge(&text.content, context);
    verdict.review |= out_of_spec.is_some();
    let note = Decision::choose(PipelineStage::Answer, "verdict", verdict.because.clone());
    let texts = json!({ "texts": [verdict.result(&text)] });
    let found = RecognitionResult {
        members: Map::from_iter([(TEXT.to_owned(), texts)]),
        units: 1,
        out_of_spec,
        notes: vec![note],
    };
    let submission = JobSubmission {
        callback: jobs::callback(form, "callbackUrl", services)?,
        ..JobSubmission::new(found, "requestId")
    };
    Ok(submission.reply(true, context, services)?.into())
}

/// What is verdict of a text: by a fault that lies, an expectation, a marker, its words, or because there is nothing in it.
pub(super) fn judge(text: &str, context: &CallContext) -> TextVerdict {
    let honest = decided(text, context);
    match &context.wrong_verdict {
        Some(wrong_verdict) if concerns(wrong_verdict.task.as_deref()) => {
            let opposite = if honest.action == "pass" { "Porn" } else { "Normal" };
            let label = wrong_verdict.label.clone().unwrap_or_else(|| opposite.to_owned());
            TextVerdict {
                because: format!("a fault lies; in truth {}", honest.because),
                ..TextVerdict::new(label, None)
            }
        }
        Some(_) | None => honest,
    }
}

fn decided(text: &str, context: &CallContext) -> TextVerdict {
    let input = RecognitionInput {
        bytes: text.as_bytes(),
        text: Some(text),
        ..RecognitionInput::default()
    };
    let given = expected_verdict(input, context);
    if let Some((id, given)) = given
        && let Some(own) = given.iter().find(|own| concerns(own.task.as_deref()))
    {
        return TextVerdict::preset(own, &id);
    }
    if let Some(marker) = Marker::find_in_text(text)
        .into_iter()
        .find_map(|own| marked(&own))
    {
        return marker;
    }
    by_words(text)
}

fn concerns(task: Option<&str>) -> bool {
    task.is_none_or(|task| task == TEXT || task == "text")
}

fn marked(marker: &Marker) -> Option<TextVerdict> {
    let label = TEXT_LABELS
        .iter()
        .find(|label| label.eq_ignore_ascii_case(&marker.name))?;
    let action = marker
        .detail
        .as_deref()
        .filter(|own| ["pass", "review", "block"].contains(own));
    Some(TextVerdict {
        because: format!("the marker {:?} in the text", marker.name),
        review: marker.review || action == Some("review"),
        ..TextVerdict::new((*label).to_owned(), action)
    })
}

/// By the lexicon, and by measures of flooding.
fn by_words(text: &str) -> TextVerdict {
    let hits = find_terms(text);
    let Some(worst) = hits.iter().max_by_key(|hit| hit.level) else {
        return match detect_flood(text) {
            Some(kind) => TextVerdict {
                because: flooded(kind),
                details: vec![
                    json!({"keyword": "", "hint": "", "mainLabel": "Nosense", "subLabel": "flood"}),
                ],
                ..TextVerdict::new("Nosense".into(), None)
            },
            None => TextVerdict {
                because: "nothing in the text is of the lexicon".into(),
                ..TextVerdict::new("Normal".into(), None)
            },
        };
    };
    let details = hits.iter().map(|hit| {
        json!({
            "keyword": hit.keyword,
            "hint": hit.term,
            "mainLabel": hit.main_label,
            "subLabel": hit.sub_label,
        })
    });
    let action = match worst.level {
        TermSeverity::Block => "block",
        TermSeverity::Review => "review",
    };
    TextVerdict {
        because: format!(
            "{} terms of the lexicon, the gravest {:?}",
            hits.len(),
            worst.term
        ),
        details: details.collect(),
        ..TextVerdict::new(worst.main_label.to_owned(), Some(action))
    }
}

fn flooded(kind: FloodReason) -> String {
    match kind {
        FloodReason::Run(length) => format!("one character {length} times in a row"),
        FloodReason::Repetition(distinct, all) => format!("{distinct} different characters among {all}"),
        FloodReason::NoWords => "signs without a word".into(),
    }
}

impl TextVerdict {
    /// A label, and what is usually done about it.
    fn new(label: String, action: Option<&str>) -> Self {
        let usual = if label == "Normal" { "pass" } else { "block" };
        let action = action.unwrap_or(usual);
        Self {
            review: action == "review",
            action: action.to_owned(),
            label,
            details: Vec::new(),
            because: String::new(),
        }
    }

    fn preset(given: &PresetVerdict, id: &str) -> Self {
        let label = given.label.clone().unwrap_or_else(|| "Normal".into());
        let mut verdict = Self::new(label, given.action.map(TextAction::name));
        verdict.review = given.review.unwrap_or(verdict.review);
        verdict.because = format!("expectation {id:?}");
        if let Some(details) = &given.details {
            verdict.details = details
                .as_array()
                .cloned()
                .unwrap_or_else(|| vec![details.clone()]);
        }
        verdict
    }

    fn result(self, text: &TextInput) -> Value {
        let mut result = Map::new();
        result.insert("content".into(), json!(text.content));
        result.insert("action".into(), json!(self.action));
        result.insert("label".into(), json!(self.label));
        result.insert("review".into(), json!(self.review));
        result.insert("details".into(), json!(self.details));
        let echoes = [
            ("contentId", &text.content_id),
            ("userId", &text.user_id),
            ("forumId", &text.forum_id),
        ];
        insert_given(&mut result, &echoes);
        Value::Object(result)
    }
}
