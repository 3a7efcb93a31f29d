//! Recordings, judged later (`wire/tupu.md` §1.4 #14, §3.4).

use super::super::auth;
use super::super::tasks::{Medium, Shape, Task, chosen};
use super::errand::{self, Submission};
use super::found::Found;
use super::speech::{Heard, details, fetch, hear, label, note, say};
use super::{field, insert_given};
use crate::exchange::{Call, Decision, Failure};
use crate::providers::{Answer, Desk};
use crate::world::Lanes;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Recordings at once; further ones wait (§1.4 #14).
const LANES: Lanes = Lanes {
    concurrent: Some(50),
    queues: true,
};

/// A recording to judge later.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recording {
    url: String,
    callback_url: Option<String>,
    callback_rule: Option<String>,
    room_id: Option<String>,
    user_id: Option<String>,
    forum_id: Option<String>,
    custom_info: Option<Value>,
}

/// A recording, judged later.
pub(in super::super) fn recording_async(call: &Call, desk: &Desk) -> Result<Answer, Failure> {
    let form = auth::form(call)?;
    let recording = form
        .json::<Recording>("recording")
        .map_err(|_| field("recording"))?;
    let recording = recording.ok_or(field("recording"))?;
    let wanted = form.texts("tasks").map_err(|_| field("tasks"))?;
    let tasks = chosen(&wanted, Medium::Speech, desk).map_err(Failure::Input)?;
    let callback = recording.callback_url.as_deref().filter(|url| !url.is_empty());
    let callback = callback.map(|url| errand::checked(url, desk)).transpose()?;
    let (call, desk) = (call.clone(), desk.clone());
    Ok(Answer::Work(Box::new(move || {
        let submission = recording.judged(&tasks, callback, (&call, &desk))?;
        let (job, mut found) = submission.submit(errand::fresh_id(0, false, &desk), &desk)?;
        found.members.insert("requestId".into(), json!(job.id));
        // §3.4: the reply's `result` is an object with the id inside (INFERRED).
        found
            .members
            .insert("result".into(), json!({"requestId": job.id}));
        Ok(found.reply(&desk))
    })))
}

impl Recording {
    fn judged(
        &self,
        tasks: &[&'static Task],
        callback: Option<String>,
        (call, desk): (&Call, &Desk),
    ) -> Result<Submission, Failure> {
        let (heard, out_of_spec) = hear(&fetch(&self.url, desk)?, (call, desk))?;
        let wants_all = self.callback_rule.as_deref() == Some("all");
        let mut found = Found {
            units: 1,
            out_of_spec,
            ..Found::default()
        };
        let mut called_back = Map::new();
        for task in tasks {
            let (object, is_grave) = recorded(task, &heard, &self.url, (&mut found.notes, desk));
            let reported = if is_grave || wants_all {
                object.clone()
            } else {
                json!({})
            };
            called_back.insert(task.id.into(), reported);
            found.members.insert(task.id.into(), object);
        }
        Ok(Submission {
            echo: self.echo(),
            called_back: Some(called_back),
            callback,
            lanes: LANES,
            ..Submission::of(found, "requestId")
        })
    }

    /// What reports say again.
    fn echo(&self) -> Map<String, Value> {
        let mut echo = Map::new();
        let given = [
            ("roomId", &self.room_id),
            ("userId", &self.user_id),
            ("forumId", &self.forum_id),
        ];
        insert_given(&mut echo, &given);
        if let Some(info) = &self.custom_info {
            echo.insert("customInfo".into(), info.clone());
        }
        echo
    }
}

/// The object of one task of a recording (§3.4), and whether it speaks against it.
fn recorded(
    task: &Task,
    heard: &Heard,
    url: &str,
    (notes, desk): (&mut Vec<Decision>, &Desk),
) -> (Value, bool) {
    let said = say(task, heard, desk);
    notes.push(note(task, heard, &said));
    let is_grave = said.label != task.normal;
    super::history::remember_speech((task.id, label(task, said.label), said.review), url, desk);
    let object = match task.shape {
        Shape::Transcript => json!({"text": "", "details": []}),
        Shape::Vulgar
        | Shape::SpeechText
        | Shape::Text
        | Shape::Labelled
        | Shape::TopLabels
        | Shape::Person
        | Shape::Objects => json!({"violations": [{
            "label": label(task, said.label),
            "review": said.review,
            "speechUrl": url,
            "details": details(heard, &said, is_grave),
        }]}),
    };
    (object, is_grave)
}
