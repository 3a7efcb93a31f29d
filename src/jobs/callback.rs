//! The callbacks of one job: reports are due one after another, and each is tried until it arrives or is given up.

use crate::clock::Time;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How often a report is tried, and how far apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Tries after the first.
    pub most: u32,
    /// Wait before the second try; it doubles from try to try.
    pub backoff: Duration,
}

/// How far the callbacks of a job are.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CallbackProgress {
    /// Where they go.
    pub url: String,
    /// The report that is next, from 0.
    pub next: u64,
    /// Copies of it that have arrived, where each is sent twice.
    #[serde(default)]
    pub copies: u32,
    /// Tries of it that failed.
    pub failed_tries: u32,
    /// When it is tried again, after a try that failed.
    pub again: Option<Time>,
    /// Reports that arrived.
    pub delivered: u64,
    /// Reports that were given up.
    pub given_up: u64,
    /// What became of the last try: a status, or why there is none.
    pub last: Option<String>,
}

impl CallbackProgress {
    /// To this address.
    pub fn to(url: String) -> Self {
        Self {
            url,
            ..Self::default()
        }
    }

    /// Enters what became of a try: `Ok` where the receiver took it.
    pub fn record_attempt(
        &mut self,
        outcome: Result<u16, String>,
        now: Time,
        retries: RetryPolicy,
        copies: u32,
    ) {
        let arrived = matches!(outcome, Ok(200..=299));
        self.last = Some(match outcome {
            Ok(status) => status.to_string(),
            Err(why) => why,
        });
        if arrived {
            self.copies += 1;
            if self.copies >= copies {
                self.advance();
                self.delivered += 1;
            }
        } else if self.failed_tries >= retries.most {
            self.advance();
            self.given_up += 1;
        } else {
            let factor = 1_u32.checked_shl(self.failed_tries).unwrap_or(u32::MAX);
            self.failed_tries += 1;
            self.again = Some(now + retries.backoff.saturating_mul(factor));
        }
    }

    /// On to the next report.
    fn advance(&mut self) {
        self.next += 1;
        self.copies = 0;
        self.failed_tries = 0;
        self.again = None;
    }
}
