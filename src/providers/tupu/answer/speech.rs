//! Speech (`wire/tupu.md` §1.4 #13–#19, §3.4). What is spoken is not understood: WAV is listened to for whether anybody
//! speaks, every file's head is read, and a marker in its title says what is in it.

use super::super::tasks::{Medium, Shape, Task, chosen};
use super::super::verdict::{Decreed, Input, Verdict, decreed};
use super::super::{auth, spec};
use super::found::Found;
use super::{are_mixed, base_name, fetch_media, field};
use crate::exchange::{Call, Decision, Failure, InputFlaw, Stage};
use crate::forms::Part;
use crate::media::{sound, track};
use crate::providers::{Answer, Desk};
use crate::recognition::Marker;
use bytes::Bytes;
use serde_json::{Value, json};

/// Most files of a call (§1.4).
pub(super) const MOST_FILES: usize = 10;

/// A file, as it came.
pub(super) struct File {
    pub name: String,
    pub bytes: Bytes,
}

/// What is heard in a file.
pub(super) struct Heard {
    pub name: String,
    /// Seconds.
    pub length: f64,
    pub has_voice: bool,
    pub given: Option<Decreed>,
    pub markers: Vec<Marker>,
}

/// Files, judged at once.
pub(in super::super) fn speech_sync(call: &Call, desk: &Desk) -> Result<Answer, Failure> {
    let form = auth::form(call)?;
    let parts = form.parts("speech").map_err(|_| field("speech"))?;
    if parts.is_empty() {
        return Err(Failure::Input(InputFlaw::Empty));
    }
    if parts.len() > MOST_FILES {
        return Err(Failure::Input(InputFlaw::TooMany));
    }
    if are_mixed(&parts) {
        return Err(field("speech"));
    }
    let wanted = form.texts("task").map_err(|_| field("task"))?;
    let tasks = chosen(&wanted, Medium::Speech, desk).map_err(Failure::Input)?;
    let sources: Vec<Result<File, String>> = parts
        .into_iter()
        .map(|part| match part {
            Part::Text(url) => Err(url.into_owned()),
            Part::File(file) => Ok(File {
                name: base_name(file),
                bytes: file.bytes.clone(),
            }),
        })
        .collect();
    let (call, desk) = (call.clone(), desk.clone());
    Ok(Answer::Work(Box::new(move || {
        let files = sources
            .into_iter()
            .map(|source| source.or_else(|url| fetch(&url, &desk)));
        let files = files.collect::<Result<Vec<File>, Failure>>()?;
        let found = judge(&files, &tasks, (&call, &desk))?;
        Ok(found.reply(&desk))
    })))
}

pub(super) fn fetch(url: &str, desk: &Desk) -> Result<File, Failure> {
    let bytes = fetch_media(url, desk)?;
    let name = url.rsplit('/').next().unwrap_or_default().to_owned();
    Ok(File { name, bytes })
}

/// Listens to a file. What is no sound at all is refused (code 14).
pub(super) fn hear(
    file: &File,
    (call, desk): (&Call, &Desk),
) -> Result<(Heard, Option<&'static str>), Failure> {
    let head = track(&file.bytes).ok_or(Failure::Input(InputFlaw::PictureKind))?;
    let cause = match head.sample_rate {
        Some(rate) => spec::sampling(rate, desk)?,
        None => None,
    };
    let input = Input {
        bytes: &file.bytes,
        name: &file.name,
        ..Input::default()
    };
    let heard = Heard {
        name: file.name.clone(),
        length: head.milliseconds.unwrap_or(0) as f64 / 1000.0,
        has_voice: sound(&file.bytes).is_none_or(|sound| sound.may_be_voice()),
        given: decreed(input, (call, desk)),
        markers: head.title.map(|title| Marker::all(&title)).unwrap_or_default(),
    };
    Ok((heard, cause))
}

/// The verdict of a task: of a fault that lies, an expectation, a marker, or by default.
pub(super) fn say(task: &Task, heard: &Heard, desk: &Desk) -> Verdict {
    let told = (heard.given.as_ref(), &heard.markers[..]);
    Verdict::decided(task, told, desk, || {
        let because = if heard.has_voice {
            "nothing in it speaks against it"
        } else {
            "nobody speaks in it"
        };
        Verdict::harmless(task, because)
    })
}

/// A label as the task writes it: a number, or a word.
pub(super) fn label(task: &Task, label: usize) -> Value {
    match task.shape {
        Shape::SpeechText | Shape::Text | Shape::Transcript => json!(task.labels[label]),
        Shape::Vulgar | Shape::Labelled | Shape::TopLabels | Shape::Person | Shape::Objects => json!(label),
    }
}

pub(super) fn note(task: &Task, heard: &Heard, said: &Verdict) -> Decision {
    let why = format!(
        "{} {}: label {}, {}",
        heard.name, task.name, said.label, said.because
    );
    Decision::choose(Stage::Answer, "verdict", why)
}

fn judge(files: &[File], tasks: &[&'static Task], (call, desk): (&Call, &Desk)) -> Result<Found, Failure> {
    let mut found = Found {
        units: u32::try_from(files.len()).expect("at most ten"),
        ..Found::default()
    };
    let mut all = Vec::with_capacity(files.len());
    for file in files {
        let (heard, cause) = hear(file, (call, desk))?;
        found.out_of_spec = found.out_of_spec.or(cause);
        all.push(heard);
    }
    for task in tasks {
        let mut list = Vec::with_capacity(all.len());
        for heard in &all {
            let said = say(task, heard, desk);
            found.notes.push(note(task, heard, &said));
            list.push(item(task, heard, &said));
        }
        let name = if task.shape == Shape::Vulgar {
            "speechs"
        } else {
            "fileList"
        };
        found.members.insert(task.id.into(), json!({ name: list }));
    }
    Ok(found)
}

/// What is said of one file of a synchronous call (§3.4).
fn item(task: &Task, heard: &Heard, said: &Verdict) -> Value {
    let is_grave = said.label != task.normal;
    match task.shape {
        Shape::SpeechText => json!({"file_name": heard.name, "result": {
            "content": "",
            "action": action(said, is_grave),
            "label": label(task, said.label),
            "review": said.review,
            "rate": said.rate.to_string(),
            "hasVoice": heard.has_voice,
            "details": [],
        }}),
        Shape::Transcript => json!({"name": heard.name, "content": ""}),
        Shape::Vulgar | Shape::Text | Shape::Labelled | Shape::TopLabels | Shape::Person | Shape::Objects => {
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

fn action(said: &Verdict, is_grave: bool) -> &'static str {
    match (said.review, is_grave) {
        (true, _) => "review",
        (false, true) => "block",
        (false, false) => "pass",
    }
}

/// The part of a file in which it is: all of it.
pub(super) fn details(heard: &Heard, said: &Verdict, is_grave: bool) -> Value {
    if is_grave {
        json!([{"startTime": 0, "endTime": heard.length.ceil(), "label": said.label, "rate": said.rate}])
    } else {
        json!([])
    }
}
