//! Records decisions as they fall, and gives recorded ones back.

use super::InstalledFault;
use crate::faults::{FaultSpec, Tape, TapeLine, TapedInjection};
use arc_swap::ArcSwapOption;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// Strikes a recording holds at most.
const MOST: usize = 200_000;

/// What the tape is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TapeState {
    /// Whether decisions are recorded.
    pub recording: bool,
    /// Strikes recorded.
    pub recorded: usize,
    /// Strikes that no longer fitted.
    pub dropped: u64,
    /// Whether recorded decisions are carried out in place of draws.
    pub playing: bool,
    /// Strikes on the tape that is played.
    pub strikes: usize,
}

/// Records decisions as they fall, and gives recorded ones back.
#[derive(Default)]
pub struct TapeRecorder {
    is_recording: AtomicBool,
    tape: Mutex<Recording>,
    playing: ArcSwapOption<Tape>,
}

#[derive(Default)]
struct Recording {
    faults: BTreeMap<String, FaultSpec>,
    injections: Vec<TapedInjection>,
    dropped: u64,
}

impl TapeRecorder {
    /// Begins a new recording, or ends the one under way.
    pub fn record(&self, on: bool) {
        if on {
            *self.tape.lock().expect("no panic while held") = Recording::default();
        }
        self.is_recording.store(on, Ordering::Relaxed);
    }

    /// Plays a tape, or none.
    pub(super) fn play(&self, tape: Option<Tape>) {
        self.playing.store(tape.map(Arc::new));
    }

    /// The tape that is played.
    pub(super) fn playing(&self) -> Option<Arc<Tape>> {
        self.playing.load_full()
    }

    /// Whether every decision must know its case: one records or plays.
    pub(super) fn is_busy(&self) -> bool {
        self.is_recording.load(Ordering::Relaxed) || self.playing.load().is_some()
    }

    pub(super) fn note(&self, installed: &InstalledFault, taped: impl FnOnce() -> TapedInjection) {
        if !self.is_recording.load(Ordering::Relaxed) {
            return;
        }
        let mut tape = self.tape.lock().expect("no panic while held");
        if tape.injections.len() >= MOST {
            tape.dropped += 1;
            return;
        }
        let spec = || FaultSpec {
            id: Some(installed.fault.id.to_string()),
            ..installed.fault.spec.clone()
        };
        tape.faults
            .entry(installed.fault.id.to_string())
            .or_insert_with(spec);
        tape.injections.push(taped());
    }

    /// The recording, as NDJSON.
    pub fn text(&self) -> String {
        let tape = self.tape.lock().expect("no panic while held");
        let faults = tape
            .faults
            .values()
            .map(|spec| TapeLine::Fault(Box::new(spec.clone())));
        let injections = tape
            .injections
            .iter()
            .map(|taped| TapeLine::Strike(taped.clone()));
        let mut text = String::new();
        for line in faults.chain(injections) {
            text.push_str(&serde_json::to_string(&line).expect("plain data is written as JSON"));
            text.push('\n');
        }
        text
    }

    /// What it is doing.
    pub fn state(&self) -> TapeState {
        let playing = self.playing();
        let tape = self.tape.lock().expect("no panic while held");
        TapeState {
            recording: self.is_recording.load(Ordering::Relaxed),
            recorded: tape.injections.len(),
            dropped: tape.dropped,
            playing: playing.is_some(),
            strikes: playing.map_or(0, |tape| tape.len()),
        }
    }
}
