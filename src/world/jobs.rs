//! Every job of every world, in memory and in the store.

use super::Event;
use super::events::Events;
use crate::clock::{Clock, Time};
use crate::exchange::{ContentDigest, RequestId};
use crate::jobs::{Job, JobCharge, JobEnd, Lane, RetryPolicy};
use crate::store::{JobRow, Store, StoreError, WriteBehind};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::{Notify, mpsc};

/// Jobs a server holds at most.
const MOST: usize = 100_000;

/// A job and what waits on it.
pub struct JobHandle {
    job: Mutex<Job>,
    /// The clock of its world.
    pub clock: Clock,
    /// Notified when it is ended or removed.
    pub changed: Notify,
    removed: AtomicBool,
}

impl JobHandle {
    fn new(job: Job, clock: Clock) -> Arc<Self> {
        Arc::new(Self {
            job: Mutex::new(job),
            clock,
            changed: Notify::new(),
            removed: AtomicBool::new(false),
        })
    }

    /// The job as it is now.
    pub fn job(&self) -> Job {
        self.lock().clone()
    }

    /// Reads a part of it.
    pub fn read<T>(&self, part: impl FnOnce(&Job) -> T) -> T {
        part(&self.lock())
    }

    /// Whether it was removed: nothing more is to be done for it.
    pub fn is_removed(&self) -> bool {
        self.removed.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, Job> {
        self.job.lock().expect("no panic while held")
    }
}

/// How many places a lane has, and what happens to a job that finds none free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConcurrencyLimit {
    /// Places; as many as are needed where absent.
    pub concurrent: Option<u32>,
    /// Further jobs wait for their turn, rather than being refused.
    pub queues: bool,
}

impl ConcurrencyLimit {
    /// So many places; further jobs wait for their turn.
    pub const fn queueing(places: u32) -> Self {
        Self {
            concurrent: Some(places),
            queues: true,
        }
    }

    /// So many places; further jobs are refused.
    pub const fn refusing(places: u32) -> Self {
        Self {
            concurrent: Some(places),
            queues: false,
        }
    }
}

/// Why a job is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JobSubmitError {
    /// Its lane has no free places for it, and further jobs do not wait, or it needs more places than the lane has.
    #[error("the lane has no free places for the job")]
    NoPlaces,
    /// The server holds as many jobs as it may.
    #[error("the server holds {MOST} jobs, and no more")]
    TooMany,
    /// There is a job of its id.
    #[error("there is a job of this id already")]
    DuplicateId,
}

/// Every job of every world.
pub struct Jobs {
    index: Mutex<JobIndex>,
    /// Jobs that no runner waits for yet: an advancing clock must not overtake them.
    unscheduled: AtomicUsize,
    scheduled: Notify,
    submitted: mpsc::UnboundedSender<Arc<JobHandle>>,
    submissions: Mutex<Option<mpsc::UnboundedReceiver<Arc<JobHandle>>>>,
    retries: RetryPolicy,
    events: Events,
    writer: WriteBehind<String, JobRow>,
}

#[derive(Default)]
struct JobIndex {
    by_id: HashMap<String, Arc<JobHandle>>,
    /// Ids by world, provider and the client's own id.
    by_client_id: HashMap<(String, String, String), String>,
    /// By world and lane.
    lanes: HashMap<(String, String), Lane>,
    swept: usize,
}

impl Jobs {
    /// Reads what the store has, and starts the thread that writes changes. `clock` gives a world's clock.
    ///
    /// # Errors
    /// When the store fails, or the system gives no thread.
    pub fn load(
        store: &Arc<dyn Store>,
        clock: impl Fn(&str) -> Option<Clock>,
        retries: RetryPolicy,
        events: Events,
    ) -> Result<Self, StoreError> {
        let rows = store.jobs()?;
        let (submitted, submissions) = mpsc::unbounded_channel();
        let own = store.clone();
        let jobs = Self {
            index: Mutex::default(),
            unscheduled: AtomicUsize::new(0),
            scheduled: Notify::new(),
            submitted,
            submissions: Mutex::new(Some(submissions)),
            retries,
            events,
            writer: WriteBehind::start("jobs", move |rows| own.save_jobs(rows))?,
        };
        for row in rows {
            let job = row.job.as_deref().map(serde_json::from_str::<Job>);
            if let (Some(Ok(mut job)), Some(clock)) = (job, clock(&row.world)) {
                settle_if_charged(&mut job, &**store)?;
                jobs.enter(jobs.index(), job, clock);
            }
        }
        Ok(jobs)
    }

    /// Takes a job. Where its lane has no free places, it starts when enough of them are free, or is refused.
    ///
    /// # Errors
    /// When there are no places for it, the server holds as many jobs as it may, or there is one of its id.
    pub fn submit(&self, mut job: Job, limit: ConcurrencyLimit, clock: Clock) -> Result<Job, JobSubmitError> {
        let mut index = self.index();
        self.sweep(&mut index);
        if index.by_id.contains_key(&job.id) {
            return Err(JobSubmitError::DuplicateId);
        }
        if index.by_id.len() >= MOST {
            return Err(JobSubmitError::TooMany);
        }
        let lane = index.lanes.entry(lane_of(&job)).or_default();
        lane.forget_ended(job.submitted);
        if let Some(most) = limit.concurrent {
            let start = lane
                .free_at(job.starts_at, job.weight, most)
                .ok_or(JobSubmitError::NoPlaces)?;
            let wait = start.since(job.starts_at);
            if !wait.is_zero() && !limit.queues {
                return Err(JobSubmitError::NoPlaces);
            }
            job.starts_at = start;
            job.due_at = job.due_at + wait;
        }
        self.save(&job);
        self.enter(index, job.clone(), clock);
        Ok(job)
    }

    fn enter(&self, mut index: MutexGuard<'_, JobIndex>, job: Job, clock: Clock) {
        index
            .lanes
            .entry(lane_of(&job))
            .or_default()
            .enter(job.lane_place());
        if let Some(client_id) = &job.client_id {
            let key = (job.world.clone(), job.provider.clone(), client_id.clone());
            index.by_client_id.insert(key, job.id.clone());
        }
        let id = job.id.clone();
        let handle = JobHandle::new(job, clock);
        index.by_id.insert(id, handle.clone());
        drop(index);
        self.unscheduled.fetch_add(1, Ordering::AcqRel);
        if self.submitted.send(handle).is_err() {
            self.mark_scheduled();
        }
    }

    /// The channel on which every submitted job comes, for the one who follows them; `None` when it was taken before.
    pub fn take_submissions(&self) -> Option<mpsc::UnboundedReceiver<Arc<JobHandle>>> {
        self.submissions.lock().expect("no panic while held").take()
    }

    /// A job that was submitted waits on its clock now.
    pub fn mark_scheduled(&self) {
        self.unscheduled.fetch_sub(1, Ordering::AcqRel);
        self.scheduled.notify_waiters();
    }

    /// Waits until every job that was submitted waits on its clock, so that advancing it does not overtake them.
    pub async fn wait_until_scheduled(&self) {
        loop {
            let scheduled = self.scheduled.notified();
            tokio::pin!(scheduled);
            scheduled.as_mut().enable();
            if self.unscheduled.load(Ordering::Acquire) == 0 {
                return;
            }
            scheduled.await;
        }
    }

    /// A job by the vendor's id; of any world.
    pub fn get(&self, id: &str) -> Option<Arc<JobHandle>> {
        self.index().by_id.get(id).cloned()
    }

    /// A job of a world by the vendor's id, while its result can be asked for.
    pub fn find(&self, world: &str, id: &str, now: Time) -> Option<Arc<JobHandle>> {
        let handle = self.get(id)?;
        let known =
            handle.read(|job| job.world == world && job.end().is_none_or(|end| end + job.retention > now));
        known.then_some(handle)
    }

    /// A job of a world by the client's own id, while its result can be asked for.
    pub fn find_by_client_id(
        &self,
        world: &str,
        provider: &str,
        client_id: &str,
        now: Time,
    ) -> Option<Arc<JobHandle>> {
        let key = (world.to_owned(), provider.to_owned(), client_id.to_owned());
        let id = self.index().by_client_id.get(&key).cloned()?;
        self.find(world, &id, now)
    }

    /// Every job, of one world or of all, in the order in which they were submitted.
    pub fn all(&self, world: Option<&str>) -> Vec<Job> {
        let handles: Vec<_> = self.index().by_id.values().cloned().collect();
        let mut all: Vec<Job> = handles.iter().map(|handle| handle.job()).collect();
        all.retain(|job| world.is_none_or(|name| job.world == name));
        all.sort_by(|a, b| (a.submitted, &a.id).cmp(&(b.submitted, &b.id)));
        all
    }

    /// A part of each job of an operation that is open in a world.
    pub fn open<T>(&self, world: &str, operation: &str, now: Time, part: impl Fn(&Job) -> T) -> Vec<T> {
        let handles: Vec<_> = self.index().by_id.values().cloned().collect();
        let parts = handles.iter().filter_map(|handle| {
            handle.read(|job| {
                let own = job.world == world && job.operation == operation && job.is_open(now);
                own.then(|| part(job))
            })
        });
        parts.collect()
    }

    /// Ends a job before its time; `false` where it has ended already.
    pub fn end(&self, handle: &JobHandle, at: Time, end: JobEnd) -> bool {
        let mut job = handle.lock();
        if !job.is_open(at) {
            return false;
        }
        let before = job.lane_place();
        job.ended = Some((at, end));
        self.save(&job);
        let lane = lane_of(&job);
        drop(job);
        if let Some(lane) = self.index().lanes.get_mut(&lane) {
            lane.leave(&before);
        }
        handle.changed.notify_one();
        true
    }

    /// Enters the outcome of an attempt to send a callback: the status of its answer, or why there is none.
    pub fn record_attempt(&self, handle: &JobHandle, outcome: Result<u16, String>, now: Time) {
        let mut job = handle.lock();
        let copies = job.copies();
        if let Some(callback) = &mut job.callback {
            callback.record_attempt(outcome, now, self.retries, copies);
        }
        if !handle.is_removed() {
            self.save(&job);
        }
    }

    /// Enters that the end of a job was charged.
    pub fn settle_charge(&self, handle: &JobHandle) {
        let mut job = handle.lock();
        if let Some(charge) = &mut job.charge {
            charge.is_settled = true;
        }
        if !handle.is_removed() {
            self.save(&job);
        }
    }

    /// Forgets the jobs of one world, or of all.
    pub fn erase(&self, world: Option<&str>) {
        let mut index = self.index();
        let is_kept = |own: &str| world.is_some_and(|name| own != name);
        let mut gone = Vec::new();
        index.by_id.retain(|_, handle| {
            let stays = handle.read(|job| is_kept(&job.world));
            if !stays {
                gone.push(handle.clone());
            }
            stays
        });
        index.lanes.retain(|(own, _), _| is_kept(own));
        index.by_client_id.retain(|(own, ..), _| is_kept(own));
        drop(index);
        for handle in gone {
            self.remove_row(&handle);
        }
    }

    /// Writes what is still to be written, and ends the thread.
    pub fn close(&self) {
        self.writer.close();
    }

    /// Now and then, forgets what nobody can ask for any more.
    fn sweep(&self, index: &mut JobIndex) {
        index.swept += 1;
        if index.swept * 4 < index.by_id.len() && index.swept < 1024 {
            return;
        }
        index.swept = 0;
        index.by_id.retain(|_, handle| {
            let now = handle.clock.now();
            let stays = handle.read(|job| !job.is_over(now));
            if !stays {
                self.remove_row(handle);
            }
            stays
        });
        let JobIndex {
            by_id, by_client_id, ..
        } = index;
        by_client_id.retain(|_, id| by_id.contains_key(id));
    }

    fn save(&self, job: &Job) {
        let row = serde_json::to_string(job).expect("a job can be written as JSON");
        self.write(job, Some(row));
    }

    fn remove_row(&self, handle: &JobHandle) {
        handle.removed.store(true, Ordering::Relaxed);
        handle.changed.notify_one();
        self.write(&handle.lock(), None);
    }

    fn write(&self, job: &Job, row: Option<String>) {
        self.events.publish(|| Event::Job {
            world: job.world.clone(),
            id: job.id.clone(),
            is_removed: row.is_none(),
        });
        let row = JobRow {
            id: job.id.clone(),
            world: job.world.clone(),
            job: row,
        };
        self.writer.write(row.id.clone(), row);
    }

    fn index(&self) -> MutexGuard<'_, JobIndex> {
        self.index.lock().expect("no panic while held")
    }
}

fn lane_of(job: &Job) -> (String, String) {
    (job.world.clone(), job.lane.clone())
}

/// The id of the ledger's row that charges the end of a job.
pub fn charge_id(job: &Job) -> RequestId {
    let text = format!("charge/{}/{}/{}", job.world, job.provider, job.id);
    RequestId::from_bits(ContentDigest::of(text.as_bytes()).short())
}

/// A server that was killed may have written the charge, and not that the job was charged.
fn settle_if_charged(job: &mut Job, store: &dyn Store) -> Result<(), StoreError> {
    if job.open_charge().is_some() && store.has_deferred_charge(charge_id(job))? {
        job.charge = job.charge.take().map(|charge| JobCharge {
            is_settled: true,
            ..charge
        });
    }
    Ok(())
}
