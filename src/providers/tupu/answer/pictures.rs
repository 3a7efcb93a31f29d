//! Pictures, judged at once (`wire/tupu.md` §1.4 #1 and #2, §3.1).

use super::super::input_rules;
use super::super::tasks::{RecognitionTask, TaskMedium, choose_tasks};
use super::super::verdict::{PictureEvidence, RecognitionInput, TaskVerdict, expected_verdict};
use super::files::{file_entry, task_result};
use super::jobs::{self, JobSubmission};
use super::result::RecognitionResult;
use super::{MOST_PICTURE_BYTES, are_mixed, base_name, field};
use crate::exchange::{ContentDigest, Decision, InputError, PipelineStage, Refusal};
use crate::forms::FormValue;
use crate::imaging::{DecodeBudget, PictureFeatures};
use crate::media::{ArchiveLimits, is_archive};
use crate::outbound::{FetchRequest, FetchResult};
use crate::providers::{Answer, CallContext, Services};
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

/// Limits of the packs of pictures of a call (§1.4 shows packs, and gives no limit; 002 二.5 knows 500 frames).
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
    /// Decoded on the pool.
    Base64(String),
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
pub(in super::super) fn image_sync(context: &CallContext, _: &Services) -> Result<Answer, Refusal> {
    Ok(judge_now(by_url_or_file(context)?))
}

/// Pictures in base64.
pub(in super::super) fn image_base64(context: &CallContext, _: &Services) -> Result<Answer, Refusal> {
    Ok(judge_now(by_base64(context)?))
}

/// Pictures by URL, judged later.
pub(in super::super) fn image_async(context: &CallContext, services: &Services) -> Result<Answer, Refusal> {
    judge_later(by_url_or_file(context)?, context, services)
}

/// Pictures in base64, judged later.
pub(in super::super) fn image_async_base64(
    context: &CallContext,
    services: &Services,
) -> Result<Answer, Refusal> {
    judge_later(by_base64(context)?, context, services)
}

fn judge_now(request: ImageRequest) -> Answer {
    Answer::fetch(request.fetches(), move |fetched, context, services| {
        let found = request.judge(fetched, context, services)?;
        Ok(found.reply(context))
    })
}

fn judge_later(request: ImageRequest, context: &CallContext, services: &Services) -> Result<Answer, Refusal> {
    let callback = jobs::callback(context.call.form()?, "callbackUrl", services)?;
    Ok(Answer::fetch(
        request.fetches(),
        move |fetched, context, services| {
            let submission = JobSubmission {
                callback,
                limit: UNLIMITED,
                ..JobSubmission::new(request.judge(fetched, context, services)?, "requestId")
            };
            submission.reply(true, context, services)
        },
    ))
}

/// Pictures wait for no others.
const UNLIMITED: ConcurrencyLimit = ConcurrencyLimit {
    concurrent: None,
    queues: true,
};

/// What a call with `image` fields asks.
fn by_url_or_file(context: &CallContext) -> Result<ImageRequest, Refusal> {
    let form = context.call.form()?;
    let parts = form.parts("image").map_err(|_| field("image"))?;
    if are_mixed(&parts) {
        return Err(field("image"));
    }
    let items = parts.into_iter().map(|part| match part {
        FormValue::Text(url) => ImageInput::new(url.to_string(), Source::Url(url.into_owned())),
        FormValue::File(file) => ImageInput::new(base_name(file), Source::Bytes(file.bytes.clone())),
    });
    ImageRequest::read(items.collect(), "tag", "task", context)
}

/// What a call with `images` in base64 asks.
fn by_base64(context: &CallContext) -> Result<ImageRequest, Refusal> {
    let texts = context
        .call
        .form()?
        .texts("images")
        .map_err(|_| field("images"))?;
    let items = texts.into_iter().enumerate();
    let items = items.map(|(nth, text)| ImageInput::new(nth.to_string(), Source::Base64(text)));
    ImageRequest::read(items.collect(), "tags", "tasks", context)
}

fn decode(text: &str) -> Source {
    // Not documented, but sent by people: the head of a data URL.
    let text = text.split_once("base64,").map_or(text, |(_, text)| text);
    STANDARD.decode(text.trim()).map_or_else(
        |_| Source::Absent("the text is no base64".into()),
        |bytes| Source::Bytes(bytes.into()),
    )
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

    fn with_source(&self, source: Source) -> Self {
        Self {
            source,
            ..self.clone()
        }
    }
}

/// A picture's bytes, and what is seen in each of its frames with the rule of the agreement that it breaks.
type LookedAt = (Bytes, Vec<(PictureFeatures, Option<&'static str>)>);

fn look_at(
    item: &ImageInput,
    most: usize,
    budget: &DecodeBudget,
    context: &CallContext,
    services: &Services,
) -> Result<LookedAt, (InputError, String)> {
    let bytes = match &item.source {
        Source::Bytes(bytes) => bytes.clone(),
        Source::Absent(why) => return Err((InputError::Unreachable, why.clone())),
        Source::Url(_) | Source::Base64(_) => {
            return Err((InputError::Unreachable, "the picture was not fetched".into()));
        }
    };
    let frames = services.studio.features(&bytes, most, budget);
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
    /// Whether an expectation or a marker told the verdicts.
    is_told: bool,
}

impl JudgedFrame<'_> {
    /// Makes verdicts that nothing told less sure, and to be looked at.
    fn doubt(&mut self) {
        if !self.is_told {
            let verdicts = std::mem::take(&mut self.verdicts);
            self.verdicts = verdicts.into_iter().map(TaskVerdict::doubted).collect();
        }
    }
}

impl ImageRequest {
    /// The pictures of a call with their tags, and the tasks it asks for.
    fn read(
        mut items: Vec<ImageInput>,
        tag: &'static str,
        task: &'static str,
        context: &CallContext,
    ) -> Result<Self, Refusal> {
        let form = context.call.form()?;
        if items.is_empty() {
            return Err(InputError::Empty.into());
        }
        if items.len() > MOST_PICTURES {
            return Err(InputError::TooMany.into());
        }
        let tags = form.texts(tag).map_err(|_| field("tag"))?;
        let originals = form.texts("originalSize").map_err(|_| field("originalSize"))?;
        for (nth, item) in items.iter_mut().enumerate() {
            // Where there are fewer tags than pictures, the last holds for the rest.
            item.tag = tags.get(nth).or(tags.last()).cloned();
            item.original = originals.get(nth).cloned();
        }
        let wanted = form.texts(task).map_err(|_| field("task"))?;
        Ok(Self {
            items,
            tasks: choose_tasks(&wanted, TaskMedium::Picture, context)?,
            referer: form.text("referer").map(std::borrow::Cow::into_owned),
        })
    }

    /// What must be fetched before the pictures can be judged, in their order.
    fn fetches(&self) -> Vec<FetchRequest> {
        let urls = self.items.iter().filter_map(|item| match &item.source {
            Source::Url(url) => Some(url),
            Source::Base64(_) | Source::Bytes(_) | Source::Absent(_) => None,
        });
        let request = |url: &String| FetchRequest {
            url: url.clone(),
            referer: self.referer.clone(),
            max_bytes: MOST_PICTURE_BYTES,
        };
        urls.map(request).collect()
    }

    /// Judges every picture. Those that cannot be had are left out; if all are, the call fails.
    fn judge(
        &self,
        fetched: Vec<FetchResult>,
        context: &CallContext,
        services: &Services,
    ) -> Result<RecognitionResult, Refusal> {
        let mut found = RecognitionResult::default();
        let items = self.unpacked(fetched)?;
        let most_frames = if items.len() == 1 { MOST_FRAMES } else { 1 };
        let (mut judged, mut summary) = (Vec::new(), Vec::new());
        let mut flaw = InputError::Unreachable;
        let budget = services.studio.decode_budget();
        for item in &items {
            match look_at(item, most_frames, &budget, context, services) {
                Ok((bytes, frames)) => {
                    for (seen, cause) in frames {
                        found.out_of_spec = found.out_of_spec.or(cause);
                        let mut one = self.decide(item, &bytes, seen, context);
                        if cause.is_some() {
                            one.doubt();
                        }
                        found.notes.extend(explained(&one, &self.tasks));
                        summary.push(one.summary(&self.tasks));
                        judged.push(one);
                    }
                }
                Err((own, why)) => {
                    let note =
                        Decision::refuse(PipelineStage::Answer, "picture", format!("{}: {why}", item.name));
                    found.notes.push(note);
                    summary.push(Value::Object(file_entry(14, item)));
                    flaw = own;
                }
            }
        }
        if judged.is_empty() {
            return Err(flaw.into());
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
    fn unpacked(&self, fetched: Vec<FetchResult>) -> Result<Vec<ImageInput>, Refusal> {
        let mut fetched = fetched.into_iter();
        let mut all = Vec::new();
        let mut limits = PACK;
        for item in &self.items {
            let source = match &item.source {
                Source::Url(_) => match fetched.next() {
                    Some(Ok(bytes)) => Source::Bytes(bytes),
                    Some(Err(why)) => Source::Absent(why.to_string()),
                    None => Source::Absent("it was not fetched".into()),
                },
                Source::Base64(text) => decode(text),
                known @ (Source::Bytes(_) | Source::Absent(_)) => known.clone(),
            };
            match source {
                Source::Bytes(bytes) if is_archive(&bytes) => {
                    let files = limits.unpack(&bytes).map_err(|_| InputError::Unreachable)?;
                    let size: usize = files.iter().map(|(_, bytes)| bytes.len()).sum();
                    limits.all_bytes = limits.all_bytes.saturating_sub(size as u64);
                    all.extend(files.into_iter().map(|(name, bytes)| ImageInput {
                        tag: item.tag.clone(),
                        ..ImageInput::new(name, Source::Bytes(bytes))
                    }));
                }
                other @ (Source::Bytes(_) | Source::Base64(_) | Source::Url(_) | Source::Absent(_)) => {
                    all.push(item.with_source(other));
                }
            }
        }
        Ok(all)
    }

    fn decide<'a>(
        &self,
        item: &'a ImageInput,
        bytes: &Bytes,
        seen: PictureFeatures,
        context: &CallContext,
    ) -> JudgedFrame<'a> {
        let input = RecognitionInput {
            bytes,
            phash: Some(seen.phash),
            text: None,
            name: &item.name,
            tag: item.tag.as_deref().unwrap_or_default(),
        };
        let given = expected_verdict(input, context);
        let evidence = PictureEvidence {
            markers: seen
                .codes
                .iter()
                .flat_map(|code| Marker::parse_all(code))
                .collect(),
            content: ContentDigest::of(bytes).short(),
            seen: &seen,
            given: given.as_ref(),
        };
        let tasks = self.tasks.iter();
        let verdicts = tasks.map(|task| TaskVerdict::on_picture(task, &evidence, context));
        let (verdicts, is_told) = (
            verdicts.collect(),
            evidence.given.is_some() || !evidence.markers.is_empty(),
        );
        JudgedFrame {
            item,
            seen,
            verdicts,
            is_told,
        }
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
