//! Videos (`wire/tupu.md` §1.4 #7–#12, §3.5). No video is decoded: the frames of packs and of animated pictures are
//! looked at, of every other file the head alone, for its length and the title in its metadata.

use super::super::input_rules;
use super::super::tasks::{RecognitionTask, TaskMedium, choose_tasks};
use super::super::verdict::{PictureEvidence, RecognitionInput, TaskVerdict, expected_verdict};
use super::files::{PictureResult, counted, file};
use super::jobs::{self, JobSubmission};
use super::result::RecognitionResult;
use super::rules::CallbackRules;
use super::{field, media_request, next_fetched};
use crate::exchange::{ContentDigest, Decision, InputError, PipelineStage, Refusal};
use crate::forms::{Form, FormValue};
use crate::imaging::PictureFeatures;
use crate::media::{is_archive, read_facts};
use crate::providers::{Answer, CallContext, Services};
use crate::recognition::Marker;
use bytes::Bytes;
use serde_json::{Map, Value, json};
use std::ops::RangeInclusive;
use std::time::Duration;

/// Frames of a video of which nothing tells the length.
const UNKNOWN_FRAMES: u64 = 1;

/// How frames are taken.
#[derive(Clone, Copy)]
struct Sampling {
    /// Seconds between frames.
    interval: u64,
    /// Most frames.
    most: u64,
}

/// A video, as it came.
struct Video {
    name: String,
    bytes: Bytes,
}

impl Video {
    fn new(name: &str, bytes: Bytes) -> Self {
        let name = name.to_owned();
        Self { name, bytes }
    }
}

/// What is asked of a video.
struct VideoRequest {
    tasks: Vec<&'static RecognitionTask>,
    sampling: Sampling,
    /// The length in seconds that the client declares.
    declared: Option<f64>,
}

/// A frame of a video.
struct Frame {
    /// Seconds from the start.
    offset: f64,
    name: String,
    seen: PictureFeatures,
    bytes: Bytes,
    /// The short digest of the bytes.
    content: u128,
}

/// A video, judged at once.
pub(in super::super) fn video_sync(context: &CallContext, _: &Services) -> Result<Answer, Refusal> {
    let form = context.call.form()?;
    let request = VideoRequest::read(form, 1, context)?;
    let parts = form.parts("video").map_err(|_| field("video"))?;
    let (video, fetches) = match parts.as_slice() {
        [] => return Err(InputError::Empty.into()),
        [FormValue::File(file)] => (Video::new(&file.file_name, file.bytes.clone()), Vec::new()),
        [FormValue::Text(url)] => (Video::new(url, Bytes::new()), vec![media_request(url)]),
        [_, _, ..] => return Err(InputError::TooMany.into()),
    };
    let is_fetched = !fetches.is_empty();
    Ok(Answer::fetch(fetches, move |fetched, context, services| {
        let video = if is_fetched {
            Video::new(&video.name, next_fetched(&mut fetched.into_iter())?)
        } else {
            video
        };
        let found = request.judge(&video, context, services)?;
        Ok(found.reply(context))
    }))
}

/// A video file, judged later.
pub(in super::super) fn video_async(context: &CallContext, services: &Services) -> Result<Answer, Refusal> {
    let form = context.call.form()?;
    let url = form.text("video").filter(|url| !url.is_empty());
    let url = url.ok_or(InputError::Empty)?.into_owned();
    let request = VideoRequest::read(form, 3, context)?;
    let rules = CallbackRules::read(form)?;
    let is_real_time = flag(form, "realTimeCallback")?;
    let callback = jobs::callback(form, "callbackUrl", services)?;
    let echo = echo(form, &["customInfo"]);
    Ok(Answer::fetch(
        vec![media_request(&url)],
        move |fetched, context, services| {
            let video = Video::new(&url, next_fetched(&mut fetched.into_iter())?);
            let found = request.judge(&video, context, services)?;
            let early = if is_real_time {
                rules.early(&found.members, &request.tasks)
            } else {
                Vec::new()
            };
            let submission = JobSubmission {
                called_back: Some(rules.called_back(&found.members, &request.tasks)),
                early,
                echo,
                callback,
                ..JobSubmission::new(found, "videoId")
            };
            submission.reply(false, context, services)
        },
    ))
}

/// A live stream: it is never read, and reports every `fragmentTime` until it is closed.
pub(in super::super) fn video_stream(context: &CallContext, services: &Services) -> Result<Answer, Refusal> {
    let form = context.call.form()?;
    let url = form.text("video").filter(|url| !url.is_empty());
    let url = url.ok_or(InputError::Empty)?.into_owned();
    let period = within(form, "fragmentTime", 10..=60, 60)?;
    let tasks = tasks(form, context)?;
    let rules = CallbackRules::read(form)?;
    let markers = super::stream_markers(&url);
    let frame = Frame {
        offset: 0.0,
        name: url.clone(),
        seen: PictureFeatures::default(),
        content: ContentDigest::of(url.as_bytes()).short(),
        bytes: Bytes::from(url.clone()),
    };
    let found = task_objects(&[frame], &tasks, &markers, context);
    let submission = JobSubmission {
        called_back: Some(rules.called_back(&found.members, &tasks)),
        echo: echo(form, &["customInfo"]),
        is_sliced: true,
        callback: jobs::callback(form, "callbackUrl", services)?,
        period: Some(Duration::from_secs(period)),
        limit: jobs::REFUSED,
        ..JobSubmission::new(found, "videoId")
    };
    Ok(submission.reply(false, context, services)?.into())
}

/// Members that reports begin with, as they were sent.
fn echo(form: &Form, names: &[&'static str]) -> Map<String, Value> {
    let given = names.iter().filter_map(|name| {
        let value = form.json::<Value>(name).ok().flatten();
        let value = value.or_else(|| Some(json!(form.text(name)?)));
        Some(((*name).to_owned(), value?))
    });
    given.collect()
}

fn tasks(form: &Form, context: &CallContext) -> Result<Vec<&'static RecognitionTask>, Refusal> {
    let wanted = form.texts("task").map_err(|_| field("task"))?;
    choose_tasks(&wanted, TaskMedium::Picture, context)
}

/// A whole number of a field within its limits.
fn within(form: &Form, name: &'static str, range: RangeInclusive<u64>, usual: u64) -> Result<u64, Refusal> {
    let Some(text) = form.text(name).filter(|text| !text.is_empty()) else {
        return Ok(usual);
    };
    let number = text.parse().ok().filter(|number| range.contains(number));
    number.ok_or(field(name))
}

/// A member that is true or false, as JSON or as text.
fn flag(form: &Form, name: &'static str) -> Result<bool, Refusal> {
    match form.text(name).as_deref() {
        None | Some("" | "false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(field(name)),
    }
}

fn sampling(form: &Form, interval: u64) -> Result<Sampling, Refusal> {
    Ok(Sampling {
        interval: within(form, "interval", 1..=10, interval)?,
        most: within(form, "maxFrames", 5..=200, 200)?,
    })
}

impl VideoRequest {
    /// What a body asks; frames are so many seconds apart where it does not say.
    fn read(form: &Form, interval: u64, context: &CallContext) -> Result<Self, Refusal> {
        Ok(Self {
            sampling: sampling(form, interval)?,
            tasks: tasks(form, context)?,
            declared: form.text("duration").and_then(|seconds| seconds.parse().ok()),
        })
    }

    fn judge(
        &self,
        video: &Video,
        context: &CallContext,
        services: &Services,
    ) -> Result<RecognitionResult, Refusal> {
        let head = read_facts(&video.bytes).unwrap_or_default();
        let declared = self
            .declared
            .filter(|seconds| (0.0..1e9).contains(seconds))
            .map(|seconds| (seconds * 1000.0) as u64);
        let length = head.milliseconds.or(declared);
        let frames = frames(video, self.sampling, length, services)?;
        let out_of_spec = match length {
            Some(length) => input_rules::frames(frames.len() as u64, length, context)?,
            None => None,
        };
        let markers = head
            .title
            .map(|title| Marker::parse_all(&title))
            .unwrap_or_default();
        let found = task_objects(&frames, &self.tasks, &markers, context);
        Ok(RecognitionResult { out_of_spec, ..found })
    }
}

/// The frames that are judged: those of a pack or an animated picture, or as many as the sampling takes of the length.
fn frames(
    video: &Video,
    sampling: Sampling,
    length: Option<u64>,
    services: &Services,
) -> Result<Vec<Frame>, Refusal> {
    let offset = |nth: usize| (nth as u64 * sampling.interval) as f64;
    let budget = services.studio.decode_budget();
    if is_archive(&video.bytes) {
        let files = super::pictures::PACK.unpack(&video.bytes);
        let files = files.map_err(|_| InputError::Unreachable)?;
        let looked = files.into_iter().enumerate().map(|(nth, (name, bytes))| {
            let seen = services.studio.features(&bytes, 1, &budget).ok()?.pop()?;
            Some(Frame {
                offset: offset(nth),
                name,
                seen,
                content: ContentDigest::of(&bytes).short(),
                bytes,
            })
        });
        let looked: Vec<Frame> = looked.flatten().collect();
        return if looked.is_empty() {
            Err(Refusal::documented("18"))
        } else {
            Ok(looked)
        };
    }
    let content = ContentDigest::of(&video.bytes).short();
    let frame = |nth: usize, seen: PictureFeatures| Frame {
        offset: offset(nth),
        name: video.name.clone(),
        seen,
        bytes: video.bytes.clone(),
        content,
    };
    let most = usize::try_from(sampling.most).unwrap_or(usize::MAX);
    if let Ok(animated) = services.studio.features(&video.bytes, most, &budget) {
        let looked = animated.into_iter().enumerate();
        return Ok(looked.map(|(nth, seen)| frame(nth, seen)).collect());
    }
    let taken = length.map_or(UNKNOWN_FRAMES, |length| length.div_ceil(sampling.interval * 1000));
    let taken = taken.clamp(1, sampling.most);
    let all = 0..usize::try_from(taken).unwrap_or(usize::MAX);
    Ok(all.map(|nth| frame(nth, PictureFeatures::default())).collect())
}

/// The object of each task: an item for each frame (INFERRED: as of pictures, with the seconds from the start).
fn task_objects(
    frames: &[Frame],
    tasks: &[&'static RecognitionTask],
    markers: &[Marker],
    context: &CallContext,
) -> RecognitionResult {
    let input = frames.first().map(|first| RecognitionInput {
        bytes: &first.bytes,
        name: &first.name,
        ..RecognitionInput::default()
    });
    let given = input.and_then(|input| expected_verdict(input, context));
    let evidence = frames.iter().map(|frame| {
        let inside = frame.seen.codes.iter().flat_map(|code| Marker::parse_all(code));
        PictureEvidence {
            seen: &frame.seen,
            given: given.as_ref(),
            markers: inside.chain(markers.iter().cloned()).collect(),
            content: frame.content.wrapping_add(frame.offset as u128),
        }
    });
    let evidence: Vec<PictureEvidence<'_>> = evidence.collect();
    let mut found = RecognitionResult {
        units: u32::try_from(frames.len()).unwrap_or(u32::MAX),
        ..RecognitionResult::default()
    };
    for task in tasks {
        let (mut list, mut counts, mut review) = (Vec::new(), vec![0_u64; task.labels.len()], 0_u64);
        for (frame, evidence) in frames.iter().zip(&evidence) {
            let verdict = TaskVerdict::on_picture(task, evidence, context);
            counts[verdict.label] += 1;
            review += u64::from(verdict.review);
            if list.is_empty() || verdict.label != task.normal {
                let why = format!(
                    "{} at {} s, {}: label {}, {}",
                    frame.name, frame.offset, task.name, verdict.label, verdict.because
                );
                found
                    .notes
                    .push(Decision::choose(PipelineStage::Answer, "verdict", why));
            }
            let shown = PictureResult {
                name: &frame.name,
                tag: None,
                seen: &frame.seen,
            };
            let mut item = file(task, &verdict, shown);
            item.insert("offset".into(), json!(frame.offset));
            list.push(item);
        }
        found.members.insert(
            task.id.into(),
            json!({"fileList": list, "reviewCount": review, "statistics": counted(&counts)}),
        );
    }
    found.notes.truncate(MOST_NOTES);
    found
}

/// Decisions of a video that `explain` shows at most.
const MOST_NOTES: usize = 50;
