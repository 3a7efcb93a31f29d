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

use crate::recognition::Marker;

/// A stream is never read: its marker stands in its address, `rtmp://host/room?understudy:vulgar`.
fn stream_markers(url: &str) -> Vec<Marker> {
    let at = url.to_ascii_lowercase().find("understudy:");
    at.map(|at| Marker::all(&url[at..])).unwrap_or_default()
}
