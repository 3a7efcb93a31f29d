//! Speech (`wire/tupu.md` §1.4 #13–#19, §3.4). What is spoken is not understood: WAV is listened to for whether anybody
//! speaks, every file's head is read, and a marker in its title says what is in it.

use super::super::tasks::{MediaTasks, RecognitionTask, ResultShape, chosen};
use super::super::verdict::{ExpectedVerdict, RecognitionInput, TaskVerdict, expected_verdict};
use super::super::{auth, input_rules};
use super::result::RecognitionResult;
use super::{are_mixed, base_name, fetch_media, field};
use crate::exchange::{Call, Decision, Failure, InputError, PipelineStage};
use crate::forms::FormValue;
use crate::media::{measure_sound, read_facts};
use crate::providers::{Answer, CallContext};
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
pub(in super::super) fn speech_sync(call: &Call, context: &CallContext) -> Result<Answer, Failure> {
    let form = auth::form(call)?;
    let parts = form.parts("speech").map_err(|_| field("speech"))?;
    if parts.is_empty() {
        return Err(Failure::Input(InputError::Empty));
    }
    if parts.len() > MOST_FILES {
        return Err(Failure::Input(InputError::TooMany));
    }
    if are_mixed(&parts) {
        return Err(field("speech"));
    }
    let wanted = form.texts("task").map_err(|_| field("task"))?;
    let tasks = chosen(&wanted, MediaTasks::Speech, context).map_err(Failure::Input)?;
    let sources: Vec<Result<AudioFile, String>> = parts
        .into_iter()
        .map(|part| match part {
            FormValue::Text(url) => Err(url.into_owned()),
            FormValue::File(file) => Ok(AudioFile {
                name: base_name(file),
                bytes: file.bytes.clone(),
            }),
        })
        .collect();
    let (call, context) = (call.clone(), context.clone());
    Ok(Answer::Work(Box::new(move || {
        let files = sources
            .into_iter()
            .map(|source| source.or_else(|url| fetch(&url, &context)));
        let files = files.collect::<Result<Vec<AudioFile>, Failure>>()?;
        let found = judge(&files, &tasks, (&call, &context))?;
        Ok(found.reply(&context))
    })))
}

pub(super) fn fetch(url: &str, context: &CallContext) -> Result<AudioFile, Failure> {
    let bytes = fetch_media(url, context)?;
    let name = url.rsplit('/').next().unwrap_or_default().to_owned();
    Ok(AudioFile { name, bytes })
}

/// Listens to a file. What is no sound at all is refused (code 14).
pub(super) fn hear(
    file: &AudioFile,
    (call, context): (&Call, &CallContext),
) -> Result<(AudioFacts, Option<&'static str>), Failure> {
    let head = read_facts(&file.bytes).ok_or(Failure::Input(InputError::PictureKind))?;
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
        given: expected_verdict(input, (call, context)),
        markers: head
            .title
            .map(|title| Marker::parse_all(&title))
            .unwrap_or_default(),
    };
    Ok((heard, cause))
}

/// The verdict of a task: of a fault that lies, an expectation, a marker, or by default.
pub(super) fn say(task: &RecognitionTask, heard: &AudioFacts, context: &CallContext) -> TaskVerdict {
    let told = (heard.given.as_ref(), &heard.markers[..]);
    TaskVerdict::decided(task, told, context, || {
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

pub(super) fn note(task: &RecognitionTask, heard: &AudioFacts, said: &TaskVerdict) -> Decision {
    let why = format!(
        "{} {}: label {}, {}",
        heard.name, task.name, said.label, said.because
    );
    Decision::choose(PipelineStage::Answer, "verdict", why)
}

fn judge(
    files: &[AudioFile],
    tasks: &[&'static RecognitionTask],
    (call, context): (&Call, &CallContext),
) -> Result<RecognitionResult, Failure> {
    let mut found = RecognitionResult {
        units: u32::try_from(files.len()).expect("at most ten"),
        ..RecognitionResult::default()
    };
    let mut all = Vec::with_capacity(files.len());
    for file in files {
        let (heard, cause) = hear(file, (call, context))?;
        found.out_of_spec = found.out_of_spec.or(cause);
        all.push(heard);
    }
    for task in tasks {
        let mut list = Vec::with_capacity(all.len());
        for heard in &all {
            let said = say(task, heard, context);
            found.notes.push(note(task, heard, &said));
            list.push(item(task, heard, &said));
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

/// What is said of one file of a synchronous call (§3.4).
fn item(task: &RecognitionTask, heard: &AudioFacts, said: &TaskVerdict) -> Value {
    let is_grave = said.label != task.normal;
    match task.shape {
        ResultShape::SpeechText => json!({"file_name": heard.name, "result": {
            "content": "",
            "action": action(said, is_grave),
            "label": label(task, said.label),
            "review": said.review,
            "rate": said.rate.to_string(),
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
                "label": said.label,
                "review": said.review,
                "rate": said.rate,
                "details": details(heard, said, is_grave),
            })
        }
    }
}

fn action(said: &TaskVerdict, is_grave: bool) -> &'static str {
    match (said.review, is_grave) {
        (true, _) => "review",
        (false, true) => "block",
        (false, false) => "pass",
    }
}

/// The part of a file in which it is: all of it.
pub(super) fn details(heard: &AudioFacts, said: &TaskVerdict, is_grave: bool) -> Value {
    if is_grave {
        json!([{"startTime": 0, "endTime": heard.length.ceil(), "label": said.label, "rate": said.rate}])
    } else {
        json!([])
    }
}
