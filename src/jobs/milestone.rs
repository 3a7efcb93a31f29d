//! The instants before its end at which a job reports.

use crate::clock::Time;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// An instant before its end at which a job reports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Milestone {
    /// Its name, for whoever writes the report: `submitted`, `processing`.
    pub name: String,
    /// When it is.
    pub at: MilestoneTime,
}

/// When a milestone is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MilestoneTime {
    /// When the job is submitted.
    Submission,
    /// When this part of the work is done: `part` of `of` equal parts; part 0 is when the work begins.
    Work {
        /// Parts that are done.
        part: u32,
        /// Parts in all; at least 1.
        of: u32,
    },
}

impl Milestone {
    /// When the job is submitted.
    pub fn at_submission(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            at: MilestoneTime::Submission,
        }
    }

    /// When `part` of `of` equal parts of the work are done; part 0 is when the work begins.
    pub fn at_work(name: impl Into<String>, part: u32, of: u32) -> Self {
        Self {
            name: name.into(),
            at: MilestoneTime::Work { part, of },
        }
    }

    /// Reports evenly spread over the work, before the one at its end.
    pub fn evenly(count: u32) -> Vec<Self> {
        let nth = |part: u32| Self::at_work(part.to_string(), part, count + 1);
        (1..=count).map(nth).collect()
    }

    /// The instant, for work that begins and ends so.
    pub(super) fn instant(&self, submitted: Time, starts_at: Time, due_at: Time) -> Time {
        match self.at {
            MilestoneTime::Submission => submitted,
            MilestoneTime::Work { part, of } => {
                let work: Duration = due_at.since(starts_at);
                starts_at + work / of.max(1) * part
            }
        }
    }
}
