//! Test vectors in the form `sla_vectors/1`: each names what to compute, and its answer is returned or compared. An input
//! that is missing is an error that names the field, never a guess.

mod cycles;
mod json;
mod ledgers;
mod rules;

use super::{Contract, ReadingPolicy, WorkdayCalendar};
use serde_json::{Value, json};

/// Computes vectors.
pub struct VectorRunner<'a> {
    /// Every contract there is.
    pub contracts: &'a [&'static Contract],
    /// The working days.
    pub calendar: &'a WorkdayCalendar,
}

/// Why a vector cannot be computed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{id}: {why}")]
pub struct VectorError {
    /// The vector, or its place where it has no id.
    pub id: String,
    /// What was expected.
    pub why: String,
}

/// A vector whose answer differs from the expected one.
#[derive(Clone, Debug, PartialEq)]
pub struct VectorMismatch {
    /// The vector.
    pub id: String,
    /// The fields that differ, with what was expected and found.
    pub differs: Vec<(String, Value, Value)>,
}

/// One vector being computed.
pub(super) struct VectorCase<'a> {
    pub(super) contract: &'static Contract,
    pub(super) policy: ReadingPolicy,
    pub(super) input: &'a Value,
    pub(super) calendar: &'a WorkdayCalendar,
}

impl VectorRunner<'_> {
    /// Answers a file of vectors: `{"vectors": [{id, provider, kind, policy, input} …]}` in, `{"vectors": [{id,
    /// expect} …]}` out, in the same order.
    ///
    /// # Errors
    /// The first vector that cannot be computed, and why.
    pub fn eval(&self, file: &Value) -> Result<Value, VectorError> {
        let mut answers = Vec::new();
        for (id, vector) in listed(file)? {
            let expect = self
                .expect(vector)
                .map_err(|why| VectorError { id: id.clone(), why })?;
            answers.push(json!({"id": vector["id"], "expect": expect}));
        }
        Ok(json!({"vectors": answers}))
    }

    /// Computes a file of vectors and compares the answers with those it expects. Returns the number that agree, and the
    /// others.
    ///
    /// # Errors
    /// The first vector that cannot be computed, and why.
    pub fn check(&self, file: &Value) -> Result<(usize, Vec<VectorMismatch>), VectorError> {
        let (mut passed, mut failed) = (0, Vec::new());
        for (id, vector) in listed(file)? {
            let found = self
                .expect(vector)
                .map_err(|why| VectorError { id: id.clone(), why })?;
            let differs = differences("", &vector["expect"], &found);
            if differs.is_empty() {
                passed += 1;
            } else {
                failed.push(VectorMismatch { id, differs });
            }
        }
        Ok((passed, failed))
    }

    /// Computes one input in the readings of a policy.
    ///
    /// # Errors
    /// The field that is wrong, and what was expected.
    pub fn compute(
        &self,
        contract: &'static Contract,
        kind: &str,
        input: &Value,
        policy: &ReadingPolicy,
    ) -> Result<Value, String> {
        let case = VectorCase {
            contract,
            policy: policy.clone(),
            input,
            calendar: self.calendar,
        };
        case.compute(kind)
    }

    fn expect(&self, vector: &Value) -> Result<Value, String> {
        let provider = text(vector, "provider")?;
        let found = self
            .contracts
            .iter()
            .find(|contract| contract.vector_name == provider);
        let contract = found.ok_or_else(|| {
            let all = self
                .contracts
                .iter()
                .map(|contract| contract.vector_name)
                .collect::<Vec<_>>();
            format!("provider: expected one of {}, found {provider:?}", all.join(", "))
        })?;
        let policy = ReadingPolicy::read(contract.settings, &vector["policy"])?;
        let input = vector.get("input").ok_or("input: expected an object")?;
        self.compute(contract, text(vector, "kind")?, input, &policy)
    }
}

impl VectorCase<'_> {
    fn compute(&self, kind: &str) -> Result<Value, String> {
        match kind {
            "cycle" => self.cycle(),
            "ledger" => self.ledger(),
            "cycles" => self.cycles(),
            "claim_window" => self.claim_window(),
            "claim" => self.claim(),
            "bucket" => self.bucket(),
            "budget" => self.budget(),
            "image" => self.image(),
            "frames" => self.frames(),
            "text" => self.text(),
            "audio" => self.audio(),
            "notice" => self.notice(),
            "ticket" => self.ticket(),
            "retention" => self.retention(),
            "liability" => self.liability(),
            other => Err(format!(
                "kind: expected one of those of sla_vectors/1, found {other:?}"
            )),
        }
    }
}

fn listed(file: &Value) -> Result<impl Iterator<Item = (String, &Value)>, VectorError> {
    let all = file["vectors"].as_array().ok_or_else(|| VectorError {
        id: "file".to_owned(),
        why: "expected {\"vectors\": [...]}".to_owned(),
    })?;
    let named = |(nth, vector): (usize, &'_ Value)| {
        vector["id"]
            .as_str()
            .map_or_else(|| format!("vector {}", nth + 1), str::to_owned)
    };
    Ok(all
        .iter()
        .enumerate()
        .map(move |(nth, vector)| (named((nth, vector)), vector)))
}

/// The fields in which two answers differ.
fn differences(path: &str, expected: &Value, found: &Value) -> Vec<(String, Value, Value)> {
    let (Value::Object(wanted), Value::Object(own)) = (expected, found) else {
        return if expected == found {
            Vec::new()
        } else {
            vec![(path.to_owned(), expected.clone(), found.clone())]
        };
    };
    let names = wanted
        .keys()
        .chain(own.keys().filter(|name| !wanted.contains_key(*name)));
    let absent = Value::String("absent".to_owned());
    names
        .flat_map(|name| {
            let path = if path.is_empty() {
                name.clone()
            } else {
                format!("{path}.{name}")
            };
            differences(
                &path,
                wanted.get(name).unwrap_or(&absent),
                own.get(name).unwrap_or(&absent),
            )
        })
        .collect()
}

/// A text field of an object.
fn text<'a>(object: &'a Value, name: &str) -> Result<&'a str, String> {
    object[name]
        .as_str()
        .ok_or_else(|| format!("{name}: expected text, found {}", object[name]))
}

/// A field read from its text.
fn parsed<T: std::str::FromStr<Err = String>>(object: &Value, name: &str) -> Result<T, String> {
    text(object, name)?
        .parse()
        .map_err(|why| format!("{name}: {why}"))
}

/// A field read from its text; `None` where it is absent or `null`.
fn parsed_or_none<T: std::str::FromStr<Err = String>>(
    object: &Value,
    name: &str,
) -> Result<Option<T>, String> {
    if object[name].is_null() {
        Ok(None)
    } else {
        parsed(object, name).map(Some)
    }
}

/// A number that is not below 0; it may pass 2^53, as text or as a number.
fn count(object: &Value, name: &str) -> Result<u128, String> {
    let found = &object[name];
    let digits = found.as_str().map_or_else(|| found.to_string(), str::to_owned);
    digits
        .parse()
        .map_err(|_| format!("{name}: expected a whole number of at least 0, found {found}"))
}

/// A number that is not below 0; 0 where it is absent or `null`.
fn count_or_zero(object: &Value, name: &str) -> Result<u128, String> {
    if object[name].is_null() {
        Ok(0)
    } else {
        count(object, name)
    }
}

/// A number of 64 bits.
fn small(object: &Value, name: &str) -> Result<u64, String> {
    let number = count(object, name)?;
    u64::try_from(number).map_err(|_| format!("{name}: expected at most 2^64 - 1, found {number}"))
}
