//! Recordings, judged later (`wire/tupu.md` §1.4 #14, §3.4).

use super::super::auth;
use super::super::tasks::{MediaTasks, RecognitionTask, ResultShape, chosen};
use super::jobs::{self, JobSubmission};
use super::result::RecognitionResult;
use super::speech::{AudioFacts, details, fetch, hear, label, note, say};
use super::{field, insert_given};
use crate::exchange::{Call, Decision, Failure};
use crate::providers::{Answer, CallContext};
use crate::world::ConcurrencyLimit;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Recordings at once; further ones wait (§1.4 #14).
const LANES: ConcurrencyLimit = ConcurrencyLimit {
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
pub(in super::super) fn recording_async(call: &Call, context: &CallContext) -> Result<Answer, Failure> {
    let form = auth::form(call)?;
    let recording = form
        .json::<Recording>("recording")
        .map_err(|_| field("recording"))?;
    let recording = recording.ok_or(field("recording"))?;
    let wanted = form.texts("tasks").map_err(|_| field("tasks"))?;
    let tasks = chosen(&wanted, MediaTasks::Speech, context).map_err(Failure::Input)?;
    let callback = recording.callback_url.as_deref().filter(|url| !url.is_empty());
    let callback = callback.map(|url| jobs::checked(url, context)).transpose()?;
    let (call, context) = (call.clone(), context.clone());
    Ok(Answer::Work(Box::new(move || {
        let submission = recording.judged(&tasks, callback, (&call, &context))?;
        let (job, mut found) = submission.submit(jobs::fresh_id(0, false, &context), &context)?;
        found.members.insert("requestId".into(), json!(job.id));
        // §3.4: the reply's `result` is an object with the id inside (INFERRED).
        found
            .members
            .insert("result".into(), json!({"requestId": job.id}));
        Ok(found.reply(&context))
    })))
}

impl Recording {
    fn judged(
        &self,
        tasks: &[&'static RecognitionTask],
        callback: Option<String>,
        (call, context): (&Call, &CallContext),
    ) -> Result<JobSubmission, Failure> {
        let (heard, out_of_spec) = hear(&fetch(&self.url, context)?, (call, context))?;
        let wants_all = self.callback_rule.as_deref() == Some("all");
        let mut found = RecognitionResult {
            units: 1,
            out_of_spec,
            ..RecognitionResult::default()
        };
        let mut called_back = Map::new();
        for task in tasks {
            let (object, is_grave) = recorded(task, &heard, &self.url, (&mut found.notes, context));
            let reported = if is_grave || wants_all {
                object.clone()
            } else {
                json!({})
            };
            called_back.insert(task.id.into(), reported);
            found.members.insert(task.id.into(), object);
        }
        Ok(JobSubmission {
            echo: self.echo(),
            called_back: Some(called_back),
            callback,
            lanes: LANES,
            ..JobSubmission::of(found, "requestId")
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
    task: &RecognitionTask,
    heard: &AudioFacts,
    url: &str,
    (notes, context): (&mut Vec<Decision>, &CallContext),
) -> (Value, bool) {
    let said = say(task, heard, context);
    notes.push(note(task, heard, &said));
    let is_grave = said.label != task.normal;
    super::history::remember_speech((task.id, label(task, said.label), said.review), url, context);
    let object = match task.shape {
        ResultShape::Transcript => json!({"text": "", "details": []}),
        ResultShape::Vulgar
        | ResultShape::SpeechText
        | ResultShape::Text
        | ResultShape::Labelled
        | ResultShape::TopLabels
        | ResultShape::Person
        | ResultShape::Objects => json!({"violations": [{
            "label": label(task, said.label),
            "review": said.review,
            "speechUrl": url,
            "details": details(heard, &said, is_grave),
        }]}),
    };
    (object, is_grave)
}
