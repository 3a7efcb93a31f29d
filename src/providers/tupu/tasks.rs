//! Tupu's tasks and their labels (`wire/tupu.md` §3.2).

use crate::exchange::Refusal;
use crate::providers::CallContext;

/// What a task's results look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ResultShape {
    /// A label with a rate, and how many pictures had each.
    Labelled,
    /// The same with the three likeliest labels.
    TopLabels,
    /// A person of a watch list.
    Person,
    /// Things with their places.
    Objects,
    /// Texts with words for labels.
    Text,
    /// Sounds that are bad.
    Vulgar,
    /// Speech, judged as text.
    SpeechText,
    /// Speech, written down.
    Transcript,
}

/// A task.
#[derive(Debug)]
pub(super) struct RecognitionTask {
    /// Its id.
    pub id: &'static str,
    /// Its short name, for markers and expectations.
    pub name: &'static str,
    /// What its results look like.
    pub shape: ResultShape,
    /// Labels by number, each with its short name; where the vendor names none they are numbered.
    pub labels: &'static [&'static str],
    /// The label of a harmless input.
    pub normal: usize,
}

const fn task(
    id: &'static str,
    name: &'static str,
    shape: ResultShape,
    labels: &'static [&'static str],
    normal: usize,
) -> RecognitionTask {
    RecognitionTask {
        id,
        name,
        shape,
        labels,
        normal,
    }
}

/// Labels of texts.
pub(super) static TEXT_LABELS: [&str; 9] = [
    "Normal",
    "Politics",
    "Porn",
    "Terror",
    "Abuse",
    "ADs",
    "Nosense",
    "Sensitive",
    "UserDefine",
];

/// Every task that is emulated.
pub(super) static TASKS: [RecognitionTask; 19] = [
    task(
        "54bcfc6c329af61034f7c2fc",
        "porn",
        ResultShape::Labelled,
        &["porn", "sexy", "normal"],
        2,
    ),
    // The meanings of its four classes are not known (§3.2); these are INFERRED.
    task(
        "56a8645b0c800bff40990cf1",
        "ads",
        ResultShape::Labelled,
        &["qr-code", "text", "logo", "normal"],
        3,
    ),
    task(
        "5e1d70adeec2874f7318dc52",
        "violence",
        ResultShape::TopLabels,
        // Only 0 is known, and that 8, 10, 13 and 25 were seen; the names are INFERRED.
        &[
            "normal", "1", "2", "3", "4", "5", "6", "7", "blood", "9", "weapon", "11", "12", "fire", "14",
            "15", "16", "17", "18", "19", "20", "21", "22", "23", "24", "flag",
        ],
        0,
    ),
    task(
        "5acb135cc40c6772b10ec73a",
        "violence-old",
        ResultShape::Labelled,
        &["normal", "violent"],
        0,
    ),
    task(
        "5b7be1f59b0c77a8c2afb351",
        "politics",
        ResultShape::Person,
        &["person", "1", "normal"],
        2,
    ),
    task(
        "59101e2540f7575536ab3144",
        "face-old",
        ResultShape::Person,
        &["person", "1", "2", "normal"],
        3,
    ),
    task(
        "5e1d634d2809c24f6d909bd3",
        "objects",
        ResultShape::Objects,
        &["objects"],
        0,
    ),
    task(
        "5808841f5e1778ef49219a99",
        "scenes",
        ResultShape::Labelled,
        &["0", "1", "2", "3", "4", "5", "6", "7", "normal"],
        8,
    ),
    task(
        "5eddb86afaf52c4ca704ea41",
        "vice",
        ResultShape::Labelled,
        &[
            "normal", "smoking", "drugs", "tattoo", "gambling", "drinking", "gesture", "minor", "religion",
        ],
        0,
    ),
    task(
        "5ad37309616505867eeac264",
        "vulgar-image",
        ResultShape::Labelled,
        &["normal", "1", "2", "3", "4", "5", "6", "minor"],
        0,
    ),
    task(
        "54d1c23172f3d7264ba1c025",
        "ads-old",
        ResultShape::Labelled,
        &["ads", "normal"],
        1,
    ),
    task(
        "559e65b3040a5ee37e4505b3",
        "people",
        ResultShape::Labelled,
        &["person", "normal"],
        1,
    ),
    task(
        "559e88fa6f7910b622d37fbb",
        "scene",
        ResultShape::Labelled,
        &["outdoor", "indoor"],
        1,
    ),
    task(
        "5ac4405825146cb63afa643f",
        "behaviour",
        ResultShape::Labelled,
        &["acting", "normal"],
        1,
    ),
    task(
        "5673875659a518eb6c2af055",
        "faces",
        ResultShape::Objects,
        &["face"],
        0,
    ),
    task(TEXT, "text", ResultShape::Text, &TEXT_LABELS, 0),
    task(
        "5c8213b9bc807806aab0a574",
        "vulgar",
        ResultShape::Vulgar,
        &["normal", "vulgar"],
        0,
    ),
    task(
        "5caee6b2a76925c55a09a6d2",
        "speech-text",
        ResultShape::SpeechText,
        &TEXT_LABELS,
        0,
    ),
    task(
        "5ca1bd6b3872ecc9afb99132",
        "transcript",
        ResultShape::Transcript,
        &["Normal"],
        0,
    ),
];

/// The task of texts.
pub(super) const TEXT: &str = "57c4036c557603652aeeb222";

/// The kind of input a task is for, where a call may choose its tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TaskMedium {
    Picture,
    Speech,
}

impl RecognitionTask {
    fn is_of(&self, medium: TaskMedium) -> bool {
        match self.shape {
            ResultShape::Labelled | ResultShape::TopLabels | ResultShape::Person | ResultShape::Objects => {
                medium == TaskMedium::Picture
            }
            ResultShape::Vulgar | ResultShape::SpeechText | ResultShape::Transcript => {
                medium == TaskMedium::Speech
            }
            ResultShape::Text => false,
        }
    }

    /// A label by its number or short name.
    pub(super) fn label(&self, word: &str) -> Option<usize> {
        let by_number = word.parse().ok().filter(|n| *n < self.labels.len());
        by_number.or_else(|| self.labels.iter().position(|own| own.eq_ignore_ascii_case(word)))
    }

    /// The first label that is not the harmless one: what a marker means that names the task alone.
    pub(super) fn first_harmful_label(&self) -> usize {
        (0..self.labels.len())
            .find(|n| *n != self.normal)
            .unwrap_or(self.normal)
    }

    /// Whether a word names it: its id or its short name.
    pub(super) fn is_named(&self, word: &str) -> bool {
        self.id == word || self.name.eq_ignore_ascii_case(word)
    }
}

/// Tasks that run where a call names none.
const USUAL: [&str; 6] = ["porn", "ads", "violence", "politics", "vulgar", "speech-text"];

/// The tasks a call asks for, in its order; or those its secretId has.
pub(super) fn choose_tasks(
    asked: &[String],
    medium: TaskMedium,
    context: &CallContext,
) -> Result<Vec<&'static RecognitionTask>, Refusal> {
    let own = context.settings.tasks.get("tupu");
    let has = |task: &RecognitionTask| own.is_none_or(|list| list.iter().any(|word| task.is_named(word)));
    let possible = || TASKS.iter().filter(|task| task.is_of(medium) && has(task));
    if asked.is_empty() {
        let usual = |task: &&RecognitionTask| own.is_some() || USUAL.contains(&task.name);
        let all: Vec<_> = possible().filter(usual).collect();
        return if all.is_empty() {
            Err(Refusal::documented("13"))
        } else {
            Ok(all)
        };
    }
    let find = |id: &String| {
        possible()
            .find(|task| task.id == *id)
            .ok_or_else(|| Refusal::documented("7"))
    };
    let mut all = Vec::with_capacity(asked.len());
    for id in asked {
        let task = find(id)?;
        if all.iter().all(|known: &&RecognitionTask| known.id != task.id) {
            all.push(task);
        }
    }
    Ok(all)
}
