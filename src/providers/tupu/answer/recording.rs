//! Recordings, judged later (`wire/tupu.md` §1.4 #14, §3.4).

use super::super::tasks::{RecognitionTask, ResultShape, TaskMedium, choose_tasks};
use super::super::verdict::TaskVerdict;
use super::history::PastSpeech;
use super::jobs::{self, JobSubmission};
use super::result::RecognitionResult;
use super::speech::{AudioFacts, AudioFile, details, hear, label, note, say};
use super::{field, insert_given, media_request, next_fetched};
use crate::exchange::Refusal;
use crate::providers::{Answer, CallContext, Services};
use crate::world::ConcurrencyLimit;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Recordings at once; further ones wait (§1.4 #14).
const LANES: ConcurrencyLimit = ConcurrencyLimit::queueing(50);

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
pub(in super::super) fn recording_async(
    context: &CallContext,
    services: &Services,
) -> Result<Answer, Refusal> {
    let form = context.call.form()?;
    let recording = form
        .json::<Recording>("recording")
        .map_err(|_| field("recording"))?;
    let recording = recording.ok_or(field("recording"))?;
    let wanted = form.texts("tasks").map_err(|_| field("tasks"))?;
    let tasks = choose_tasks(&wanted, TaskMedium::Speech, context)?;
    let callback = recording.callback_url.as_deref().filter(|url| !url.is_empty());
    let callback = callback.map(|url| jobs::checked(url, services)).transpose()?;
    let fetches = vec![media_request(&recording.url)];
    Ok(Answer::fetch(fetches, move |fetched, context, services| {
        let bytes = next_fetched(&mut fetched.into_iter())?;
        let file = AudioFile::fetched(&recording.url, bytes);
        let submission = JobSubmission {
            callback,
            ..recording.judge(&file, &tasks, context, services)?
        };
        let id = jobs::fresh_id(0, false, context);
        let (job, mut found) = submission.submit(id, context, services)?;
        found.members.insert("requestId".into(), json!(job.id));
        // §3.4: the reply's `result` is an object with the id inside (INFERRED).
        found
            .members
            .insert("result".into(), json!({"requestId": job.id}));
        Ok(found.reply(context))
    }))
}

impl Recording {
    fn judge(
        &self,
        file: &AudioFile,
        tasks: &[&'static RecognitionTask],
        context: &CallContext,
        services: &Services,
    ) -> Result<JobSubmission, Refusal> {
        let (heard, out_of_spec) = hear(file, context)?;
        let wants_all = self.callback_rule.as_deref() == Some("all");
        let mut found = RecognitionResult {
            units: 1,
            out_of_spec,
            ..RecognitionResult::default()
        };
        let mut called_back = Map::new();
        for task in tasks {
            let verdict = say(task, &heard, context);
            found.notes.push(note(task, &heard, &verdict));
            let past = PastSpeech {
                task: task.id,
                label: label(task, verdict.label),
                review: verdict.review,
                url: &self.url,
            };
            past.remember(context, services);
            let is_grave = verdict.label != task.normal;
            let object = self.object(task, &heard, &verdict);
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
            limit: LANES,
            ..JobSubmission::new(found, "requestId")
        })
    }

    /// The object of one task (§3.4).
    fn object(&self, task: &RecognitionTask, heard: &AudioFacts, verdict: &TaskVerdict) -> Value {
        match task.shape {
            ResultShape::Transcript => json!({"text": "", "details": []}),
            ResultShape::Vulgar
            | ResultShape::SpeechText
            | ResultShape::Text
            | ResultShape::Labelled
            | ResultShape::TopLabels
            | ResultShape::Person
            | ResultShape::Objects => json!({"violations": [{
                "label": label(task, verdict.label),
                "review": verdict.review,
                "speechUrl": self.url,
                "details": details(heard, verdict, verdict.label != task.normal),
            }]}),
        }
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
