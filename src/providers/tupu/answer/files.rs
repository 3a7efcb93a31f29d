//! What is said of pictures, in the shapes of their tasks (`wire/tupu.md` §3.1).

use super::super::tasks::{RecognitionTask, ResultShape};
use super::super::verdict::TaskVerdict;
use super::pictures::{ImageInput, JudgedFrame};
use crate::imaging::PictureFeatures;
use serde_json::{Map, Value, json};

/// A picture, or a frame of a video, of which something is said.
#[derive(Clone, Copy)]
pub(super) struct PictureResult<'a> {
    pub name: &'a str,
    pub tag: Option<&'a str>,
    pub seen: &'a PictureFeatures,
}

impl JudgedFrame<'_> {
    fn picture(&self) -> PictureResult<'_> {
        PictureResult {
            name: &self.item.name,
            tag: self.item.tag.as_deref(),
            seen: &self.seen,
        }
    }

    /// §3.1: the gravest of its verdicts. The numbers of risks and suggestions are INFERRED: 0 pass, 1 review, 2 block.
    pub(super) fn summary(&self, tasks: &[&RecognitionTask]) -> Value {
        let grave = |(task, verdict): &(&&RecognitionTask, &TaskVerdict)| verdict.label != task.normal;
        let worst = tasks
            .iter()
            .zip(&self.verdicts)
            .filter(grave)
            .max_by(|a, b| a.1.rate.total_cmp(&b.1.rate));
        let (task, kind, suggestion) = match worst {
            None => (tasks[0].id, 0, 0),
            Some((task, verdict)) => (task.id, verdict.label + 1, if verdict.review { 1 } else { 2 }),
        };
        let mut summary = file_entry(0, self.item);
        summary.insert("riskTask".into(), json!(task));
        summary.insert("riskType".into(), json!(kind));
        summary.insert("suggestion".into(), json!(suggestion));
        Value::Object(summary)
    }
}

/// How a summary begins: what became of a picture, its name, and its tag where it has one.
pub(super) fn file_entry(code: u32, item: &ImageInput) -> Map<String, Value> {
    let mut named = Map::new();
    named.insert("code".into(), json!(code));
    named.insert("name".into(), json!(item.name));
    if let Some(tag) = &item.tag {
        named.insert("tag".into(), json!(tag));
    }
    named
}

/// The object of one task: a list with an item for each picture, and what they come to.
pub(super) fn task_result(task: &RecognitionTask, nth: usize, judged: &[JudgedFrame<'_>]) -> Value {
    let list: Vec<Value> = judged
        .iter()
        .map(|one| Value::Object(file(task, &one.verdicts[nth], one.picture())))
        .collect();
    let review = judged.iter().filter(|one| one.verdicts[nth].review).count();
    let mut counts = vec![0_u64; task.labels.len()];
    for one in judged {
        counts[one.verdicts[nth].label] += 1;
    }
    let mut result = Map::new();
    result.insert("fileList".into(), Value::Array(list));
    result.insert("reviewCount".into(), json!(review));
    match task.shape {
        ResultShape::Labelled => {
            result.insert("statistic".into(), json!(counts));
        }
        ResultShape::TopLabels => {
            result.insert("topNStatistic".into(), counted(&counts).into());
        }
        ResultShape::Person
        | ResultShape::Objects
        | ResultShape::Text
        | ResultShape::Vulgar
        | ResultShape::SpeechText
        | ResultShape::Transcript => {}
    }
    Value::Object(result)
}

/// What is said of one picture for one task.
pub(super) fn file(
    task: &RecognitionTask,
    verdict: &TaskVerdict,
    one: PictureResult<'_>,
) -> Map<String, Value> {
    let mut file = Map::new();
    file.insert("name".into(), json!(one.name));
    if let Some(tag) = one.tag {
        file.insert("tag".into(), json!(tag));
    }
    file.insert("label".into(), json!(verdict.label));
    file.insert("review".into(), json!(verdict.review));
    match task.shape {
        ResultShape::Labelled => {
            file.insert("rate".into(), json!(verdict.rate));
            if task.name == "porn" {
                let sub = json!({"label": verdict.label, "rate": verdict.rate, "review": verdict.review});
                file.insert("subLabel".into(), sub);
            }
        }
        ResultShape::TopLabels => {
            file.insert("rate".into(), json!(verdict.rate));
            let (labels, rates) = likeliest(task, verdict);
            file.insert("labels".into(), json!(labels));
            file.insert("rates".into(), json!(rates));
        }
        ResultShape::Person => person(&mut file, verdict, one.seen),
        ResultShape::Objects => {
            file.insert("objects".into(), faces(one.seen).collect());
        }
        ResultShape::Text | ResultShape::Vulgar | ResultShape::SpeechText | ResultShape::Transcript => {}
    }
    file
}

/// How often each label was given; those that were not are left out.
pub(super) fn counted(counts: &[u64]) -> Vec<Value> {
    let given = counts.iter().enumerate().filter(|(_, count)| **count > 0);
    given
        .map(|(label, count)| json!({"label": label, "count": count}))
        .collect()
}

/// The label and the four after it; what is left of certainty is halved from one to the next.
fn likeliest(task: &RecognitionTask, verdict: &TaskVerdict) -> (Vec<usize>, Vec<f64>) {
    let others = (0..task.labels.len())
        .filter(|label| *label != verdict.label)
        .take(4);
    let labels: Vec<usize> = std::iter::once(verdict.label).chain(others).collect();
    let mut left = 1.0 - verdict.rate;
    let rates = labels.iter().enumerate().map(|(nth, _)| {
        if nth == 0 {
            return verdict.rate;
        }
        left /= 2.0;
        left
    });
    let rates = rates.collect();
    (labels, rates)
}

/// §3.1: the surest face with its place in shares of the picture, and all of them.
fn person(file: &mut Map<String, Value>, verdict: &TaskVerdict, seen: &PictureFeatures) {
    let objects: Vec<Value> = faces(seen)
        .map(|face| {
            json!({
                "faceId": face["faceId"],
                "facePosition": face["location"],
                "label": verdict.label,
                "review": verdict.review,
                "similarity": verdict.rate,
                "typeName": "",
            })
        })
        .collect();
    file.insert("similarity".into(), json!(verdict.rate));
    file.insert("typeName".into(), json!(""));
    if let Some(first) = objects.first() {
        file.insert("faceId".into(), first["faceId"].clone());
        file.insert("facePosition".into(), first["facePosition"].clone());
    }
    file.insert("objects".into(), json!(objects));
}

/// The faces of a picture, each with its four corners in shares of the picture.
fn faces(seen: &PictureFeatures) -> impl Iterator<Item = Value> + '_ {
    let (width, height) = (seen.width as f32, seen.height as f32);
    seen.faces.iter().enumerate().map(move |(nth, face)| {
        let share = |at: f32, of: f32| f64::from((at / of).clamp(0.0, 1.0));
        let (left, right) = (share(face.left, width), share(face.left + face.side, width));
        let (top, bottom) = (share(face.top, height), share(face.top + face.side, height));
        let id = format!("{:016x}{nth:08x}", seen.phash);
        json!({
            "faceId": id,
            "location": [[left, top], [right, top], [right, bottom], [left, bottom]],
            "degree": 0,
            "category": 0,
            "scores": [face.score],
        })
    })
}
