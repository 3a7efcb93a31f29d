//! What Tupu says on a good day, a file an input.

mod errand;
mod face;
mod files;
mod history;
mod live;
mod pictures;
mod recording;
mod speech;
mod text;
mod video;

pub(super) use errand::{close, rate, report, result};
pub(super) use face::face_verify;
pub(super) use history::{feedback, history_speech, history_text};
pub(super) use live::{speech_stream, speech_stream_close, speech_stream_search};
pub(super) use pictures::{image_async, image_async_base64, image_base64, image_sync};
pub(super) use recording::recording_async;
pub(super) use speech::speech_sync;
pub(super) use text::{text_async, text_sync};
pub(super) use video::{video_async, video_stream, video_sync};

use super::auth;
use crate::exchange::{Call, Volume};
use crate::forms::Part;
use crate::imaging::pixel_count;
use crate::recognition::Marker;
use serde_json::Value;

/// What a call brings: characters of its texts, pixels of the pictures that came as files; what is behind URLs is not
/// fetched for it.
pub(super) fn volume(call: &Call) -> Volume {
    let form = auth::form(call).unwrap_or_default();
    let texts = form.json::<Vec<Value>>("text").ok().flatten().unwrap_or_default();
    let texts = texts.iter().filter_map(|text| text["content"].as_str());
    let long = form.lexeme("content").map_or(0, |text| text.chars().count());
    let files = form.parts("image").unwrap_or_default();
    let pixels = files.iter().filter_map(|part| match part {
        Part::File(file) => pixel_count(&file.bytes),
        Part::Text(_) => None,
    });
    Volume {
        pixels: pixels.sum(),
        characters: (long + texts.map(|text| text.chars().count()).sum::<usize>()) as u64,
    }
}

/// A stream is never read: its marker stands in its address, `rtmp://host/room?understudy:vulgar`.
fn stream_markers(url: &str) -> Vec<Marker> {
    let at = url.to_ascii_lowercase().find("understudy:");
    at.map(|at| Marker::all(&url[at..])).unwrap_or_default()
}
