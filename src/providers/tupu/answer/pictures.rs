//! Pictures, judged at once (`wire/tupu.md` §1.4 #1 and #2, §3.1).

use super::super::tasks::{Medium, Task, chosen};
use super::super::verdict::{Evidence, Verdict};
use super::super::{auth, codes, spec};
use super::errand::{self, Memo, Submission};
use super::files::{named, task_result};
use crate::exchange::{Call, Decision, Failure, InputFlaw, Reply, Stage};
use crate::forms::{Form, Part, Upload};
use crate::imaging::Impression;
use crate::media::{Pack, is_pack};
use crate::providers::{Answer, Desk};
use crate::recognition::{Marker, Subject};
use crate::signing::digest::sha256_hex;
use crate::world::Lanes;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Map, Value};

/// Most pictures of a call (§1.4).
const MOST_PICTURES: usize = 10;
/// Most frames of an animated picture that stands alone (§1.4).
const MOST_FRAMES: usize = 10;
/// Largest picture that is fetched. The documents say 1 MB by default and 10 MB in an older copy.
const MOST_BYTES: u64 = 10 << 20;

/// Limits of a pack of pictures (§1.4 shows packs, and gives no limit; 002 二.5 knows 500 frames).
pub(super) const PACK: Pack = Pack {
    entries: 500,
    bytes: MOST_BYTES,
    all_bytes: 64 << 20,
};

/// A picture of a call, as it came.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// Its name: the URL as sent, or the file's name.
    pub name: String,
    source: Source,
    pub tag: Option<String>,
    /// Declared size of what it was made from, where it is: `1920x1080`.
    original: Option<String>,
}

#[derive(Clone, Debug)]
enum Source {
    Url(String),
    Bytes(Bytes),
    /// Why it cannot be had.
    Absent(String),
}

/// Pictures of a call and what is asked of them.
#[derive(Clone)]
pub(super) struct Asked {
    items: Vec<Item>,
    tasks: Vec<&'static Task>,
    referer: Option<String>,
}

/// What was found in the pictures of a call.
pub(super) struct Found {
    /// Members of the inner text: one for each task, and `summary`.
    pub members: Map<String, Value>,
    /// Pictures and frames that were judged.
    pub units: u32,
    pub out_of_spec: Option<&'static str>,
    pub notes: Vec<Decision>,
}

/// Pictures by URL or as files.
pub(in super::super) fn image_sync(call: &Call, desk: &Desk) -> Result<Answer, Failure> {
    Ok(work(by_url_or_file(call, desk)?, call, desk))
}

/// Pictures in base64.
pub(in super::super) fn image_base64(call: &Call, desk: &Desk) -> Result<Answer, Failure> {
    Ok(work(by_base64(call, desk)?, call, desk))
}

/// Pictures by URL, judged later.
pub(in super::super) fn image_async(call: &Call, desk: &Desk) -> Result<Answer, Failure> {
    later(by_url_or_file(call, desk)?, call, desk)
}

/// Pictures in base64, judged later.
pub(in super::super) fn image_async_base64(call: &Call, desk: &Desk) -> Result<Answer, Failure> {
    later(by_base64(call, desk)?, call, desk)
}

fn later(asked: Asked, call: &Call, desk: &Desk) -> Result<Answer, Failure> {
    let callback = errand::callback(&auth::form(call)?, "callbackUrl", desk)?;
    let (call, desk) = (call.clone(), desk.clone());
    Ok(Answer::Work(Box::new(move || {
        let found = asked.judge((&call, &desk))?;
        let memo = Memo {
            result: found.members,
            ..Memo::default()
        };
        let submission = Submission {
            memo,
            id_name: "requestId",
            callback,
            period: None,
            lanes: NO_LANES,
            units: found.units,
            out_of_spec: found.out_of_spec,
            notes: found.notes,
        };
        submission.reply(true, &desk)
    })))
}

/// Pictures wait for nobody.
const NO_LANES: Lanes = Lanes {
    concurrent: None,
    queues: true,
};

fn work(asked: Asked, call: &Call, desk: &Desk) -> Answer {
    let (call, desk) = (call.clone(), desk.clone());
    Answer::Work(Box::new(move || {
        let found = asked.judge((&call, &desk))?;
        Ok(found.reply(&desk))
    }))
}

/// What a call with `image` fields asks.
pub(super) fn by_url_or_file(call: &Call, desk: &Desk) -> Result<Asked, Failure> {
    let form = auth::form(call)?;
    let parts = form.parts("image").map_err(|_| field("image"))?;
    let is_url = |part: &Part<'_>| matches!(part, Part::Text(_));
    // §1.4: URLs and files are not mixed in one call.
    if parts.iter().any(is_url) && !parts.iter().all(is_url) {
        return Err(field("image"));
    }
    let items = parts.into_iter().map(|part| match part {
        Part::Text(url) => Item::new(url.to_string(), Source::Url(url.into_owned())),
        Part::File(file) => Item::new(base_name(file), Source::Bytes(file.bytes.clone())),
    });
    asked(items.collect(), &form, ("tag", "task"), desk)
}

/// What a call with `images` in base64 asks.
pub(super) fn by_base64(call: &Call, desk: &Desk) -> Result<Asked, Failure> {
    let form = auth::form(call)?;
    let texts = form.texts("images").map_err(|_| field("images"))?;
    let items = texts.iter().enumerate().map(|(nth, text)| {
        // Not documented, but sent by people: the head of a data URL.
        let text = text.split_once("base64,").map_or(text.as_str(), |(_, text)| text);
        let source = STANDARD.decode(text.trim()).map_or_else(
            |_| Source::Absent("the text is no base64".into()),
            |bytes| Source::Bytes(bytes.into()),
        );
        Item::new(nth.to_string(), source)
    });
    asked(items.collect(), &form, ("tags", "tasks"), desk)
}

fn asked(
    mut items: Vec<Item>,
    form: &Form,
    (tag, task): (&'static str, &'static str),
    desk: &Desk,
) -> Result<Asked, Failure> {
    if items.is_empty() {
        return Err(Failure::Input(InputFlaw::Empty));
    }
    if items.len() > MOST_PICTURES {
        return Err(Failure::Input(InputFlaw::TooMany));
    }
    let tags = form.texts(tag).map_err(|_| field("tag"))?;
    let originals = form.texts("originalSize").map_err(|_| field("originalSize"))?;
    for (nth, item) in items.iter_mut().enumerate() {
        // Where there are fewer tags than pictures, the last holds for the rest.
        item.tag = tags.get(nth).or(tags.last()).cloned();
        item.original = originals.get(nth).cloned();
    }
    let wanted = form.texts(task).map_err(|_| field("task"))?;
    Ok(Asked {
        items,
        tasks: chosen(&wanted, Medium::Picture, desk).map_err(Failure::Input)?,
        referer: form.lexeme("referer").map(std::borrow::Cow::into_owned),
    })
}

fn field(name: &'static str) -> Failure {
    Failure::Input(InputFlaw::Field(name))
}

/// The name without the path that some clients send along.
fn base_name(file: &Upload) -> String {
    let name = file.file_name.rsplit(['/', '\\']).next().unwrap_or_default();
    name.to_owned()
}

impl Item {
    fn new(name: String, source: Source) -> Self {
        Self {
            name,
            source,
            tag: None,
            original: None,
        }
    }

    fn with(&self, source: Source) -> Self {
        Self {
            source,
            ..self.clone()
        }
    }

    fn bytes(&self, referer: Option<&str>, desk: &Desk) -> Result<Bytes, String> {
        match &self.source {
            Source::Bytes(bytes) => Ok(bytes.clone()),
            Source::Absent(why) => Err(why.clone()),
            Source::Url(url) => match desk.outbound.fetch(url, referer, MOST_BYTES) {
                Ok(bytes) => Ok(bytes.into()),
                Err(why) => Err(why.to_string()),
            },
        }
    }
}

/// A picture's bytes, and what is seen in each of its frames with the rule of the agreement that it breaks.
type Looked = (Bytes, Vec<(Impression, Option<&'static str>)>);

fn looked(item: &Item, most: usize, desk: &Desk) -> Result<Looked, (InputFlaw, String)> {
    let bytes = item
        .bytes(None, desk)
        .map_err(|why| (InputFlaw::Unreachable, why))?;
    let frames = desk.studio.impressions(&bytes, most);
    let frames = frames.map_err(|why| (InputFlaw::PictureBroken, why.to_string()))?;
    let ruled = frames.into_iter().map(|seen| {
        let cause = spec::picture(&seen, item.original.as_deref(), desk);
        let why = || {
            (
                InputFlaw::PictureSize,
                format!("out of specification: {}", seen.described()),
            )
        };
        let cause = cause.map_err(|_| why())?;
        Ok((seen, cause))
    });
    Ok((bytes, ruled.collect::<Result<_, _>>()?))
}

/// A frame of a picture with what was said of it.
pub(super) struct Judged<'a> {
    pub item: &'a Item,
    pub seen: Impression,
    pub verdicts: Vec<Verdict>,
}

impl Asked {
    /// Judges every picture. Those that cannot be had are left out; if all are, the call fails.
    pub(super) fn judge(&self, (call, desk): (&Call, &Desk)) -> Result<Found, Failure> {
        let mut found = Found {
            members: Map::new(),
            units: 0,
            out_of_spec: None,
            notes: Vec::new(),
        };
        let items = self.unpacked(desk)?;
        let most_frames = if items.len() == 1 { MOST_FRAMES } else { 1 };
        let (mut judged, mut summary) = (Vec::new(), Vec::new());
        let mut flaw = InputFlaw::Unreachable;
        for item in &items {
            match looked(item, most_frames, desk) {
                Ok((bytes, frames)) => {
                    for (seen, cause) in frames {
                        found.out_of_spec = found.out_of_spec.or(cause);
                        let one = self.decide(item, (&bytes, seen, cause), (call, desk));
                        found.explain(&one, &self.tasks);
                        summary.push(one.summary(&self.tasks));
                        judged.push(one);
                    }
                }
                Err((own, why)) => {
                    let note = Decision::refuse(Stage::Answer, "picture", format!("{}: {why}", item.name));
                    found.notes.push(note);
                    summary.push(Value::Object(named(14, item)));
                    flaw = own;
                }
            }
        }
        if judged.is_empty() {
            return Err(Failure::Input(flaw));
        }
        found.units = u32::try_from(judged.len()).expect("at most ten packs of 500 pictures");
        for (nth, task) in self.tasks.iter().enumerate() {
            found
                .members
                .insert(task.id.into(), task_result(task, nth, &judged));
        }
        found.members.insert("summary".into(), Value::Array(summary));
        Ok(found)
    }

    /// The pictures, with those of packs in the place of the packs.
    fn unpacked(&self, desk: &Desk) -> Result<Vec<Item>, Failure> {
        let mut all = Vec::new();
        for item in &self.items {
            let bytes = match item.bytes(self.referer.as_deref(), desk) {
                Ok(bytes) => bytes,
                Err(why) => {
                    all.push(item.with(Source::Absent(why)));
                    continue;
                }
            };
            if !is_pack(&bytes) {
                all.push(item.with(Source::Bytes(bytes)));
                continue;
            }
            let files = PACK
                .read(&bytes)
                .map_err(|_| Failure::Input(InputFlaw::Unreachable))?;
            all.extend(files.into_iter().map(|(name, bytes)| Item {
                tag: item.tag.clone(),
                ..Item::new(name, Source::Bytes(bytes))
            }));
        }
        Ok(all)
    }

    fn decide<'a>(
        &self,
        item: &'a Item,
        (bytes, seen, cause): (&Bytes, Impression, Option<&str>),
        (call, desk): (&Call, &Desk),
    ) -> Judged<'a> {
        let header = |name: &str| call.headers.get(name).map(str::to_owned);
        let given = desk.expectations.given(|| Subject {
            operation: desk.operation,
            sha256: sha256_hex(bytes),
            phash: Some(seen.phash),
            text: None,
            file_name: &item.name,
            tag: item.tag.as_deref().unwrap_or_default(),
            header: &header,
        });
        let evidence = Evidence {
            markers: seen.codes.iter().flat_map(|code| Marker::all(code)).collect(),
            content: xxhash_rust::xxh3::xxh3_128(bytes),
            seen: &seen,
            given,
        };
        let verdicts = self.tasks.iter().map(|task| {
            let verdict = Verdict::of(task, &evidence, desk);
            if cause.is_some() && evidence.given.is_none() && evidence.markers.is_empty() {
                verdict.doubted()
            } else {
                verdict
            }
        });
        let verdicts = verdicts.collect();
        Judged { item, seen, verdicts }
    }
}

impl Found {
    fn explain(&mut self, one: &Judged<'_>, tasks: &[&Task]) {
        for (task, verdict) in tasks.iter().zip(&one.verdicts) {
            let why = format!(
                "{} {}: label {}, {}",
                one.item.name, task.name, verdict.label, verdict.because
            );
            self.notes.push(Decision::choose(Stage::Answer, "verdict", why));
        }
    }

    fn reply(self, desk: &Desk) -> Reply {
        let mut reply = codes::success(self.members, desk);
        reply.units = self.units;
        reply.notes = self.notes;
        reply.out_of_spec = self.out_of_spec;
        reply
    }
}
