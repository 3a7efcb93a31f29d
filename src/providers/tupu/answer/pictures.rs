//! Pictures, judged at once (`wire/tupu.md` §1.4 #1 and #2, §3.1).

use super::super::tasks::{MediaTasks, RecognitionTask, chosen};
use super::super::verdict::{PictureEvidence, RecognitionInput, TaskVerdict, expected_verdict};
use super::super::{auth, input_rules};
use super::files::{named, task_result};
use super::jobs::{self, JobSubmission};
use super::result::RecognitionResult;
use super::{MOST_PICTURE_BYTES, are_mixed, base_name, field};
use crate::exchange::{Call, Decision, Failure, InputError, PipelineStage};
use crate::forms::{Form, FormValue};
use crate::imaging::PictureFeatures;
use crate::media::{ArchiveLimits, is_archive};
use crate::providers::{Answer, CallContext};
use crate::recognition::Marker;
use crate::world::ConcurrencyLimit;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::Value;

/// Most pictures of a call (§1.4).
const MOST_PICTURES: usize = 10;
/// Most frames of an animated picture that stands alone (§1.4).
const MOST_FRAMES: usize = 10;

/// Limits of a pack of pictures (§1.4 shows packs, and gives no limit; 002 二.5 knows 500 frames).
pub(super) const PACK: ArchiveLimits = ArchiveLimits {
    entries: 500,
    bytes: MOST_PICTURE_BYTES,
    all_bytes: 64 << 20,
};

/// A picture of a call, as it came.
#[derive(Clone, Debug)]
pub(super) struct ImageInput {
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
struct ImageRequest {
    items: Vec<ImageInput>,
    tasks: Vec<&'static RecognitionTask>,
    referer: Option<String>,
}

/// Pictures by URL or as files.
pub(in super::super) fn image_sync(call: &Call, context: &CallContext) -> Result<Answer, Failure> {
    Ok(work(by_url_or_file(&auth::form(call)?, context)?, call, context))
}

/// Pictures in base64.
pub(in super::super) fn image_base64(call: &Call, context: &CallContext) -> Result<Answer, Failure> {
    Ok(work(by_base64(&auth::form(call)?, context)?, call, context))
}

/// Pictures by URL, judged later.
pub(in super::super) fn image_async(call: &Call, context: &CallContext) -> Result<Answer, Failure> {
    let form = auth::form(call)?;
    later(by_url_or_file(&form, context)?, &form, (call, context))
}

/// Pictures in base64, judged later.
pub(in super::super) fn image_async_base64(call: &Call, context: &CallContext) -> Result<Answer, Failure> {
    let form = auth::form(call)?;
    later(by_base64(&form, context)?, &form, (call, context))
}

fn later(
    asked: ImageRequest,
    form: &Form,
    (call, context): (&Call, &CallContext),
) -> Result<Answer, Failure> {
    let callback = jobs::callback(form, "callbackUrl", context)?;
    let (call, context) = (call.clone(), context.clone());
    Ok(Answer::Work(Box::new(move || {
        let submission = JobSubmission {
            callback,
            lanes: NO_LANES,
            ..JobSubmission::of(asked.judge((&call, &context))?, "requestId")
        };
        submission.reply(true, &context)
    })))
}

/// Pictures wait for nobody.
const NO_LANES: ConcurrencyLimit = ConcurrencyLimit {
    concurrent: None,
    queues: true,
};

fn work(asked: ImageRequest, call: &Call, context: &CallContext) -> Answer {
    let (call, context) = (call.clone(), context.clone());
    Answer::Work(Box::new(move || {
        let found = asked.judge((&call, &context))?;
        Ok(found.reply(&context))
    }))
}

/// What a call with `image` fields asks.
fn by_url_or_file(form: &Form, context: &CallContext) -> Result<ImageRequest, Failure> {
    let parts = form.parts("image").map_err(|_| field("image"))?;
    if are_mixed(&parts) {
        return Err(field("image"));
    }
    let items = parts.into_iter().map(|part| match part {
        FormValue::Text(url) => ImageInput::new(url.to_string(), Source::Url(url.into_owned())),
        FormValue::File(file) => ImageInput::new(base_name(file), Source::Bytes(file.bytes.clone())),
    });
    asked(items.collect(), form, ("tag", "task"), context)
}

/// What a call with `images` in base64 asks.
fn by_base64(form: &Form, context: &CallContext) -> Result<ImageRequest, Failure> {
    let texts = form.texts("images").map_err(|_| field("images"))?;
    let items = texts.iter().enumerate().map(|(nth, text)| {
        // Not documented, but sent by people: the head of a data URL.
        let text = text.split_once("base64,").map_or(text.as_str(), |(_, text)| text);
        let source = STANDARD.decode(text.trim()).map_or_else(
            |_| Source::Absent("the text is no base64".into()),
            |bytes| Source::Bytes(bytes.into()),
        );
        ImageInput::new(nth.to_string(), source)
    });
    asked(items.collect(), form, ("tags", "tasks"), context)
}

fn asked(
    mut items: Vec<ImageInput>,
    form: &Form,
    (tag, task): (&'static str, &'static str),
    context: &CallContext,
) -> Result<ImageRequest, Failure> {
    if items.is_empty() {
        return Err(Failure::Input(InputError::Empty));
    }
    if items.len() > MOST_PICTURES {
        return Err(Failure::Input(InputError::TooMany));
    }
    let tags = form.texts(tag).map_err(|_| field("tag"))?;
    let originals = form.texts("originalSize").map_err(|_| field("originalSize"))?;
    for (nth, item) in items.iter_mut().enumerate() {
        // Where there are fewer tags than pictures, the last holds for the rest.
        item.tag = tags.get(nth).or(tags.last()).cloned();
        item.original = originals.get(nth).cloned();
    }
    let wanted = form.texts(task).map_err(|_| field("task"))?;
    Ok(ImageRequest {
        items,
        tasks: chosen(&wanted, MediaTasks::Picture, context).map_err(Failure::Input)?,
        referer: form.raw_text("referer").map(std::borrow::Cow::into_owned),
    })
}

impl ImageInput {
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

    fn bytes(&self, referer: Option<&str>, context: &CallContext) -> Result<Bytes, String> {
        match &self.source {
            Source::Bytes(bytes) => Ok(bytes.clone()),
            Source::Absent(why) => Err(why.clone()),
            Source::Url(url) => match context.outbound.fetch(url, referer, MOST_PICTURE_BYTES) {
                Ok(bytes) => Ok(bytes.into()),
                Err(why) => Err(why.to_string()),
            },
        }
    }
}

/// A picture's bytes, and what is seen in each of its frames with the rule of the agreement that it breaks.
type Looked = (Bytes, Vec<(PictureFeatures, Option<&'static str>)>);

fn looked(item: &ImageInput, most: usize, context: &CallContext) -> Result<Looked, (InputError, String)> {
    let bytes = item
        .bytes(None, context)
        .map_err(|why| (InputError::Unreachable, why))?;
    let frames = context.studio.features(&bytes, most);
    let frames = frames.map_err(|why| (InputError::PictureBroken, why.to_string()))?;
    let ruled = frames.into_iter().map(|seen| {
        let cause = input_rules::picture(&seen, item.original.as_deref(), context);
        let why = || {
            (
                InputError::PictureSize,
                format!("out of specification: {}", seen.summary()),
            )
        };
        let cause = cause.map_err(|_| why())?;
        Ok((seen, cause))
    });
    Ok((bytes, ruled.collect::<Result<_, _>>()?))
}

/// A frame of a picture with what was said of it.
pub(super) struct JudgedFrame<'a> {
    pub item: &'a ImageInput,
    pub seen: PictureFeatures,
    pub verdicts: Vec<TaskVerdict>,
}

impl ImageRequest {
    /// Judges every picture. Those that cannot be had are left out; if all are, the call fails.
    fn judge(&self, (call, context): (&Call, &CallContext)) -> Result<RecognitionResult, Failure> {
        let mut found = RecognitionResult::default();
        let items = self.unpacked(context)?;
        let most_frames = if items.len() == 1 { MOST_FRAMES } else { 1 };
        let (mut judged, mut summary) = (Vec::new(), Vec::new());
        let mut flaw = InputError::Unreachable;
        for item in &items {
            match looked(item, most_frames, context) {
                Ok((bytes, frames)) => {
                    for (seen, cause) in frames {
                        found.out_of_spec = found.out_of_spec.or(cause);
                        let one = self.decide(item, (&bytes, seen, cause), (call, context));
                        found.notes.extend(explained(&one, &self.tasks));
                        summary.push(one.summary(&self.tasks));
                        judged.push(one);
                    }
                }
                Err((own, why)) => {
                    let note =
                        Decision::refuse(PipelineStage::Answer, "picture", format!("{}: {why}", item.name));
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
    fn unpacked(&self, context: &CallContext) -> Result<Vec<ImageInput>, Failure> {
        let mut all = Vec::new();
        for item in &self.items {
            let bytes = match item.bytes(self.referer.as_deref(), context) {
                Ok(bytes) => bytes,
                Err(why) => {
                    all.push(item.with(Source::Absent(why)));
                    continue;
                }
            };
            if !is_archive(&bytes) {
                all.push(item.with(Source::Bytes(bytes)));
                continue;
            }
            let files = PACK
                .unpack(&bytes)
                .map_err(|_| Failure::Input(InputError::Unreachable))?;
            all.extend(files.into_iter().map(|(name, bytes)| ImageInput {
                tag: item.tag.clone(),
                ..ImageInput::new(name, Source::Bytes(bytes))
            }));
        }
        Ok(all)
    }

    fn decide<'a>(
        &self,
        item: &'a ImageInput,
        (bytes, seen, cause): (&Bytes, PictureFeatures, Option<&str>),
        (call, context): (&Call, &CallContext),
    ) -> JudgedFrame<'a> {
        let input = RecognitionInput {
            bytes,
            phash: Some(seen.phash),
            text: None,
            name: &item.name,
            tag: item.tag.as_deref().unwrap_or_default(),
        };
        let given = expected_verdict(input, (call, context));
        let evidence = PictureEvidence {
            markers: seen
                .codes
                .iter()
                .flat_map(|code| Marker::parse_all(code))
                .collect(),
            content: xxhash_rust::xxh3::xxh3_128(bytes),
            seen: &seen,
            given: given.as_ref(),
        };
        let verdicts = self.tasks.iter().map(|task| {
            let verdict = TaskVerdict::of(task, &evidence, context);
            if cause.is_some() && evidence.given.is_none() && evidence.markers.is_empty() {
                verdict.doubted()
            } else {
                verdict
            }
        });
        let verdicts = verdicts.collect();
        JudgedFrame { item, seen, verdicts }
    }
}

/// Who decided the verdicts of a picture.
fn explained(one: &JudgedFrame<'_>, tasks: &[&RecognitionTask]) -> Vec<Decision> {
    let told = tasks.iter().zip(&one.verdicts).map(|(task, verdict)| {
        let why = format!(
            "{} {}: label {}, {}",
            one.item.name, task.name, verdict.label, verdict.because
        );
        Decision::choose(PipelineStage::Answer, "verdict", why)
    });
    told.collect()
}
