//! Names that settings of worlds, expectations and faults may use.

use super::tasks::{RecognitionTask, ResultShape, TASKS};
use crate::exchange::{SettableNames, TaskNames};

/// What a world may set.
pub(super) static SETTABLE: SettableNames = SettableNames {
    strictness: &["tupu.characters", "tupu.pictures", "tupu.frames", "tupu.sampling"],
    wording: true,
    job_operations: &[
        "image-async",
        "image-async-base64",
        "text-async",
        "video-async",
        "video-stream",
        "recording-async",
        "speech-stream",
    ],
    tasks: &TASK_NAMES,
};

/// Face verification: no task of the vendor's list, but an expectation decides its label too.
const FACE: TaskNames = TaskNames {
    id: "face-verify",
    name: "face",
    labels: &["-1", "0", "1", "2", "3", "4", "5", "6"],
    is_numbered: false,
    is_chosen: false,
    operations: &["face-verify"],
};

static TASK_NAMES: [TaskNames; TASKS.len() + 1] = {
    let mut all = [FACE; TASKS.len() + 1];
    let mut nth = 0;
    while nth < TASKS.len() {
        all[nth] = names(&TASKS[nth]);
        nth += 1;
    }
    all
};

const fn names(task: &RecognitionTask) -> TaskNames {
    TaskNames {
        id: task.id,
        name: task.name,
        labels: task.labels,
        // A label of a text is written into its answer as it is given.
        is_numbered: !matches!(task.shape, ResultShape::Text),
        is_chosen: true,
        operations: operations(task.shape),
    }
}

const fn operations(shape: ResultShape) -> &'static [&'static str] {
    match shape {
        ResultShape::Labelled | ResultShape::TopLabels | ResultShape::Person | ResultShape::Objects => &[
            "image-sync",
            "image-sync-base64",
            "image-async",
            "image-async-base64",
            "video-sync",
            "video-async",
            "video-stream",
        ],
        ResultShape::Vulgar | ResultShape::SpeechText | ResultShape::Transcript => {
            &["speech-sync", "recording-async", "speech-stream"]
        }
        ResultShape::Text => &["text-sync", "text-async"],
    }
}
