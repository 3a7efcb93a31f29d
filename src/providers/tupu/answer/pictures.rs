//! Pictures, judged at once (`wire/tupu.md` §1.4 #1 and #2, §3.1).

use super::super::tasks::{Medium, Task, chosen};
use super::super::verdict::{Evidence, Input, Verdict, decreed};
use super::super::{auth, spec};
use super::errand::{self, Submission};
use super::files::{named, task_result};
use super::found::Found;
use super::{MOST_PICTURE_BYTES, are_mixed, base_name, field};
use crate::exchange::{Call, Decision, Failure, InputFlaw, Stage};
use crate::forms::{Form, Part};
use crate::imaging::Impression;
use crate::media::{Pack, is_pack};
use crate::providers::{Answer, Desk};
use crate::recognition::Marker;
use crate::world::Lanes;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::Value;

/// Most pictures of a call (§1.4).
const MOST_PICTURES: usize = 10;
/// Most frames of an animated picture that stands alone (§1.4).
const MOST_FRAMES: usize = 10;

/// Limits of a pack of pictures (§1.4 shows packs, and gives no limit; 002 二.5 knows 500 frames).
pub(super) const PACK: Pack = Pack {
    entries: 500,
    bytes: MOST_PICTURE_BYTES,
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
struct Asked {
    items: Vec<Item>,
    tasks: Vec<&'static Task>,
    referer: Option<String>,
}

/// Pictures by URL or as files.
pub(in super::super) fn image_sync(call: &Call, desk: &Desk) -> Result<Answer, Failure> {
    Ok(work(by_url_or_file(&auth::form(call)?, desk)?, call, desk))
}

/// Pictures in base64.
pub(in super::super) fn image_base64(call: &Call, desk: &Desk) -> Result<Answer, Failure> {
    Ok(work(by_base64(&auth::form(call)?, desk)?, call, desk))
}

/// Pictures by URL, judged later.
pub(in super::super) fn image_async(call: &Call, desk: &Desk) -> Result<Answer, Failure> {
    let form = auth::form(call)?;
    later(by_url_or_file(&form, desk)?, &form, (call, desk))
}

/// Pictures in base64, judged later.
pub(in super::super) fn image_async_base64(call: &Call, desk: &Desk) -> Result<Answer, Failure> {
    let form = auth::form(call)?;
    later(by_base64(&form, desk)?, &form, (call, desk))
}

fn later(asked: Asked, form: &Form, (call, desk): (&Call, &Desk)) -> Result<Answer, Failure> {
    let callback = errand::callback(form, "callbackUrl", desk)?;
    let (call, desk) = (call.clone(), desk.clone());
    Ok(Answer::Work(Box::new(move || {
        let submission = Submission {
            callback,
            lanes: NO_LANES,
            ..Submission::of(asked.judge((&call, &desk))?, "requestId")
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
fn by_url_or_file(form: &Form, desk: &Desk) -> Result<Asked, Failure> {
    let parts = form.parts("image").map_err(|_| field("image"))?;
    if are_mixed(&parts) {
        return Err(field("image"));
    }
    let items = parts.into_iter().map(|part| match part {
        Part::Text(url) => Item::new(url.to_string(), Source::Url(url.into_owned())),
        Part::File(file) => Item::new(base_name(file), Source::Bytes(file.bytes.clone())),
    });
    asked(items.collect(), form, ("tag", "task"), desk)
}

/// What a call with `images` in base64 asks.
fn by_base64(form: &Form, desk: &Desk) -> Result<Asked, Failure> {
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
    asked(items.collect(), form, ("tags", "tasks"), desk)
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
            Source::Url(url) => match desk.outbound.fetch(url, referer, MOST_PICTURE_BYTES) {
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
    fn judge(&self, (call, desk): (&Call, &Desk)) -> Result<Found, Failure> {
        let mut found = Found::default();
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
                        found.notes.extend(explained(&one, &self.tasks));
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
        let input = Input {
            bytes,
            phash: Some(seen.phash),
            text: None,
            name: &item.name,
            tag: item.tag.as_deref().unwrap_or_default(),
        };
        let given = decreed(input, (call, desk));
        let evidence = Evidence {
            markers: seen.codes.iter().flat_map(|code| Marker::all(code)).collect(),
            content: xxhash_rust::xxh3::xxh3_128(bytes),
            seen: &seen,
            given: given.as_ref(),
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

/// Who decided the verdicts of a picture.
fn explained(one: &Judged<'_>, tasks: &[&Task]) -> Vec<Decision> {
    let told = tasks.iter().zip(&one.verdicts).map(|(task, verdict)| {
        let why = format!(
            "{} {}: label {}, {}",
            one.item.name, task.name, verdict.label, verdict.because
        );
        Decision::choose(Stage::Answer, "verdict", why)
    });
    told.collect()
}
