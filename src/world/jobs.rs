//! Every job of every world, in memory and in the store.

use crate::clock::{Clock, Time, blocking_sleep};
use crate::jobs::{Job, JobEnd, RetryPolicy};
use crate::store::{JobRow, Store, StoreError};
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::{Notify, mpsc};

/// Jobs a server holds at most.
const MOST: usize = 100_000;

/// How long changes are gathered before they are written: what a kill -9 can cost.
const GATHERED: Duration = Duration::from_millis(20);

/// A job and what waits on it.
pub struct JobHandle {
    job: Mutex<Job>,
    /// The clock of its world.
    pub clock: Clock,
    /// Rung when it is ended or removed.
    pub changed: Notify,
    removed: AtomicBool,
}

impl JobHandle {
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

/// How many jobs of an operation run at once, and what becomes of further ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConcurrencyLimit {
    /// So many at once; as many as come where absent.
    pub concurrent: Option<u32>,
    /// Further ones wait for their turn, rather than being refused.
    pub queues: bool,
}

/// No further job is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobsFullError;

/// Every job of every world.
pub struct Jobs {
    books: Mutex<Books>,
    /// Jobs that no runner has looked at yet: an advancing clock must not overtake them.
    unscheduled: AtomicUsize,
    scheduled: Notify,
    submitted: mpsc::UnboundedSender<Arc<JobHandle>>,
    arrivals: Mutex<Option<mpsc::UnboundedReceiver<Arc<JobHandle>>>>,
    retries: RetryPolicy,
    keeper: Arc<Keeper>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Default)]
struct Books {
    by_id: HashMap<String, Arc<JobHandle>>,
    /// By world and operation, the ends of the jobs that are open, in order.
    lanes: HashMap<(String, String), VecDeque<Time>>,
    swept: usize,
}

/// A job that never ends by itself stands at the end of its lane.
const NEVER: Time = Time::from_micros(i64::MAX);

impl Jobs {
    /// Reads what the store has, and starts the thread that writes changes. `clock` gives a world's clock.
    ///
    /// # Errors
    /// When the store fails, or the system gives no thread.
    pub fn load(
        store: Arc<dyn Store>,
        clock: impl Fn(&str) -> Option<Clock>,
        retries: RetryPolicy,
    ) -> Result<Self, StoreError> {
        let rows = store.jobs()?;
        let (submitted, arrivals) = mpsc::unbounded_channel();
        let keeper = Arc::new(Keeper {
            store,
            changes: Mutex::default(),
            woken: Condvar::new(),
        });
        let thread = std::thread::Builder::new().name("jobs".into());
        let own = keeper.clone();
        let thread = thread
            .spawn(move || own.keep())
            .map_err(|why| StoreError::Unusable {
                url: "the jobs' thread".into(),
                why: why.to_string(),
            })?;
        let jobs = Self {
            books: Mutex::default(),
            unscheduled: AtomicUsize::new(0),
            scheduled: Notify::new(),
            submitted,
            arrivals: Mutex::new(Some(arrivals)),
            retries,
            keeper,
            thread: Mutex::new(Some(thread)),
        };
        for row in rows {
            let job = row.job.as_deref().map(serde_json::from_str::<Job>);
            if let (Some(Ok(job)), Some(clock)) = (job, clock(&row.world)) {
                jobs.enter(jobs.books(), job, clock);
            }
        }
        Ok(jobs)
    }

    /// Takes a job. Where as many run as may, it starts when the next place is free, or is refused.
    ///
    /// # Errors
    /// When there is no place for it.
    pub fn submit(&self, mut job: Job, lanes: ConcurrencyLimit, clock: Clock) -> Result<Job, JobsFullError> {
        let mut books = self.books();
        books.sweep(&self.keeper);
        if books.by_id.len() >= MOST || books.by_id.contains_key(&job.id) {
            return Err(JobsFullError);
        }
        let lane = books.lanes.entry(lane_of(&job)).or_default();
        while lane.front().is_some_and(|end| *end <= job.submitted) {
            lane.pop_front();
        }
        let most = lanes.concurrent.map_or(usize::MAX, |most| most as usize);
        if lane.len() >= most {
            let free = most.checked_sub(1).map(|_| lane[lane.len() - most]);
            let free = free
                .filter(|at| lanes.queues && *at != NEVER)
                .ok_or(JobsFullError)?;
            let wait = free.since(job.starts_at);
            job.starts_at = job.starts_at + wait;
            job.due_at = job.due_at + wait;
        }
        self.keeper.change(&job);
        self.enter(books, job.clone(), clock);
        Ok(job)
    }

    fn enter(&self, mut books: MutexGuard<'_, Books>, job: Job, clock: Clock) {
        let end = job.end().unwrap_or(NEVER);
        let lane = books.lanes.entry(lane_of(&job)).or_default();
        lane.insert(lane.partition_point(|other| *other <= end), end);
        let id = job.id.clone();
        let held = Arc::new(JobHandle {
            job: Mutex::new(job),
            clock,
            changed: Notify::new(),
            removed: AtomicBool::new(false),
        });
        books.by_id.insert(id, held.clone());
        drop(books);
        self.unscheduled.fetch_add(1, Ordering::AcqRel);
        if self.submitted.send(held).is_err() {
            self.mark_scheduled();
        }
    }

    /// What is submitted, for the one who sends callbacks; to be taken once.
    pub fn arrivals(&self) -> Option<mpsc::UnboundedReceiver<Arc<JobHandle>>> {
        self.arrivals.lock().expect("no panic while held").take()
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

    /// A job by its name; of any world.
    pub fn get(&self, id: &str) -> Option<Arc<JobHandle>> {
        self.books().by_id.get(id).cloned()
    }

    /// A job of a world whose result can still be asked for.
    pub fn find(&self, world: &str, id: &str, now: Time) -> Option<Arc<JobHandle>> {
        let held = self.get(id)?;
        let known =
            held.read(|job| job.world == world && job.end().is_none_or(|end| end + job.retention > now));
        known.then_some(held)
    }

    /// Every job, of one world or of all, in the order in which they were submitted.
    pub fn all(&self, world: Option<&str>) -> Vec<Job> {
        let held: Vec<_> = self.books().by_id.values().cloned().collect();
        let mut all: Vec<Job> = held.iter().map(|held| held.job()).collect();
        all.retain(|job| world.is_none_or(|name| job.world == name));
        all.sort_by(|a, b| (a.submitted, &a.id).cmp(&(b.submitted, &b.id)));
        all
    }

    /// A part of each job of an operation that is open in a world.
    pub fn open<T>(&self, world: &str, operation: &str, now: Time, part: impl Fn(&Job) -> T) -> Vec<T> {
        let held: Vec<_> = self.books().by_id.values().cloned().collect();
        let parts = held.iter().filter_map(|held| {
            held.read(|job| {
                let own = job.world == world && job.operation == operation && job.is_open(now);
                own.then(|| part(job))
            })
        });
        parts.collect()
    }

    /// Ends a job before its time; `false` where it has ended already.
    pub fn end(&self, held: &JobHandle, at: Time, end: JobEnd) -> bool {
        let mut job = held.lock();
        if !job.is_open(at) {
            return false;
        }
        let before = job.end().unwrap_or(NEVER);
        job.ended = Some((at, end));
        self.keeper.change(&job);
        let lane = lane_of(&job);
        drop(job);
        if let Some(lane) = self.books().lanes.get_mut(&lane)
            && let Ok(place) = lane.binary_search(&before)
        {
            lane.remove(place);
        }
        held.changed.notify_one();
        true
    }

    /// Enters what became of a try of a callback.
    pub fn record_attempt(&self, held: &JobHandle, outcome: Result<u16, String>, now: Time) {
        let mut job = held.lock();
        let copies = job.copies();
        if let Some(callback) = &mut job.callback {
            callback.record_attempt(outcome, (now, self.retries), copies);
        }
        if !held.is_removed() {
            self.keeper.change(&job);
        }
    }

    /// Forgets the jobs of one world, or of all.
    pub fn erase(&self, world: Option<&str>) {
        let mut books = self.books();
        let mut gone = Vec::new();
        books.by_id.retain(|_, held| {
            let stays = world.is_some_and(|name| held.read(|job| job.world != name));
            if !stays {
                gone.push(held.clone());
            }
            stays
        });
        books
            .lanes
            .retain(|(own, _), _| world.is_some_and(|name| own != name));
        drop(books);
        for held in gone {
            self.keeper.remove(&held);
        }
    }

    /// Writes what is still to be written, and ends the thread.
    pub fn close(&self) {
        self.keeper.changes().closed = true;
        self.keeper.woken.notify_all();
        if let Some(thread) = self.thread.lock().expect("no panic while held").take() {
            drop(thread.join());
        }
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().expect("no panic while held")
    }
}

impl Drop for Jobs {
    fn drop(&mut self) {
        self.close();
    }
}

fn lane_of(job: &Job) -> (String, String) {
    (job.world.clone(), job.operation.clone())
}

impl Books {
    /// Now and then, forgets what nobody can ask for any more.
    fn sweep(&mut self, keeper: &Keeper) {
        self.swept += 1;
        if self.swept * 4 < self.by_id.len() && self.swept < 1024 {
            return;
        }
        self.swept = 0;
        self.by_id.retain(|_, held| {
            let now = held.clock.now();
            let stays = held.read(|job| !job.is_over(now));
            if !stays {
                keeper.remove(held);
            }
            stays
        });
    }
}

/// Writes changes behind the calls.
struct Keeper {
    store: Arc<dyn Store>,
    changes: Mutex<Changes>,
    woken: Condvar,
}

#[derive(Default)]
struct Changes {
    rows: HashMap<String, JobRow>,
    closed: bool,
}

impl Keeper {
    fn changes(&self) -> MutexGuard<'_, Changes> {
        self.changes.lock().expect("no panic while held")
    }

    fn change(&self, job: &Job) {
        let row = serde_json::to_string(job).expect("a job can be written as JSON");
        self.enter(job, Some(row));
    }

    fn remove(&self, held: &JobHandle) {
        held.removed.store(true, Ordering::Relaxed);
        held.changed.notify_one();
        self.enter(&held.lock(), None);
    }

    fn enter(&self, job: &Job, row: Option<String>) {
        let (id, world) = (job.id.clone(), job.world.clone());
        let row = JobRow { id, world, job: row };
        self.changes().rows.insert(row.id.clone(), row);
        self.woken.notify_one();
    }

    fn keep(&self) {
        loop {
            let mut changes = self.changes();
            while changes.rows.is_empty() {
                if changes.closed {
                    return;
                }
                changes = self.woken.wait(changes).expect("no panic while held");
            }
            drop(changes);
            blocking_sleep(GATHERED);
            let rows: Vec<JobRow> = std::mem::take(&mut self.changes().rows).into_values().collect();
            if let Err(why) = self.store.save_jobs(&rows) {
                tracing::error!(%why, jobs = rows.len(), "jobs are not written; they are tried again");
                let mut changes = self.changes();
                if changes.closed {
                    return;
                }
                for row in rows {
                    changes.rows.entry(row.id.clone()).or_insert(row);
                }
            }
        }
    }
}
