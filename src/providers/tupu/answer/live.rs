//! Live speech: streams that are never read, and report until they are closed (`wire/tupu.md` §1.4 #17–#19, §3.4).

use super::super::errors;
use super::super::tasks::{RecognitionTask, TaskMedium, choose_tasks};
use super::super::verdict::{RecognitionInput, expected_verdict};
use super::jobs::{self, JobSubmission};
use super::result::RecognitionResult;
use super::speech::{AudioFacts, MOST_FILES, label, say};
use super::{field, insert_given};
use crate::exchange::{InputError, Refusal};
use crate::jobs::JobEnd;
use crate::providers::{Answer, CallContext, Services};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// Streams report so far apart (INFERRED; nothing is published).
const PERIOD: Duration = Duration::from_secs(60);

/// `callbackRules` of a stream: everything is reported.
const ALL: u8 = 1;
/// `callbackRules` of a stream: violations, and that it ended (the one client that has it says no more).
const END: u8 = 2;

/// A stream to listen to.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stream {
    url: String,
    callback: String,
    room_id: Option<String>,
    user_id: Option<String>,
    forum_id: Option<String>,
    /// 0 violations only, 1 all, 2 violations and the end.
    #[serde(default)]
    callback_rules: u8,
    /// Whether the sound that reports link to is the minute up to a violation, not the piece with it alone.
    #[serde(default)]
    return_pre_speech: bool,
}

/// Streams: they are never read, and report every minute until they are closed.
pub(in super::super) fn speech_stream(context: &CallContext, services: &Services) -> Result<Answer, Refusal> {
    let form = context.call.form()?;
    let streams = form
        .json::<Vec<Stream>>("speechStream")
        .map_err(|_| field("speechStream"))?;
    let streams = streams
        .filter(|streams| !streams.is_empty())
        .ok_or(InputError::Empty)?;
    if streams.len() > MOST_FILES {
        return Err(InputError::TooMany.into());
    }
    let wanted = form.texts("tasks").map_err(|_| field("tasks"))?;
    let tasks = choose_tasks(&wanted, TaskMedium::Speech, context)?;
    for (nth, stream) in streams.iter().enumerate() {
        jobs::checked(&stream.callback, services)?;
        // Code 21: the stream is listened to already.
        let open = services.jobs.open(
            &context.world,
            context.operation_name(),
            context.clock.now(),
            |job| job.payload["echo"]["url"] == *stream.url,
        );
        let is_open = open.contains(&true);
        if is_open || streams[..nth].iter().any(|other| other.url == stream.url) {
            return Err(Refusal::documented("21"));
        }
    }
    let mut ids = Vec::new();
    let mut found = RecognitionResult {
        units: u32::try_from(streams.len()).expect("at most ten"),
        ..RecognitionResult::default()
    };
    for (nth, stream) in streams.iter().enumerate() {
        let submission = listening(stream, &tasks, context);
        let (job, taken) = submission.submit(jobs::fresh_id(nth, false, context), context, services)?;
        found.notes.extend(taken.notes);
        ids.push(json!({"requestId": job.id, "url": stream.url}));
    }
    found.members.insert("result".into(), json!(ids));
    Ok(found.reply(context).into())
}

fn listening(stream: &Stream, tasks: &[&'static RecognitionTask], context: &CallContext) -> JobSubmission {
    let input = RecognitionInput {
        bytes: stream.url.as_bytes(),
        name: &stream.url,
        ..RecognitionInput::default()
    };
    let heard = AudioFacts {
        name: stream.url.clone(),
        length: PERIOD.as_secs_f64(),
        has_voice: true,
        given: expected_verdict(input, context),
        markers: super::stream_markers(&stream.url),
    };
    let (mut result, mut called_back) = (Map::new(), Map::new());
    for task in tasks {
        let verdict = say(task, &heard, context);
        let mut item = Map::new();
        let given = [
            ("roomId", &stream.room_id),
            ("userId", &stream.user_id),
            ("forumId", &stream.forum_id),
        ];
        insert_given(&mut item, &given);
        item.insert("label".into(), label(task, verdict.label));
        item.insert("review".into(), json!(verdict.review));
        item.insert("rate".into(), json!(verdict.rate));
        item.insert("content".into(), json!(""));
        let is_grave = verdict.label != task.normal;
        item.insert("speechUrl".into(), json!(stream.sound(is_grave)));
        let list = json!({"texts": [item]});
        let reports = stream.callback_rules == ALL || is_grave;
        called_back.insert(task.id.into(), if reports { list.clone() } else { json!({}) });
        result.insert(task.id.into(), list);
    }
    let found = RecognitionResult {
        members: result,
        units: 1,
        ..RecognitionResult::default()
    };
    JobSubmission {
        echo: Map::from_iter([("url".to_owned(), json!(stream.url))]),
        called_back: Some(called_back),
        is_sliced: true,
        reports_close: stream.callback_rules == END,
        callback: Some(stream.callback.clone()),
        period: Some(PERIOD),
        limit: jobs::REFUSED,
        ..JobSubmission::new(found, "requestId")
    }
}

impl Stream {
    /// The sound that a report links to. Nothing is recorded, so the part is named in the stream's own address, in
    /// seconds of the slice: a violation is put into its last ten (INFERRED).
    fn sound(&self, is_grave: bool) -> String {
        let from = if is_grave && !self.return_pre_speech {
            50
        } else {
            0
        };
        format!("{}#t={from},{}", self.url, PERIOD.as_secs())
    }
}

/// Closes streams.
pub(in super::super) fn speech_stream_close(
    context: &CallContext,
    services: &Services,
) -> Result<Answer, Refusal> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Named {
        request_id: String,
    }
    let form = context.call.form()?;
    let named = form
        .json::<Vec<Named>>("speechStream")
        .map_err(|_| field("speechStream"))?;
    let named = named.filter(|named| !named.is_empty()).ok_or(InputError::Empty)?;
    let now = context.clock.now();
    let find = |one: &Named| services.jobs.find(&context.world, &one.request_id, now);
    let held: Option<Vec<_>> = named.iter().map(find).collect();
    let held = held.ok_or(Refusal::documented("22"))?;
    let closed = held.iter().map(|held| {
        services.jobs.end(held, now, JobEnd::Closed);
        json!({"requestId": held.read(|job| job.id.clone()), "code": 0, "message": "success"})
    });
    let closed: Vec<Value> = closed.collect();
    let mut members = Map::new();
    members.insert("result".into(), json!(closed));
    Ok(errors::success(members, context).into())
}
