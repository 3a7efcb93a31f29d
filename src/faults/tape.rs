//! Decisions as they fell, to be carried out again exactly.

use super::FaultSpec;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// One line of a tape, as NDJSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum TapeLine {
    /// A fault that struck, as it was written, with its name.
    Fault(Box<FaultSpec>),
    /// A call it struck.
    Strike(TapedInjection),
}

/// A call that was struck.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TapedInjection {
    /// The fault.
    pub fault: String,
    /// The call's world.
    pub world: String,
    /// Fingerprint of the call's input, in hex.
    pub fingerprint: String,
    /// The how-manieth call with this input the fault met.
    pub attempt: u64,
    /// The value drawn for it, which shapes what chance shapes; 2^64 values in hex.
    pub drawn: String,
    /// Virtual microseconds of delay.
    pub delay_us: u64,
}

/// What tells a struck call from others: fault, world, fingerprint, attempt.
type Case = (String, String, String, u64);

/// A tape to be played.
#[derive(Clone, Debug, Default)]
pub struct Tape {
    /// The faults on it.
    pub faults: Vec<FaultSpec>,
    strikes: HashMap<Case, TapedInjection>,
}

impl Tape {
    /// Reads a tape.
    ///
    /// # Errors
    /// The line, counted from 1, and what was expected.
    pub fn read(text: &str) -> Result<Self, (usize, String)> {
        let mut tape = Self::default();
        for (nth, line) in text
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.trim().is_empty())
        {
            match serde_json::from_str(line).map_err(|why| (nth + 1, why.to_string()))? {
                TapeLine::Fault(spec) if spec.id.is_none() => {
                    return Err((nth + 1, "expected a fault with its id".to_owned()));
                }
                TapeLine::Fault(spec) => tape.faults.push(*spec),
                TapeLine::Strike(taped) => {
                    if u64::from_str_radix(&taped.drawn, 16).is_err() {
                        return Err((nth + 1, "drawn: expected 16 hexadecimal digits".to_owned()));
                    }
                    if !tape
                        .faults
                        .iter()
                        .any(|spec| spec.id.as_ref() == Some(&taped.fault))
                    {
                        return Err((
                            nth + 1,
                            format!("expected fault {:?} before its strikes", taped.fault),
                        ));
                    }
                    tape.strikes.insert(taped.case(), taped);
                }
            }
        }
        Ok(tape)
    }

    /// What is on it for a call.
    pub fn find(&self, fault: &str, world: &str, fingerprint: u128, attempt: u64) -> Option<&TapedInjection> {
        let fingerprint = format!("{fingerprint:032x}");
        self.strikes
            .get(&(fault.to_owned(), world.to_owned(), fingerprint, attempt))
    }

    /// How many strikes are on it.
    pub fn len(&self) -> usize {
        self.strikes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.strikes.is_empty()
    }
}

impl TapedInjection {
    fn case(&self) -> Case {
        (
            self.fault.clone(),
            self.world.clone(),
            self.fingerprint.clone(),
            self.attempt,
        )
    }
}
