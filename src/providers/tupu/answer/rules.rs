//! What of a video is called back (`callbackRules` and `realTimeCallback`, `wire/tupu.md` §1.4 #8).

use super::super::tasks::RecognitionTask;
use super::field;
use crate::exchange::Refusal;
use crate::forms::Form;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::{BTreeSet, HashMap};

/// A rule for what is called back of a task: a frame must have all that it names.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct CallbackRule {
    label: Option<i64>,
    review: Option<bool>,
    /// Whether frames say how far into the video they are; they do where nothing is said.
    offset: Option<bool>,
    /// Whether one frame that fits brings all frames of the task along.
    total: bool,
    /// Of persons: one of these faces.
    face_id: Vec<String>,
    /// Of persons: one of these kinds.
    type_name: Vec<String>,
    /// Of persons: at least as similar.
    similarity: Option<f64>,
}

/// Rules by task; those of the empty name hold for every task that has none of its own.
pub(super) struct CallbackRules(HashMap<String, Vec<CallbackRule>>);

impl CallbackRule {
    fn fits(&self, frame: &Value) -> bool {
        let among = |names: &[String], member: &str| {
            let is_named = |of: &Value| names.iter().any(|name| of[member] == **name);
            let persons = frame["objects"].as_array().map(Vec::as_slice).unwrap_or_default();
            names.is_empty() || is_named(frame) || persons.iter().any(is_named)
        };
        let is_similar = |least: f64| frame["similarity"].as_f64().is_some_and(|own| own >= least);
        self.label.is_none_or(|label| frame["label"] == label)
            && self.review.is_none_or(|review| frame["review"] == review)
            && self.similarity.is_none_or(is_similar)
            && among(&self.face_id, "faceId")
            && among(&self.type_name, "typeName")
    }

    fn report(&self, frame: &Value) -> Value {
        let mut frame = frame.clone();
        if let (Some(false), Some(members)) = (self.offset, frame.as_object_mut()) {
            members.remove("offset");
        }
        frame
    }
}

impl CallbackRules {
    /// The rules of a body. One client sends a flat list, which holds for every task.
    pub(super) fn read(form: &Form) -> Result<Self, Refusal> {
        let given = form
            .json::<Value>("callbackRules")
            .map_err(|_| field("callbackRules"))?;
        let read = match given {
            None => Ok(HashMap::new()),
            Some(list @ Value::Array(_)) => {
                serde_json::from_value(list).map(|list| HashMap::from([(String::new(), list)]))
            }
            Some(other) => serde_json::from_value(other),
        };
        read.map(Self).map_err(|_| field("callbackRules"))
    }

    /// What is called back at the end: frames that a rule of their task fits; where there is none, those that speak
    /// against the video. A task with nothing to report is empty (§3.5).
    pub(super) fn called_back(
        &self,
        result: &Map<String, Value>,
        tasks: &[&'static RecognitionTask],
    ) -> Map<String, Value> {
        let objects = tasks.iter().map(|task| {
            let frames = self.frames(task, &result[task.id]).into_iter();
            let list: Vec<Value> = frames.map(|(_, frame)| frame).collect();
            (task.id.to_owned(), object(&list, &result[task.id]))
        });
        objects.collect()
    }

    /// What is called back while the video is worked on: one report for each frame that is called back (INFERRED).
    pub(super) fn early(
        &self,
        result: &Map<String, Value>,
        tasks: &[&'static RecognitionTask],
    ) -> Vec<Map<String, Value>> {
        let chosen = tasks
            .iter()
            .map(|task| (task.id, self.frames(task, &result[task.id])));
        let chosen: Vec<(&str, Vec<(usize, Value)>)> = chosen.collect();
        let frames = chosen.iter().flat_map(|(_, frames)| frames);
        let numbers: BTreeSet<usize> = frames.map(|(nth, _)| *nth).collect();
        let report = |number: usize| {
            let objects = chosen.iter().map(|(task, frames)| {
                let own = frames.iter().filter(|(nth, _)| *nth == number);
                let list: Vec<Value> = own.map(|(_, frame)| frame.clone()).collect();
                let object = if list.is_empty() {
                    json!({})
                } else {
                    json!({"fileList": list})
                };
                ((*task).to_owned(), object)
            });
            objects.collect()
        };
        numbers.into_iter().map(report).collect()
    }

    /// The frames of a task that are called back, with their numbers.
    fn frames(&self, task: &RecognitionTask, object: &Value) -> Vec<(usize, Value)> {
        let list = object["fileList"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        let frames = list.iter().enumerate();
        let Some(rules) = self.0.get(task.id).or_else(|| self.0.get("")) else {
            let grave = frames.filter(|(_, frame)| frame["label"] != task.normal);
            return grave.map(|(nth, frame)| (nth, frame.clone())).collect();
        };
        let rule = |frame: &Value| rules.iter().find(|rule| rule.fits(frame));
        if let Some(whole) = list.iter().filter_map(rule).find(|rule| rule.total) {
            return frames.map(|(nth, frame)| (nth, whole.report(frame))).collect();
        }
        let fitting = frames.filter_map(|(nth, frame)| Some((nth, rule(frame)?.report(frame))));
        fitting.collect()
    }
}

fn object(list: &[Value], result: &Value) -> Value {
    if list.is_empty() {
        json!({})
    } else {
        json!({"fileList": list, "statistics": result["statistics"], "reviewCount": result["reviewCount"]})
    }
}
