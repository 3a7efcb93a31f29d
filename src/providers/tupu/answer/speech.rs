//! Speech (`wire/tupu.md` §1.4 #13–#19, §3.4). What is spoken is not understood: WAV is listened to for whether anybody
//! speaks, every file's head is read, and a marker in its title says what is in it.

use super::super::input_rules;
use super::super::tasks::{RecognitionTask, ResultShape, TaskMedium, choose_tasks};
use super::super::verdict::{ExpectedVerdict, RecognitionInput, TaskVerdict, expected_verdict};
use super::result::RecognitionResult;
use super::{are_mixed, base_name, field, media_request, next_fetched};
use crate::exchange::{Decision, InputError, PipelineStage, Refusal};
use crate::forms::FormValue;
use crate::media::{measure_sound, read_facts};
use crate::providers::{Answer, CallContext, Services};
use crate::recognition::Marker;
use bytes::Bytes;
use serde_json::{Value, json};

/// Most files of a call (§1.4).
pub(super) const MOST_FILES: usize = 10;

/// A file, as it came.
pub(super) struct AudioFile {
    pub name: String,
    pub bytes: Bytes,
}

/// What is heard in a file.
pub(super) struct AudioFacts {
    pub name: String,
    /// Seconds.
    pub length: f64,
    pub has_voice: bool,
    pub given: Option<ExpectedVerdict>,
    pub markers: Vec<Marker>,
}

/// Files, judged at once.
pub(in super::super) fn speech_sync(context: &CallContext, _: &Services) -> Result<Answer, Refusal> {
    let form = context.call.form()?;
    let parts = form.parts("speech").map_err(|_| field("speech"))?;
    if parts.is_empty() {
        return Err(InputError::Empty.into());
    }
    if parts.len() > MOST_FILES {
        return Err(InputError::TooMany.into());
    }
    if are_mixed(&parts) {
        return Err(field("speech"));
    }
    let wanted = form.texts("task").map_err(|_| field("task"))?;
    let tasks = choose_tasks(&wanted, TaskMedium::Speech, context)?;
    // The call does not mix them: all are files, or all are fetched.
    let (mut files, mut urls) = (Vec::new(), Vec::new());
    for part in parts {
        match part {
            FormValue::Text(url) => urls.push(url.into_owned()),
            FormValue::File(file) => files.push(AudioFile {
                name: base_name(file),
                bytes: file.bytes.clone(),
            }),
        }
    }
    let fetches = urls.iter().map(|url| media_request(url)).collect();
    Ok(Answer::fetch(fetches, move |fetched, context, _| {
        let mut fetched = fetched.into_iter();
        for url in &urls {
            files.push(AudioFile::fetched(url, next_fetched(&mut fetched)?));
        }
        let found = judge(&files, &tasks, context)?;
        Ok(found.reply(context))
    }))
}

impl AudioFile {
    /// What was fetched from an address.
    pub(super) fn fetched(url: &str, bytes: Bytes) -> Self {
        let name = url.rsplit('/').next().unwrap_or_default().to_owned();
        Self { name, bytes }
    }
}

/// Listens to a file. What is no sound at all is refused (code 14).
pub(super) fn hear(
    file: &AudioFile,
    context: &CallContext,
) -> Result<(AudioFacts, Option<&'static str>), Refusal> {
    let head = read_facts(&file.bytes).ok_or(InputError::PictureKind)?;
    let cause = match head.sample_rate {
        Some(rate) => input_rules::sampling(rate, context)?,
        None => None,
    };
    let input = RecognitionInput {
        bytes: &file.bytes,
        name: &file.name,
        ..RecognitionInput::default()
    };
    let heard = AudioFacts {
        name: file.name.clone(),
        length: head.milliseconds.unwrap_or(0) as f64 / 1000.0,
        has_voice: measure_sound(&file.bytes).is_none_or(|sound| sound.may_be_voice()),
        given: expected_verdict(input, context),
        markers: head
            .title
            .map(|title| Marker::parse_all(&title))
            .unwrap_or_default(),
    };
    Ok((heard, cause))
}

/// The verdict of a task: of a fault that lies, an expectation, a marker, or by default.
pub(super) fn say(task: &RecognitionTask, heard: &AudioFacts, context: &CallContext) -> TaskVerdict {
    TaskVerdict::decide(task, heard.given.as_ref(), &heard.markers, context, || {
        let because = if heard.has_voice {
            "nothing in it speaks against it"
        } else {
            "nobody speaks in it"
        };
        TaskVerdict::harmless(task, because)
    })
}

/// A label as the task writes it: a number, or a word.
pub(super) fn label(task: &RecognitionTask, label: usize) -> Value {
    match task.shape {
        ResultShape::SpeechText | ResultShape::Text | ResultShape::Transcript => json!(task.labels[label]),
        ResultShape::Vulgar
        | ResultShape::Labelled
        | ResultShape::TopLabels
        | ResultShape::Person
        | ResultShape::Objects => json!(label),
    }
}

pub(super) fn note(task: &RecognitionTask, heard: &AudioFacts, verdict: &TaskVerdict) -> Decision {
    let why = format!(
        "{} {}: label {}, {}",
        heard.name, task.name, verdict.label, verdict.because
    );
    Decision::choose(PipelineStage::Answer, "verdict", why)
}

fn judge(
    files: &[AudioFile],
    tasks: &[&'static RecognitionTask],
    context: &CallContext,
) -> Result<RecognitionResult, Refusal> {
    let mut found = RecognitionResult {
        units: u32::try_from(files.len()).expect("at most ten"),
        ..RecognitionResult::default()
    };
    let mut all = Vec::with_capacity(files.len());
    for file in files {
        let (heard, cause) = hear(file, context)?;
        found.out_of_spec = found.out_of_spec.or(cause);
        all.push(heard);
    }
    for task in tasks {
        let mut list = Vec::with_capacity(all.len());
        for heard in &all {
            let verdict = say(task, heard, context);
            found.notes.push(note(task, heard, &verdict));
            list.push(item(task, heard, &verdict));
        }
        let name = if task.shape == ResultShape::Vulgar {
            "speechs"
        } else {
            "fileList"
        };
        found.members.insert(task.id.into(), json!({ name: list }));
    }
    Ok(found)
}

/// What is verdict of one file of a synchronous call (§3.4).
fn item(task: &RecognitionTask, heard: &AudioFacts, verdict: &TaskVerdict) -> Value {
    let is_grave = verdict.label != task.normal;
    match task.shape {
        ResultShape::SpeechText => json!({"file_name": heard.name, "result": {
            "content": "",
            "action": action(verdict, is_grave),
            "label": label(task, verdict.label),
            "review": verdict.review,
            "rate": verdict.rate.to_string(),
            "hasVoice": heard.has_voice,
            "details": [],
        }}),
        ResultShape::Transcript => json!({"name": heard.name, "content": ""}),
        ResultShape::Vulgar
        | ResultShape::Text
        | ResultShape::Labelled
        | ResultShape::TopLabels
        | ResultShape::Person
        | ResultShape::Objects => {
            json!({
                "name": heard.name,
                "label": verdict.label,
                "review": verdict.review,
                "rate": verdict.rate,
                "details": details(heard, verdict, is_grave),
            })
        }
    }
}

fn action(verdict: &TaskVerdict, is_grave: bool) -> &'static str {
    match (verdict.review, is_grave) {
        (true, _) => "review",
        (false, true) => "block",
        (false, false) => "pass",
    }
}

/// The part of a file in which it is: all of it.
pub(super) fn details(heard: &AudioFacts, verdict: &TaskVerdict, is_grave: bool) -> Value {
    if is_grave {
        json!([{"startTime": 0, "endTime": heard.length.ceil(), "label": verdict.label, "rate": verdict.rate}])
    } else {
        json!([])
    }
}
