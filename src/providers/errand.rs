//! Work that a provider takes on and does later.

use super::Desk;
use crate::jobs::{Callback, Job};
use crate::world::{JobRule, Lanes, NoPlace};
use serde_json::Value;
use std::time::Duration;

/// A job to submit; where the world sets nothing else, it goes as the provider says here.
pub struct Errand {
    /// Its name.
    pub id: String,
    /// How long it takes; of a stream, until its first report.
    pub duration: Duration,
    /// A stream reports again and again, so far apart.
    pub period: Option<Duration>,
    /// Reports before the one at its end, evenly spread over its work.
    pub early_reports: u32,
    /// Whether a stream reports once more when it is closed.
    pub reports_close: bool,
    /// How long its result can be asked for.
    pub kept: Duration,
    /// How many of its operation run at once.
    pub lanes: Lanes,
    /// Where it reports to.
    pub callback: Option<String>,
    /// What the provider keeps of it.
    pub memo: Value,
}

impl Desk {
    /// Submits a job of this call's operation.
    ///
    /// # Errors
    /// When as many run as may, and further ones do not wait.
    pub fn submit(&self, errand: Errand) -> Result<Job, NoPlace> {
        let none = JobRule::default();
        let rule = self.settings.jobs.get(self.operation).unwrap_or(&none);
        let lanes = Lanes {
            concurrent: rule.concurrent.or(errand.lanes.concurrent),
            ..errand.lanes
        };
        let duration = rule.duration.map_or(errand.duration, |span| span.0);
        let provider = self.operation.split('/').next().unwrap_or_default();
        let job = Job {
            id: errand.id,
            world: self.world.to_string(),
            provider: provider.to_owned(),
            operation: self.operation.to_owned(),
            key: self.key.to_string(),
            submitted: self.arrived,
            starts: self.arrived,
            due: self.arrived + duration,
            period: errand.period,
            early_reports: errand.early_reports,
            reports_close: errand.reports_close,
            kept: rule.kept.map_or(errand.kept, |span| span.0),
            fate: self.fate.clone(),
            ended: None,
            callback: errand.callback.map(Callback::to),
            memo: errand.memo,
        };
        self.jobs.submit(job, lanes, self.clock.clone())
    }
}
