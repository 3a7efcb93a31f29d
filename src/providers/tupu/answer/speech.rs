//! Speech (`wire/tupu.md` §1.4 #13–#19, §3.4). What is spoken is not understood: WAV is listened to for whether anybody
//! speaks, every file's head is read, and a marker in its title says what is in it.

use super::super::tasks::{Medium, Shape, Task, chosen};
use super::super::{auth, codes, spec};
use crate::exchange::{Call, Decision, Failure, InputFlaw, Stage};
use crate::forms::Part;
use crate::media::{sound, track};
use crate::providers::{Answer, Desk};
use crate::recognition::{Given, Marker, Subject};
use crate::signing::digest::sha256_hex;
use bytes::Bytes;
use serde_json::{Map, Value, json};

/// Most files of a call (§1.4).
pub(super) const MOST_FILES: usize = 10;
/// Largest file that is fetched: a recording may have 100 MB (§1.4).
const MOST_BYTES: u64 = 100 << 20;

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
    pub given: Option<(String, Vec<Given>)>,
    pub markers: Vec<Marker>,
}

/// What is said of a file for a task.
pub(super) struct Said {
    pub label: usize,
    pub rate: f64,
    pub review: bool,
    pub because: String,
}

/// What was found in the files of a call.
pub(super) struct Found {
    pub result: Map<String, Value>,
    pub out_of_spec: Option<&'static str>,
    pub notes: Vec<Decision>,
}

/// Files, judged at once.
pub(in super::super) fn speech_sync(call: &Call, desk: &Desk) -> Result<Answer, Failure> {
    let form = auth::form(call)?;
    let parts = form.parts("speech").map_err(|_| field("speech"))?;
    let is_url = |part: &Part<'_>| matches!(part, Part::Text(_));
    if parts.is_empty() {
        return Err(Failure::Input(InputFlaw::Empty));
    }
    if parts.len() > MOST_FILES {
        return Err(Failure::Input(InputFlaw::TooMany));
    }
    if parts.iter().any(is_url) && !parts.iter().all(is_url) {
        return Err(field("speech"));
    }
    let wanted = form.texts("task").map_err(|_| field("task"))?;
    let tasks = chosen(&wanted, Medium::Speech, desk).map_err(Failure::Input)?;
    let sources: Vec<Result<File, String>> = parts
        .into_iter()
        .map(|part| match part {
            Part::Text(url) => Err(url.into_owned()),
            Part::File(file) => Ok(File {
                name: file
                    .file_name
                    .rsplit(['/', '\\'])
                    .next()
                    .unwrap_or_default()
                    .to_owned(),
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
        let mut reply = codes::success(found.result, &desk);
        reply.units = u32::try_from(files.len()).expect("at most ten");
        reply.out_of_spec = found.out_of_spec;
        reply.notes = found.notes;
        Ok(reply)
    })))
}

pub(super) fn field(name: &'static str) -> Failure {
    Failure::Input(InputFlaw::Field(name))
}

pub(super) fn fetch(url: &str, desk: &Desk) -> Result<File, Failure> {
    let bytes = desk.outbound.fetch(url, None, MOST_BYTES);
    let bytes = bytes.map_err(|_| Failure::Input(InputFlaw::Unreachable))?.into();
    let name = url.rsplit('/').next().unwrap_or_default().to_owned();
    Ok(File { name, bytes })
}

pub(super) fn given(name: &str, bytes: &[u8], (call, desk): (&Call, &Desk)) -> Option<(String, Vec<Given>)> {
    let header = |name: &str| call.headers.get(name).map(str::to_owned);
    desk.expectations.given(|| Subject {
        operation: desk.operation,
        sha256: sha256_hex(bytes),
        phash: None,
        text: None,
        file_name: name,
        tag: "",
        header: &header,
    })
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
    let heard = Heard {
        name: file.name.clone(),
        length: head.milliseconds.unwrap_or(0) as f64 / 1000.0,
        has_voice: sound(&file.bytes).is_none_or(|sound| sound.may_be_voice()),
        given: given(&file.name, &file.bytes, (call, desk)),
        markers: head.title.map(|title| Marker::all(&title)).unwrap_or_default(),
    };
    Ok((heard, cause))
}

/// The verdict of a task: of a fault that lies, an expectation, a marker, or by default.
pub(super) fn say(task: &Task, heard: &Heard, desk: &Desk) -> Said {
    let mut said = honest(task, heard);
    if let Some(lie) = desk
        .lie
        .as_ref()
        .filter(|lie| lie.task.as_deref().is_none_or(|word| task.is_named(word)))
    {
        let opposite = if said.label == task.normal {
            task.suspect()
        } else {
            task.normal
        };
        said.label = lie
            .label
            .as_deref()
            .and_then(|word| task.label(word))
            .unwrap_or(opposite);
        said.because = format!("a fault lies; in truth {}", said.because);
    }
    said
}

fn honest(task: &Task, heard: &Heard) -> Said {
    let word = |word: Option<&str>| word.and_then(|word| task.label(word)).unwrap_or(task.suspect());
    if let Some((id, given)) = &heard.given
        && let Some(own) = given
            .iter()
            .find(|own| own.task.as_deref().is_none_or(|word| task.is_named(word)))
    {
        return Said {
            label: word(own.label.as_deref()),
            rate: own.rate.unwrap_or(0.99),
            review: own.review.unwrap_or(false),
            because: format!("expectation {id:?}"),
        };
    }
    if let Some(marker) = heard.markers.iter().find(|marker| task.is_named(&marker.name)) {
        return Said {
            label: word(marker.detail.as_deref()),
            rate: marker.rate.unwrap_or(0.99),
            review: marker.review,
            because: format!("the marker {:?} in its title", marker.name),
        };
    }
    Said {
        label: task.normal,
        rate: 0.99,
        review: false,
        because: if heard.has_voice {
            "nothing in it speaks against it"
        } else {
            "nobody speaks in it"
        }
        .into(),
    }
}

/// A label as the task writes it: a number, or a word.
pub(super) fn label(task: &Task, label: usize) -> Value {
    match task.shape {
        Shape::SpeechText | Shape::Text | Shape::Transcript => json!(task.labels[label]),
        Shape::Vulgar | Shape::Labelled | Shape::TopLabels | Shape::Person | Shape::Objects => json!(label),
    }
}

pub(super) fn note(task: &Task, heard: &Heard, said: &Said) -> Decision {
    let why = format!(
        "{} {}: label {}, {}",
        heard.name, task.name, said.label, said.because
    );
    Decision::choose(Stage::Answer, "verdict", why)
}

fn judge(files: &[File], tasks: &[&'static Task], (call, desk): (&Call, &Desk)) -> Result<Found, Failure> {
    let mut found = Found {
        result: Map::new(),
        out_of_spec: None,
        notes: Vec::new(),
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
        found.result.insert(task.id.into(), json!({ name: list }));
    }
    Ok(found)
}

/// What is said of one file of a synchronous call (§3.4).
fn item(task: &Task, heard: &Heard, said: &Said) -> Value {
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

fn action(said: &Said, is_grave: bool) -> &'static str {
    match (said.review, is_grave) {
        (true, _) => "review",
        (false, true) => "block",
        (false, false) => "pass",
    }
}

/// The part of a file in which it is: all of it.
pub(super) fn details(heard: &Heard, said: &Said, is_grave: bool) -> Value {
    if is_grave {
        json!([{"startTime": 0, "endTime": heard.length.ceil(), "label": said.label, "rate": said.rate}])
    } else {
        json!([])
    }
}
