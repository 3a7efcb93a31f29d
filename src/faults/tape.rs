//! Recorded fault decisions, to be replayed exactly.

use super::FaultSpec;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// One line of a tape in NDJSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum TapeLine {
    /// The specification of a fault that affected calls, with its id.
    Fault(Box<FaultSpec>),
    /// A call it affected.
    #[serde(rename = "strike")]
    Injection(TapedInjection),
}

/// The record of one affected call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TapedInjection {
    /// The fault's id.
    pub fault: String,
    /// The call's world.
    pub world: String,
    /// Fingerprint of the call's input, in hex.
    pub fingerprint: String,
    /// How many times the fault had seen this input, counting this call (from 1).
    pub attempt: u64,
    /// The random 64-bit value drawn for the call, in hex; it also determines randomised effects.
    pub drawn: String,
    /// Delay in virtual microseconds.
    pub delay_us: u64,
}

/// Identifies an affected call: fault, world, fingerprint, attempt.
type InjectionKey = (String, String, String, u64);

/// A tape to be replayed.
#[derive(Clone, Debug, Default)]
pub struct Tape {
    /// The recorded faults.
    pub faults: Vec<FaultSpec>,
    injections: HashMap<InjectionKey, TapedInjection>,
}

impl Tape {
    /// Parses a tape.
    ///
    /// # Errors
    /// The line number, from 1, and what was expected there.
    pub fn parse(text: &str) -> Result<Self, (usize, String)> {
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
                TapeLine::Injection(taped) => {
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
                            format!("expected fault {:?} before the calls it affected", taped.fault),
                        ));
                    }
                    tape.injections.insert(taped.key(), taped);
                }
            }
        }
        Ok(tape)
    }

    /// The recorded injection of a fault into a call, if any.
    pub fn find(&self, fault: &str, world: &str, fingerprint: u128, attempt: u64) -> Option<&TapedInjection> {
        let fingerprint = format!("{fingerprint:032x}");
        self.injections
            .get(&(fault.to_owned(), world.to_owned(), fingerprint, attempt))
    }

    /// Number of recorded injections.
    pub fn len(&self) -> usize {
        self.injections.len()
    }

    /// Whether no injection is recorded.
    pub fn is_empty(&self) -> bool {
        self.injections.is_empty()
    }
}

impl TapedInjection {
    fn key(&self) -> InjectionKey {
        (
            self.fault.clone(),
            self.world.clone(),
            self.fingerprint.clone(),
            self.attempt,
        )
    }
}
