//! The handlers of Tupu's operations, one file for each kind of input, and what they share.

mod face;
mod files;
mod history;
mod jobs;
mod live;
mod pictures;
mod recording;
mod result;
mod rules;
mod speech;
mod text;
mod video;

pub(super) use face::face_verify;
pub(super) use history::{
    feedback_image_file, feedback_image_url, feedback_text, history_speech, history_text,
};
pub(super) use jobs::{callback_body, close, rate, result};
pub(super) use live::{speech_stream, speech_stream_close};
pub(super) use pictures::{image_async, image_async_base64, image_base64, image_sync};
pub(super) use recording::recording_async;
pub(super) use speech::speech_sync;
pub(super) use text::{text_async, text_sync};
pub(super) use video::{video_async, video_stream, video_sync};

use crate::exchange::{Call, InputError, Refusal, Workload};
use crate::forms::{FormValue, UploadedFile};
use crate::imaging::pixel_count;
use crate::outbound::{FetchRequest, FetchResult};
use crate::recognition::Marker;
use bytes::Bytes;
use serde_json::{Map, Value, json};

/// What a call brings: characters of its texts, pixels of the pictures that came as files; what is behind URLs is not
/// fetched for it.
pub(super) fn workload(call: &Call) -> Workload {
    let Ok(form) = call.form() else {
        return Workload::default();
    };
    let texts = form.json::<Vec<Value>>("text").ok().flatten().unwrap_or_default();
    let texts = texts.iter().filter_map(|text| text["content"].as_str());
    let long = form.text("content").map_or(0, |text| text.chars().count());
    let files = form.parts("image").unwrap_or_default();
    let pixels = files.iter().filter_map(|part| match part {
        FormValue::File(file) => pixel_count(&file.bytes),
        FormValue::Text(_) => None,
    });
    Workload {
        pixels: pixels.sum(),
        characters: (long + texts.map(|text| text.chars().count()).sum::<usize>()) as u64,
    }
}

/// Largest picture that is fetched. The documents say 1 MB by default and 10 MB in an older copy.
const MOST_PICTURE_BYTES: u64 = 10 << 20;
/// Largest sound or video that is fetched: a recording may have 100 MB (§1.4).
const MOST_MEDIA_BYTES: u64 = 100 << 20;

/// A field that is missing or cannot be.
fn field(name: &'static str) -> Refusal {
    InputError::Field(name).into()
}

/// Whether URLs and files stand in one field: §1.4 says that a call does not mix them.
fn are_mixed(parts: &[FormValue<'_>]) -> bool {
    let is_url = |part: &FormValue<'_>| matches!(part, FormValue::Text(_));
    parts.iter().any(is_url) && !parts.iter().all(is_url)
}

/// The name of a file without the path that some clients send along.
fn base_name(file: &UploadedFile) -> String {
    let name = file.file_name.rsplit(['/', '\\']).next();
    name.unwrap_or_default().to_owned()
}

/// The request for a sound or a video.
fn media_request(url: &str) -> FetchRequest {
    FetchRequest {
        url: url.to_owned(),
        referer: None,
        max_bytes: MOST_MEDIA_BYTES,
    }
}

/// The next of the bytes that were fetched.
fn next_fetched(fetched: &mut impl Iterator<Item = FetchResult>) -> Result<Bytes, Refusal> {
    let next = fetched.next().and_then(Result::ok);
    next.ok_or(InputError::Unreachable.into())
}

/// Enters what the client sent to hear again.
fn insert_given(members: &mut Map<String, Value>, given: &[(&str, &Option<String>)]) {
    for (name, value) in given {
        if let Some(value) = value {
            members.insert((*name).to_owned(), json!(value));
        }
    }
}

/// A stream is never read: its marker stands in its address, `rtmp://host/room?understudy:vulgar`.
fn stream_markers(url: &str) -> Vec<Marker> {
    let at = url.to_ascii_lowercase().find("understudy:");
    at.map(|at| Marker::parse_all(&url[at..])).unwrap_or_default()
}
