//! What the console lists of the past (`wire/tupu.md` §1.4 #22), and feedback on it (#21).

use super::super::errors;
use super::text::{TextInput, TextVerdict};
use super::{field, jobs};
use crate::clock::Time;
use crate::exchange::{InputError, Refusal};
use crate::forms::Form;
use crate::providers::{Answer, CallContext, Services};
use crate::world::Record;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// A text of the past, as the console lists it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TextRecord {
    time: String,
    content: String,
    content_id: Option<String>,
    user_id: Option<String>,
    forum_id: Option<String>,
    action: String,
    label: String,
    review: bool,
    details: Vec<Value>,
}

impl Record for TextRecord {
    const KIND: &'static str = "text";
}

/// The verdict of one task on a recording of the past, as the console lists it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SpeechRecord {
    time: String,
    request_id: String,
    task_id: String,
    label: Value,
    review: bool,
    speech_url: String,
}

impl Record for SpeechRecord {
    const KIND: &'static str = "speech";
}

/// Records of a page, where the client does not say.
const PAGE: usize = 20;
/// Most records of a page.
const MOST: usize = 100;

/// Keeps the `nth` text of a call for the list. What it says is only kept where the world captures.
pub(super) fn remember_text(
    nth: usize,
    text: &TextInput,
    verdict: &TextVerdict,
    context: &CallContext,
    services: &Services,
) {
    let (mut content, mut details) = (text.content.clone(), verdict.details.clone());
    if !context.settings.capture {
        content.clear();
        for detail in details.iter_mut().filter_map(Value::as_object_mut) {
            detail.insert("keyword".into(), json!(""));
        }
    }
    let past = TextRecord {
        time: context.arrived.local_text(),
        content,
        content_id: text.content_id.clone(),
        user_id: text.user_id.clone(),
        forum_id: text.forum_id.clone(),
        action: verdict.action.clone(),
        label: verdict.label.clone(),
        review: verdict.review,
        details,
    };
    let id = format!("{}-{nth}", context.request_id);
    context.records(services).put(id, past, None);
}

/// What is kept of the verdict of one task on a recording.
pub(super) struct PastSpeech<'a> {
    pub task: &'static str,
    pub label: Value,
    pub review: bool,
    pub url: &'a str,
}

impl PastSpeech<'_> {
    /// Keeps it for the list.
    pub(super) fn remember(self, context: &CallContext, services: &Services) {
        let past = SpeechRecord {
            time: context.arrived.local_text(),
            request_id: jobs::fresh_id(0, false, context),
            task_id: self.task.to_owned(),
            label: self.label,
            review: self.review,
            speech_url: self.url.to_owned(),
        };
        let id = format!("{}-{}", context.request_id, self.task);
        context.records(services).put(id, past, None);
    }
}

/// A page of past texts.
pub(in super::super) fn history_text(context: &CallContext, services: &Services) -> Result<Answer, Refusal> {
    let all = past::<TextRecord>(context, services);
    page(all, &["userId", "forumId", "content"], context)
}

/// A page of past parts of speech.
pub(in super::super) fn history_speech(
    context: &CallContext,
    services: &Services,
) -> Result<Answer, Refusal> {
    let all = past::<SpeechRecord>(context, services);
    page(
        all,
        &["userId", "forumId", "roomId", "requestId", "taskId"],
        context,
    )
}

/// Every record of a kind, as the console lists it.
fn past<T: Record>(context: &CallContext, services: &Services) -> Vec<Value> {
    let all = context.records::<T>(services).list();
    all.iter().map(|(_, past)| json!(past)).collect()
}

/// The page of records, the oldest first, that a call asks for. `equal` names the fields that must be as it says.
fn page(all: Vec<Value>, equal: &[&'static str], context: &CallContext) -> Result<Answer, Refusal> {
    let form = context.call.form()?;
    let number = |name: &'static str, usual: usize| match form.text(name) {
        None => Ok(usual),
        Some(text) => text.parse::<usize>().map_err(|_| field(name)),
    };
    let page = number("page", 1)?.max(1);
    let limit = number("limit", PAGE)?.clamp(1, MOST);
    let filter = Filter::read(form, equal)?;
    let mut all: Vec<Value> = all.into_iter().filter(|record| filter.fits(record)).collect();
    // The newest first, unless it is asked for otherwise.
    if form.text("sort").is_none_or(|sort| sort != "1") {
        all.reverse();
    }
    let (total, skipped) = (all.len(), (page - 1).saturating_mul(limit));
    let data: Vec<Value> = all.into_iter().skip(skipped).take(limit).collect();
    let mut members = Map::new();
    members.insert("hasNext".into(), json!(skipped + data.len() < total));
    members.insert("total".into(), json!(total));
    members.insert("data".into(), json!(data));
    Ok(errors::success(members, context).into())
}

/// Which records a call asks for.
struct Filter {
    from: Option<Time>,
    to: Option<Time>,
    labels: Vec<String>,
    review: Option<bool>,
    equal: Vec<(&'static str, String)>,
}

impl Filter {
    fn read(form: &Form, equal: &[&'static str]) -> Result<Self, Refusal> {
        let given = equal
            .iter()
            .filter_map(|name| Some((*name, form.text(name)?.into_owned())));
        Ok(Self {
            from: instant(form, "startTime")?,
            to: instant(form, "endTime")?,
            labels: form
                .json("labels")
                .map_err(|_| field("labels"))?
                .unwrap_or_default(),
            review: form.json("review").map_err(|_| field("review"))?,
            equal: given.filter(|(_, value)| !value.is_empty()).collect(),
        })
    }

    fn fits(&self, record: &Value) -> bool {
        let at = record["time"].as_str().and_then(Time::from_local_text);
        let is_within =
            |at: Time| self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at <= to);
        at.is_some_and(is_within)
            && (self.labels.is_empty() || self.labels.iter().any(|label| record["label"] == **label))
            && self.review.is_none_or(|review| record["review"] == review)
            && self.equal.iter().all(|(name, value)| match *name {
                "content" => record["content"]
                    .as_str()
                    .is_some_and(|text| text.contains(value)),
                name => record[name] == **value,
            })
    }
}

fn instant(form: &Form, name: &'static str) -> Result<Option<Time>, Refusal> {
    let text = form.text(name).filter(|text| !text.is_empty());
    let read = |text: &str| Time::from_local_text(text).ok_or(field(name));
    text.map(|text| read(&text)).transpose()
}

/// Feedback on pictures as files.
pub(in super::super) fn feedback_image_file(context: &CallContext, _: &Services) -> Result<Answer, Refusal> {
    let files = context.call.form()?.parts("image").map_err(|_| field("image"))?;
    feedback(files.len(), context)
}

/// Feedback on pictures by URL.
pub(in super::super) fn feedback_image_url(context: &CallContext, _: &Services) -> Result<Answer, Refusal> {
    feedback(listed("fileList", context)?, context)
}

/// Feedback on texts.
pub(in super::super) fn feedback_text(context: &CallContext, _: &Services) -> Result<Answer, Refusal> {
    feedback(listed("texts", context)?, context)
}

fn listed(name: &'static str, context: &CallContext) -> Result<usize, Refusal> {
    let list = context.call.form()?.json::<Vec<Value>>(name);
    let list = list.map_err(|_| field(name))?;
    Ok(list.map_or(0, |list| list.len()))
}

/// What a client thinks of so many results: it is checked, and not kept.
fn feedback(count: usize, context: &CallContext) -> Result<Answer, Refusal> {
    let task = context.call.form()?.text("taskId");
    task.filter(|id| !id.is_empty()).ok_or(field("taskId"))?;
    if count == 0 {
        return Err(InputError::Empty.into());
    }
    Ok(errors::success(Map::new(), context).into())
}
