//! Videos (`wire/tupu.md` §1.4 #7–#12, §3.5). No video is decoded: the frames of packs and of animated pictures are
//! looked at, of every other file the head alone, for its length and the title in its metadata.

use super::super::tasks::{MediaTasks, RecognitionTask, chosen};
use super::super::verdict::{PictureEvidence, RecognitionInput, TaskVerdict, expected_verdict};
use super::super::{auth, input_rules};
use super::files::{PictureResult, counted, file};
use super::jobs::{self, JobSubmission};
use super::result::RecognitionResult;
use super::rules::CallbackRules;
use super::{fetch_media, field};
use crate::exchange::{Call, Decision, Failure, InputError, PipelineStage, Reply};
use crate::forms::{Form, FormValue};
use crate::imaging::PictureFeatures;
use crate::media::{is_archive, read_facts};
use crate::providers::{Answer, CallContext};
use crate::recognition::Marker;
use bytes::Bytes;
use serde_json::{Map, Value, json};
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

/// A frame of a video.
struct Frame {
    /// Seconds from the start.
    offset: f64,
    name: String,
    seen: PictureFeatures,
    bytes: Bytes,
    /// XXH3-128 of the bytes.
    content: u128,
}

/// A video, judged at once.
pub(in super::super) fn video_sync(call: &Call, context: &CallContext) -> Result<Answer, Failure> {
    let form = auth::form(call)?;
    let sampling = sampling(&form, 1)?;
    let tasks = tasks(&form, context)?;
    let parts = form.parts("video").map_err(|_| field("video"))?;
    let source = match parts.as_slice() {
        [] => return Err(Failure::Input(InputError::Empty)),
        [FormValue::File(file)] => Ok((file.file_name.clone(), file.bytes.clone())),
        [FormValue::Text(url)] => Err(url.to_string()),
        [_, _, ..] => return Err(Failure::Input(InputError::TooMany)),
    };
    let length = form.raw_text("duration").and_then(|seconds| seconds.parse().ok());
    let (call, context) = (call.clone(), context.clone());
    Ok(Answer::Work(Box::new(move || {
        let video = match source {
            Ok((name, bytes)) => Video { name, bytes },
            Err(url) => fetch(&url, &context)?,
        };
        let found = judge(&video, (&tasks, sampling, length), (&call, &context))?;
        Ok(found.reply(&context))
    })))
}

/// A video file, judged later.
pub(in super::super) fn video_async(call: &Call, context: &CallContext) -> Result<Answer, Failure> {
    let form = auth::form(call)?;
    let url = form.raw_text("video").filter(|url| !url.is_empty());
    let url = url.ok_or(Failure::Input(InputError::Empty))?.into_owned();
    let sampling = sampling(&form, 3)?;
    let tasks = tasks(&form, context)?;
    let rules = CallbackRules::of(&form)?;
    let is_real_time = flag(&form, "realTimeCallback")?;
    let callback = jobs::callback(&form, "callbackUrl", context)?;
    let length = form.raw_text("duration").and_then(|seconds| seconds.parse().ok());
    let echo = echo(&form, &["customInfo"]);
    let (call, context) = (call.clone(), context.clone());
    Ok(Answer::Work(Box::new(move || {
        let video = fetch(&url, &context)?;
        let found = judge(&video, (&tasks, sampling, length), (&call, &context))?;
        let early = if is_real_time {
            rules.early(&found.members, &tasks)
        } else {
            Vec::new()
        };
        let submission = JobSubmission {
            called_back: Some(rules.called_back(&found.members, &tasks)),
            early,
            echo,
            callback,
            ..JobSubmission::of(found, "videoId")
        };
        submission.reply(false, &context)
    })))
}

/// A live stream: it is never read, and reports every `fragmentTime` until it is closed.
pub(in super::super) fn video_stream(call: &Call, context: &CallContext) -> Result<Reply, Failure> {
    let form = auth::form(call)?;
    let url = form.raw_text("video").filter(|url| !url.is_empty());
    let url = url.ok_or(Failure::Input(InputError::Empty))?.into_owned();
    let period = within(&form, "fragmentTime", (10, 60), 60)?;
    let tasks = tasks(&form, context)?;
    let rules = CallbackRules::of(&form)?;
    let markers = super::stream_markers(&url);
    let frame = Frame {
        offset: 0.0,
        name: url.clone(),
        seen: PictureFeatures::default(),
        content: xxhash_rust::xxh3::xxh3_128(url.as_bytes()),
        bytes: Bytes::from(url.clone()),
    };
    let found = said(&[frame], (&tasks, &markers), (call, context));
    let submission = JobSubmission {
        called_back: Some(rules.called_back(&found.members, &tasks)),
        echo: echo(&form, &["customInfo"]),
        is_sliced: true,
        callback: jobs::callback(&form, "callbackUrl", context)?,
        period: Some(Duration::from_secs(period)),
        lanes: jobs::REFUSED,
        ..JobSubmission::of(found, "videoId")
    };
    submission.reply(false, context)
}

/// Members that reports begin with, as they were sent.
fn echo(form: &Form, names: &[&'static str]) -> Map<String, Value> {
    let given = names.iter().filter_map(|name| {
        let value = form.json::<Value>(name).ok().flatten();
        let value = value.or_else(|| Some(json!(form.raw_text(name)?)));
        Some(((*name).to_owned(), value?))
    });
    given.collect()
}

fn tasks(form: &Form, context: &CallContext) -> Result<Vec<&'static RecognitionTask>, Failure> {
    let wanted = form.texts("task").map_err(|_| field("task"))?;
    chosen(&wanted, MediaTasks::Picture, context).map_err(Failure::Input)
}

/// A whole number of a field within its limits.
fn within(form: &Form, name: &'static str, (least, most): (u64, u64), usual: u64) -> Result<u64, Failure> {
    let Some(text) = form.raw_text(name).filter(|text| !text.is_empty()) else {
        return Ok(usual);
    };
    let number = text.parse().ok().filter(|number| (least..=most).contains(number));
    number.ok_or(field(name))
}

/// A member that is true or false, as JSON or as text.
fn flag(form: &Form, name: &'static str) -> Result<bool, Failure> {
    match form.raw_text(name).as_deref() {
        None | Some("" | "false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(field(name)),
    }
}

fn sampling(form: &Form, interval: u64) -> Result<Sampling, Failure> {
    Ok(Sampling {
        interval: within(form, "interval", (1, 10), interval)?,
        most: within(form, "maxFrames", (5, 200), 200)?,
    })
}

fn fetch(url: &str, context: &CallContext) -> Result<Video, Failure> {
    let bytes = fetch_media(url, context)?;
    let name = url.to_owned();
    Ok(Video { name, bytes })
}

fn judge(
    video: &Video,
    (tasks, sampling, declared): (&[&'static RecognitionTask], Sampling, Option<f64>),
    (call, context): (&Call, &CallContext),
) -> Result<RecognitionResult, Failure> {
    let head = read_facts(&video.bytes).unwrap_or_default();
    let declared = declared
        .filter(|seconds: &f64| (0.0..1e9).contains(seconds))
        .map(|seconds| (seconds * 1000.0) as u64);
    let length = head.milliseconds.or(declared);
    let frames = frames(video, (sampling, length), context)?;
    let out_of_spec = match length {
        Some(length) => input_rules::frames(frames.len() as u64, length, context)?,
        None => None,
    };
    let markers = head
        .title
        .map(|title| Marker::parse_all(&title))
        .unwrap_or_default();
    let found = said(&frames, (tasks, &markers), (call, context));
    Ok(RecognitionResult { out_of_spec, ..found })
}

/// The frames that are judged: those of a pack or an animated picture, or as many as the sampling takes of the length.
fn frames(
    video: &Video,
    (sampling, length): (Sampling, Option<u64>),
    context: &CallContext,
) -> Result<Vec<Frame>, Failure> {
    let offset = |nth: usize| (nth as u64 * sampling.interval) as f64;
    if is_archive(&video.bytes) {
        let files = super::pictures::PACK.unpack(&video.bytes);
        let files = files.map_err(|_| Failure::Input(InputError::Unreachable))?;
        let looked = files.into_iter().enumerate().map(|(nth, (name, bytes))| {
            let seen = context.studio.features(&bytes, 1).ok()?.pop()?;
            Some(Frame {
                offset: offset(nth),
                name,
                seen,
                content: xxhash_rust::xxh3::xxh3_128(&bytes),
                bytes,
            })
        });
        let looked: Vec<Frame> = looked.flatten().collect();
        return if looked.is_empty() {
            Err(Failure::Catalogue("18".into()))
        } else {
            Ok(looked)
        };
    }
    let content = xxhash_rust::xxh3::xxh3_128(&video.bytes);
    let frame = |nth: usize, seen: PictureFeatures| Frame {
        offset: offset(nth),
        name: video.name.clone(),
        seen,
        bytes: video.bytes.clone(),
        content,
    };
    let most = usize::try_from(sampling.most).unwrap_or(usize::MAX);
    if let Ok(animated) = context.studio.features(&video.bytes, most) {
        let looked = animated.into_iter().enumerate();
        return Ok(looked.map(|(nth, seen)| frame(nth, seen)).collect());
    }
    let taken = length.map_or(UNKNOWN_FRAMES, |length| length.div_ceil(sampling.interval * 1000));
    let taken = taken.clamp(1, sampling.most);
    let all = 0..usize::try_from(taken).unwrap_or(usize::MAX);
    Ok(all.map(|nth| frame(nth, PictureFeatures::default())).collect())
}

/// The object of each task: an item for each frame (INFERRED: as of pictures, with the seconds from the start).
fn said(
    frames: &[Frame],
    (tasks, markers): (&[&'static RecognitionTask], &[Marker]),
    (call, context): (&Call, &CallContext),
) -> RecognitionResult {
    let input = frames.first().map(|first| RecognitionInput {
        bytes: &first.bytes,
        name: &first.name,
        ..RecognitionInput::default()
    });
    let given = input.and_then(|input| expected_verdict(input, (call, context)));
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
            let verdict = TaskVerdict::of(task, evidence, context);
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
