//! Changes to settings as a merge patch (RFC 7396): absent names stay, `null` removes.

use super::{ProblemDetails, input};
use crate::world::{KnownNames, WorldError, WorldSettings};
use serde_json::{Map, Value, json};

/// Merges a patch into a value.
pub(super) fn merge(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Some(fields) = target.as_object_mut() else {
        return;
    };
    for (key, value) in patch {
        if value.is_null() {
            fields.remove(&key);
        } else {
            merge(fields.entry(key).or_insert(Value::Null), value);
        }
    }
}

/// Refuses a `null` for a setting that cannot be: its name is misspelt.
pub(super) fn check_removals(
    patch: &Map<String, Value>,
    settings: &Value,
    names: &KnownNames,
) -> Result<(), ProblemDetails> {
    let mut removed = removals(patch).into_iter();
    removed.try_for_each(|path| {
        let is_set = path.iter().try_fold(settings, |at, name| at.get(*name)).is_some();
        if is_set { Ok(()) } else { check_name(&path, names) }
    })
}

/// The paths of every `null` of a patch.
fn removals(patch: &Map<String, Value>) -> Vec<Vec<&str>> {
    let mut all = Vec::new();
    for (name, value) in patch {
        match value {
            Value::Null => all.push(vec![name.as_str()]),
            Value::Object(inner) => all.extend(removals(inner).into_iter().map(|mut path| {
                path.insert(0, name);
                path
            })),
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {}
        }
    }
    all
}

/// Whether there may be a setting at a path: with a value there of one type or another, settings can be read.
fn check_name(path: &[&str], names: &KnownNames) -> Result<(), ProblemDetails> {
    let values = [
        json!({}),
        json!([{"from": 1, "fen": 0}]),
        json!([]),
        json!("strict"),
        json!("1s"),
        json!(1),
        json!(true),
    ];
    for value in values {
        let nested = path
            .iter()
            .rev()
            .fold(value, |value, name| json!({ *name: value }));
        match input::json_within::<WorldSettings>("settings", nested) {
            Ok(settings) => {
                return settings
                    .check(names)
                    .map_err(|flaw| WorldError::Setting(flaw).into());
            }
            Err(problem) if problem.detail().starts_with("unknown field") => return Err(problem),
            Err(_) => {}
        }
    }
    Ok(())
}
