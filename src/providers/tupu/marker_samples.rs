//! An input for every label of every task: pictures with a QR code, texts with a token, sounds with a title, and a pack of
//! frames.

use super::tasks::{RecognitionTask, ResultShape, TASKS};
use crate::imaging::code_picture;
use crate::media::{pack, titled_tone};
use crate::providers::MarkerSample;
use bytes::Bytes;
use std::sync::LazyLock;

/// The whole kit, made when it is first asked for.
pub(super) static KIT: LazyLock<Vec<MarkerSample>> = LazyLock::new(|| {
    let mut kit: Vec<MarkerSample> = TASKS.iter().flat_map(of_task).collect();
    let frames = kit.iter().filter(|item| item.name.starts_with("porn-")).cloned();
    let frames: Vec<(String, Bytes)> = frames.map(|item| (item.name, item.bytes)).collect();
    kit.push(MarkerSample {
        name: "frames.zip".into(),
        bytes: pack(&frames).into(),
        content_type: "application/zip",
    });
    kit
});

fn of_task(task: &'static RecognitionTask) -> Vec<MarkerSample> {
    let labels = 0..task.labels.len();
    labels.filter_map(|label| item(task, label)).collect()
}

fn item(task: &RecognitionTask, label: usize) -> Option<MarkerSample> {
    let (name, word) = (task.name, task.labels[label]);
    match task.shape {
        ResultShape::Labelled | ResultShape::TopLabels | ResultShape::Person => {
            // Capitals and digits make the smallest code.
            let marker = format!("UNDERSTUDY:{}/{label}=0.97", name.to_uppercase());
            Some(MarkerSample {
                name: format!("{name}-{label}.png"),
                bytes: code_picture(&marker)?,
                content_type: "image/png",
            })
        }
        ResultShape::Text => Some(MarkerSample {
            name: format!("text-{word}.txt"),
            bytes: format!("Nothing to see here. [understudy:{word}]\n").into(),
            content_type: "text/plain; charset=utf-8",
        }),
        ResultShape::Vulgar | ResultShape::SpeechText => Some(MarkerSample {
            name: format!("{name}-{word}.wav"),
            bytes: titled_tone(&format!("understudy:{name}/{word}=0.97")).into(),
            content_type: "audio/wav",
        }),
        // They have no label to force.
        ResultShape::Objects | ResultShape::Transcript => None,
    }
}
