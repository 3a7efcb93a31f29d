//! What the console lists of the past (`wire/tupu.md` §1.4 #22), and feedback on it (#21).

use super::super::{auth, errors};
use super::text::{TextInput, TextVerdict};
use super::{field, jobs};
use crate::clock::Time;
use crate::exchange::{Call, Failure, InputError, Reply};
use crate::forms::Form;
use crate::providers::CallContext;
use serde_json::{Map, Value, json};

pub(super) const TEXTS: &str = "tupu/texts";
pub(super) const SPEECHES: &str = "tupu/speeches";

/// Records of a page, where the client does not say.
const PAGE: usize = 20;
/// Most records of a page.
const MOST: usize = 100;

/// Keeps a text for the list. What it says is only kept where the world captures.
pub(super) fn remember_text((text, said): (&TextInput, &TextVerdict), context: &CallContext) {
    let content = if context.settings.capture {
        text.content.as_str()
    } else {
        ""
    };
    context.history.push(
        TEXTS,
        json!({
            "time": context.arrived.local_text(),
            "content": content,
            "contentId": text.content_id,
            "userId": text.user_id,
            "forumId": text.forum_id,
            "action": said.action,
            "label": said.label,
            "review": said.review,
            "details": said.details,
        }),
    );
}

/// Keeps a part of speech for the list.
pub(super) fn remember_speech((task, label, review): (&str, Value, bool), url: &str, context: &CallContext) {
    context.history.push(
        SPEECHES,
        json!({
            "time": context.arrived.local_text(),
            "requestId": jobs::fresh_id(0, false, context),
            "taskId": task,
            "label": label,
            "review": review,
            "speechUrl": url,
        }),
    );
}

/// A page of past texts.
pub(in super::super) fn history_text(call: &Call, context: &CallContext) -> Result<Reply, Failure> {
    list(TEXTS, &["userId", "forumId", "content"], call, context)
}

/// A page of past parts of speech.
pub(in super::super) fn history_speech(call: &Call, context: &CallContext) -> Result<Reply, Failure> {
    list(
        SPEECHES,
        &["userId", "forumId", "roomId", "requestId", "taskId"],
        call,
        context,
    )
}

fn list(kind: &str, same: &[&'static str], call: &Call, context: &CallContext) -> Result<Reply, Failure> {
    let form = auth::form(call)?;
    let number = |name: &'static str, usual: usize| match form.raw_text(name) {
        None => Ok(usual),
        Some(text) => text.parse::<usize>().map_err(|_| field(name)),
    };
    let page = number("page", 1)?.max(1);
    let limit = number("limit", PAGE)?.clamp(1, MOST);
    let (from, to) = (instant(&form, "startTime")?, instant(&form, "endTime")?);
    let labels: Vec<String> = form
        .json("labels")
        .map_err(|_| field("labels"))?
        .unwrap_or_default();
    let review: Option<bool> = form.json("review").map_err(|_| field("review"))?;
    let wanted: Vec<(&str, String)> = same
        .iter()
        .filter_map(|name| Some((*name, form.raw_text(name)?.into_owned())))
        .filter(|(_, value)| !value.is_empty())
        .collect();
    let fits = |record: &Value| {
        let at = record["time"].as_str().and_then(Time::from_local_text);
        at.is_some_and(|at| from.is_none_or(|from| from <= at) && to.is_none_or(|to| at <= to))
            && (labels.is_empty() || labels.iter().any(|label| record["label"] == **label))
            && review.is_none_or(|review| record["review"] == review)
            && wanted.iter().all(|(name, value)| match *name {
                "content" => record["content"]
                    .as_str()
                    .is_some_and(|text| text.contains(value)),
                name => record[name] == **value,
            })
    };
    let mut all = context.history.list(kind, fits);
    // The newest first, unless it is asked for otherwise.
    if form.raw_text("sort").is_none_or(|sort| sort != "1") {
        all.reverse();
    }
    let (total, skipped) = (all.len(), (page - 1).saturating_mul(limit));
    let data: Vec<Value> = all.into_iter().skip(skipped).take(limit).collect();
    let mut members = Map::new();
    members.insert("hasNext".into(), json!(skipped + data.len() < total));
    members.insert("total".into(), json!(total));
    members.insert("data".into(), json!(data));
    Ok(errors::success(members, context))
}

fn instant(form: &Form, name: &'static str) -> Result<Option<Time>, Failure> {
    let text = form.raw_text(name).filter(|text| !text.is_empty());
    let read = |text: &str| Time::from_local_text(text).ok_or(field(name));
    text.map(|text| read(&text)).transpose()
}

/// What a client thinks of results; it is checked and kept for nobody.
pub(in super::super) fn feedback(kind: &str, call: &Call, context: &CallContext) -> Result<Reply, Failure> {
    let form = auth::form(call)?;
    form.raw_text("taskId")
        .filter(|id| !id.is_empty())
        .ok_or(field("taskId"))?;
    let each: Vec<Value> = match kind {
        "feedback-image-file" => {
            let files = form.parts("image").map_err(|_| field("image"))?;
            files.iter().map(|_| Value::Null).collect()
        }
        "feedback-image-url" => form
            .json("fileList")
            .map_err(|_| field("fileList"))?
            .unwrap_or_default(),
        _ => form
            .json("texts")
            .map_err(|_| field("texts"))?
            .unwrap_or_default(),
    };
    if each.is_empty() {
        return Err(Failure::Input(InputError::Empty));
    }
    Ok(errors::success(Map::new(), context))
}
