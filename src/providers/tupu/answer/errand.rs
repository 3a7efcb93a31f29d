//! What is taken on and done later: submitted, reported, asked for, closed (`wire/tupu.md` §1.4, §3.4, §3.5, §3.7).

use super::super::{auth, codes, envelope};
use super::field;
use super::found::Found;
use crate::clock::Time;
use crate::exchange::{Call, Decision, Failure, InputFlaw, Reply, Stage};
use crate::forms::Form;
use crate::jobs::{End, Job, State};
use crate::providers::{Desk, Errand};
use crate::world::{Held, Lanes};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::time::Duration;

/// How long a result can be asked for (D1: 2 hours).
const KEPT: Duration = Duration::from_secs(2 * 3600);
/// How long a job takes where the world does not say (INFERRED; nothing is published).
const DURATION: Duration = Duration::from_secs(2);

/// Lanes of files and texts: further ones queue (D1).
const QUEUED: Lanes = Lanes {
    concurrent: Some(30),
    queues: true,
};
/// Lanes of streams: further ones are refused with code 17 (D1).
pub(super) const REFUSED: Lanes = Lanes {
    concurrent: Some(30),
    queues: false,
};

/// What is kept of a job.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Memo {
    /// Members every report begins with: the job's id, and what the client wants to hear again.
    pub echo: Map<String, Value>,
    /// What was found.
    pub result: Map<String, Value>,
    /// What of it is called back, where that is less.
    pub called_back: Option<Map<String, Value>>,
    /// What reports before the last one say, in their order.
    #[serde(default)]
    pub early: Vec<Map<String, Value>>,
    /// Whether each report says which slice of a stream it is about.
    pub is_sliced: bool,
}

/// A job to take on.
pub(super) struct Submission {
    /// What was found; its members are the job's result.
    pub found: Found,
    /// Members that reports begin with, beside the job's id.
    pub echo: Map<String, Value>,
    /// What is called back, where that is less than the result.
    pub called_back: Option<Map<String, Value>>,
    /// What reports before the last one say, in their order.
    pub early: Vec<Map<String, Value>>,
    /// Whether a stream reports once more when it is closed.
    pub reports_close: bool,
    /// Whether each report says which slice of a stream it is about.
    pub is_sliced: bool,
    /// The name of its id: `requestId`, `videoId`.
    pub id_name: &'static str,
    pub callback: Option<String>,
    /// A stream reports so far apart.
    pub period: Option<Duration>,
    pub lanes: Lanes,
}

/// Where a call wants to be called back, where that is possible at all.
pub(super) fn callback(form: &Form, name: &'static str, desk: &Desk) -> Result<Option<String>, Failure> {
    let url = form.lexeme(name).filter(|url| !url.is_empty());
    url.map(|url| checked(&url, desk)).transpose()
}

pub(super) fn checked(url: &str, desk: &Desk) -> Result<String, Failure> {
    let fits = desk.outbound.check(url);
    fits.map(|()| url.to_owned())
        .map_err(|_| Failure::Input(InputFlaw::Callback))
}

/// An id as the vendor draws them: 24 hexadecimal digits, or with hyphens of 32.
pub(super) fn fresh_id(nth: usize, has_hyphens: bool, desk: &Desk) -> String {
    let seed = format!("{}/{nth}", desk.request_id);
    let bits = xxhash_rust::xxh3::xxh3_128(seed.as_bytes());
    if has_hyphens {
        uuid::Builder::from_random_bytes(bits.to_be_bytes())
            .into_uuid()
            .to_string()
    } else {
        format!("{:024x}", bits >> 32)
    }
}

impl Submission {
    /// Of what was found: reported as it is, once, to nobody; further ones wait for their turn.
    pub(super) fn of(found: Found, id_name: &'static str) -> Self {
        Self {
            found,
            echo: Map::new(),
            called_back: None,
            early: Vec::new(),
            reports_close: false,
            is_sliced: false,
            id_name,
            callback: None,
            period: None,
            lanes: QUEUED,
        }
    }

    /// Takes the job on under this id. What was found comes back without the members, which the job keeps.
    pub(super) fn submit(self, id: String, desk: &Desk) -> Result<(Job, Found), Failure> {
        let (mut found, mut echo) = (self.found, self.echo);
        echo.insert(self.id_name.into(), json!(id));
        let memo = Memo {
            echo,
            result: std::mem::take(&mut found.members),
            called_back: self.called_back,
            early: self.early,
            is_sliced: self.is_sliced,
        };
        let errand = Errand {
            id,
            duration: self.period.unwrap_or(DURATION),
            period: self.period,
            early_reports: u32::try_from(memo.early.len()).expect("a report a frame, of 500 at most"),
            reports_close: self.reports_close,
            kept: KEPT,
            lanes: self.lanes,
            callback: self.callback,
            memo: serde_json::to_value(memo).expect("a memo can be written as JSON"),
        };
        let job = desk.submit(errand).map_err(|_| Failure::TooManyConcurrent)?;
        let when = format!("job {} starts {} and is due {}", job.id, job.starts, job.due);
        let note = Decision::choose(Stage::Answer, "job", when);
        found.notes.push(note.otherwise("jobs of the world's settings"));
        Ok((job, found))
    }

    /// Takes the job on, and says so.
    pub(super) fn reply(self, has_hyphens: bool, desk: &Desk) -> Result<Reply, Failure> {
        let id_name = self.id_name;
        let (job, mut found) = self.submit(fresh_id(0, has_hyphens, desk), desk)?;
        found.members.insert(id_name.into(), json!(job.id));
        Ok(found.reply(desk))
    }
}

/// A report of a job, sealed.
pub(in super::super) fn report(job: &Job, (nth, now): (u64, Time), key: Option<&str>) -> Vec<u8> {
    let memo: Memo = serde_json::from_value(job.memo.clone()).unwrap_or_default();
    let mut members = memo.echo;
    let early = usize::try_from(nth).ok().and_then(|nth| memo.early.get(nth));
    let bits = xxhash_rust::xxh3::xxh3_64_with_seed(job.id.as_bytes(), nth);
    let inner = if let Some(early) = early {
        members.extend(early.clone());
        codes::inner((0, "success"), members, (bits, now))
    } else if let State::Failed(why) = job.state(now) {
        codes::inner((101, &why), members, (bits, now))
    } else if job.is_farewell(nth) {
        // The word is INFERRED; only that an end is reported is known.
        members.insert("status".into(), json!("closed"));
        codes::inner((0, "success"), members, (bits, now))
    } else {
        let mut result = memo.called_back.unwrap_or(memo.result);
        if memo.is_sliced {
            slice(&mut result, (job, nth));
        }
        members.extend(result);
        codes::inner((0, "success"), members, (bits, now))
    };
    envelope::seal(&inner, key)
}

/// Which slice of a stream a report is about: the time since the one before.
fn slice(result: &mut Map<String, Value>, (job, nth): (&Job, u64)) {
    let period = job.period.unwrap_or_default();
    let start = job.starts + period.saturating_mul(u32::try_from(nth).unwrap_or(u32::MAX));
    let (from, to) = (start.local_text(), (start + period).local_text());
    for member in result.values_mut().filter_map(Value::as_object_mut) {
        for list in member.values_mut().filter_map(Value::as_array_mut) {
            for item in list.iter_mut().filter_map(Value::as_object_mut) {
                item.insert("sliceStartTime".into(), json!(from));
                item.insert("sliceEndTime".into(), json!(to));
            }
        }
    }
}

/// A job that a body names, of this world.
fn named(call: &Call, id_name: &'static str, unknown: &str, desk: &Desk) -> Result<Arc<Held>, Failure> {
    let form = auth::form(call)?;
    let id = form.lexeme(id_name).filter(|id| !id.is_empty());
    let id = id.ok_or(field(id_name))?;
    let found = desk.jobs.find(&desk.world, &id, desk.clock.now());
    found.ok_or_else(|| Failure::Catalogue(unknown.to_owned()))
}

/// What became of a job. How one that is under way is said is INFERRED: code 0, with `status` and without a result.
pub(in super::super) fn result(
    call: &Call,
    id_name: &'static str,
    unknown: &str,
    desk: &Desk,
) -> Result<Reply, Failure> {
    let held = named(call, id_name, unknown, desk)?;
    let job = held.job();
    let memo: Memo = serde_json::from_value(job.memo.clone()).unwrap_or_default();
    let mut members = memo.echo;
    let status = match job.state(desk.clock.now()) {
        State::Queued => "waiting",
        State::Running if job.period.is_some() => {
            members.extend(memo.result);
            "running"
        }
        State::Running => "running",
        State::Closed => "closed",
        State::Succeeded => {
            members.extend(memo.result);
            "finished"
        }
        State::Failed(_) => return Err(Failure::Catalogue("101".into())),
    };
    members.insert("status".into(), json!(status));
    Ok(codes::success(members, desk))
}

/// Closes a job. One that is over already stays as it is.
pub(in super::super) fn close(
    call: &Call,
    id_name: &'static str,
    unknown: &str,
    desk: &Desk,
) -> Result<Reply, Failure> {
    let held = named(call, id_name, unknown, desk)?;
    desk.jobs.end(&held, desk.clock.now(), End::Closed);
    let mut members = Map::new();
    members.insert(id_name.into(), json!(held.read(|job| job.id.clone())));
    Ok(codes::success(members, desk))
}

/// How many jobs of an operation run and wait (the names of the fields are INFERRED).
pub(in super::super) fn rate(operations: &[&str], most: u32, desk: &Desk) -> Reply {
    let now = desk.clock.now();
    let begun = operations.iter().flat_map(|operation| {
        desk.jobs
            .open(&desk.world, operation, now, |job| job.starts <= now)
    });
    let begun: Vec<bool> = begun.collect();
    let running = begun.iter().filter(|begun| **begun).count();
    let mut members = Map::new();
    members.insert("concurrency".into(), json!(running));
    let own = desk
        .settings
        .jobs
        .get(operations[0])
        .and_then(|rule| rule.concurrent);
    members.insert("maxConcurrency".into(), json!(own.unwrap_or(most)));
    members.insert("pending".into(), json!(begun.len() - running));
    codes::success(members, desk)
}
