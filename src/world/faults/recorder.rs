//! Records fault decisions and holds a recording that is replayed.

use super::InstalledFault;
use crate::faults::{FaultSpec, Tape, TapeLine, TapedInjection};
use arc_swap::ArcSwapOption;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// Maximum number of injections in a recording.
const MAX_RECORDED: usize = 200_000;

/// State of recording and replay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TapeState {
    /// Whether decisions are recorded.
    pub recording: bool,
    /// Number of recorded injections.
    pub recorded: usize,
    /// Number of injections lost because the recording was full.
    pub dropped: u64,
    /// Whether recorded decisions replace sampling.
    pub playing: bool,
    /// Number of injections on the tape being played.
    #[serde(rename = "strikes")]
    pub playing_injections: usize,
}

/// Records fault decisions and holds the tape that is replayed.
#[derive(Default)]
pub struct TapeRecorder {
    is_recording: AtomicBool,
    recording: Mutex<Recording>,
    playing: ArcSwapOption<Tape>,
}

#[derive(Default)]
struct Recording {
    faults: BTreeMap<String, FaultSpec>,
    injections: Vec<TapedInjection>,
    dropped: u64,
}

impl TapeRecorder {
    /// Starts a new recording, or stops the current one.
    pub fn record(&self, on: bool) {
        if on {
            *self.recording.lock().expect("no panic while held") = Recording::default();
        }
        self.is_recording.store(on, Ordering::Relaxed);
    }

    /// Starts replaying a tape, or stops with `None`.
    pub(super) fn play(&self, tape: Option<Tape>) {
        self.playing.store(tape.map(Arc::new));
    }

    /// The tape being replayed.
    pub(super) fn playing(&self) -> Option<Arc<Tape>> {
        self.playing.load_full()
    }

    /// Whether decisions are recorded or replayed, which needs the fingerprint and attempt of every call.
    pub(super) fn is_active(&self) -> bool {
        self.is_recording.load(Ordering::Relaxed) || self.playing.load().is_some()
    }

    /// Adds an injection to the recording, if one is in progress.
    pub(super) fn record_injection(
        &self,
        installed: &InstalledFault,
        taped: impl FnOnce() -> TapedInjection,
    ) {
        if !self.is_recording.load(Ordering::Relaxed) {
            return;
        }
        let mut recording = self.recording.lock().expect("no panic while held");
        if recording.injections.len() >= MAX_RECORDED {
            recording.dropped += 1;
            return;
        }
        let spec = || FaultSpec {
            id: Some(installed.fault.id.to_string()),
            ..installed.fault.spec.clone()
        };
        recording
            .faults
            .entry(installed.fault.id.to_string())
            .or_insert_with(spec);
        recording.injections.push(taped());
    }

    /// The recording as NDJSON.
    pub fn to_ndjson(&self) -> String {
        let recording = self.recording.lock().expect("no panic while held");
        let faults = recording
            .faults
            .values()
            .map(|spec| TapeLine::Fault(Box::new(spec.clone())));
        let injections = recording
            .injections
            .iter()
            .map(|taped| TapeLine::Injection(taped.clone()));
        let mut text = String::new();
        for line in faults.chain(injections) {
            text.push_str(&serde_json::to_string(&line).expect("plain data serialises to JSON"));
            text.push('\n');
        }
        text
    }

    /// State of recording and replay.
    pub fn state(&self) -> TapeState {
        let playing = self.playing();
        let recording = self.recording.lock().expect("no panic while held");
        TapeState {
            recording: self.is_recording.load(Ordering::Relaxed),
            recorded: recording.injections.len(),
            dropped: recording.dropped,
            playing: playing.is_some(),
            playing_injections: playing.map_or(0, |tape| tape.len()),
        }
    }
}
