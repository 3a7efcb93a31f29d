//! What is due on the clocks of one family (the server's and its worlds'), in the order of its time.
//!
//! A thread of its own rings whoever is due: it waits to the tens of microseconds, where the timers of an
//! async runtime wait to the millisecond, and it rings in order. While a clock is advanced, [`TimerQueue::next`]
//! hands out what is due instead, instant by instant.

use super::{Clock, Time, TimeMapping, real_now};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Held by whoever was woken while a clock is advanced, for as long as it works at that instant: the clock
/// goes on when it is dropped. Empty where time goes by itself.
#[derive(Debug, Default)]
#[must_use = "dropping it lets an advancing clock go on"]
pub struct AdvanceGuard(#[expect(dead_code, reason = "its drop is what counts")] Option<mpsc::Sender<()>>);

/// Why a sleeper is woken.
pub(super) enum Wakeup {
    /// Its time has come.
    Due(AdvanceGuard),
    /// Its clock follows another one now: it must enter again.
    Moved,
}

struct Sleeper {
    /// The clock it sleeps on, which may follow the one whose book it stands in.
    owner: u64,
    bell: oneshot::Sender<Wakeup>,
}

/// The sleepers of one clock that has a face of its own.
struct Book {
    mapping: TimeMapping,
    sleepers: BTreeMap<(Time, u64), Sleeper>,
    /// The clock is being advanced: nothing rings by itself.
    held: bool,
}

#[derive(Default)]
struct Books {
    by_clock: HashMap<u64, Book>,
    next: u64,
    running: bool,
    stopped: bool,
}

/// What is due on the clocks of one family.
pub(super) struct TimerQueue {
    /// Held for an entry, a ring, or a change of a face.
    books: Mutex<Books>,
    changed: Condvar,
}

/// Where a sleeper stands; leaving it takes the entry out.
pub(super) struct TimerSlot {
    timers: Arc<TimerQueue>,
    clock: u64,
    key: (Time, u64),
}

impl Drop for TimerSlot {
    fn drop(&mut self) {
        if let Some(book) = self.timers.books().by_clock.get_mut(&self.clock) {
            book.sleepers.remove(&self.key);
        }
    }
}

/// Ends the thread of an agenda when the last clock of its family is gone.
pub(super) struct TimerThread(pub(super) Arc<TimerQueue>);

impl Drop for TimerThread {
    fn drop(&mut self) {
        self.0.books().stopped = true;
        self.0.changed.notify_all();
    }
}

impl TimerQueue {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            books: Mutex::default(),
            changed: Condvar::new(),
        })
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().expect("no panic while held")
    }

    /// Enters a sleeper into the book of the clock whose face its own clock shows.
    pub(super) fn enter(self: &Arc<Self>, own: &Clock, due: Time) -> (TimerSlot, oneshot::Receiver<Wakeup>) {
        let (bell, ring) = oneshot::channel();
        let mut books = self.books();
        // Read under the lock: a change of face is stored first and told to the agenda after.
        let (clock, owner) = (own.source(), own.inner.id);
        books.next += 1;
        let key = (due, books.next);
        let book = books.by_clock.entry(clock).or_insert_with(|| Book {
            mapping: own.mapping(),
            sleepers: BTreeMap::new(),
            held: false,
        });
        let first = book
            .sleepers
            .first_key_value()
            .is_none_or(|(earliest, _)| key < *earliest);
        book.sleepers.insert(key, Sleeper { owner, bell });
        if !books.running {
            books.running = true;
            let timers = self.clone();
            let thread = std::thread::Builder::new().name("clock".into());
            thread
                .spawn(move || timers.keep())
                .expect("the system gives a thread");
        } else if first {
            self.changed.notify_all();
        }
        drop(books);
        let place = TimerSlot {
            timers: self.clone(),
            clock,
            key,
        };
        (place, ring)
    }

    /// A clock has another face.
    pub(super) fn turn(&self, clock: u64, mapping: TimeMapping) {
        if let Some(book) = self.books().by_clock.get_mut(&clock) {
            book.mapping = mapping;
        }
        self.changed.notify_all();
    }

    /// A clock follows another one from now on, or no longer: its sleepers must enter again.
    pub(super) fn moved(&self, owner: u64) {
        for book in self.books().by_clock.values_mut() {
            let gone = book.sleepers.extract_if(.., |_, sleeper| sleeper.owner == owner);
            for (_, sleeper) in gone {
                drop(sleeper.bell.send(Wakeup::Moved));
            }
        }
    }

    /// Stops a clock's sleepers from being rung by themselves, or lets them again.
    pub(super) fn hold(&self, clock: u64, mapping: TimeMapping, held: bool) {
        let mut books = self.books();
        let book = books.by_clock.entry(clock).or_insert_with(|| Book {
            mapping,
            sleepers: BTreeMap::new(),
            held,
        });
        book.mapping = mapping;
        book.held = held;
        drop(books);
        self.changed.notify_all();
    }

    /// The earliest instant up to `until` at which somebody is due on a clock.
    pub(super) fn next(&self, clock: u64, until: Time) -> Option<Time> {
        let books = self.books();
        let ((due, _), _) = books.by_clock.get(&clock)?.sleepers.first_key_value()?;
        (*due <= until).then_some(*due)
    }

    /// Rings whoever is due on a clock by `at`, in order. The channel closes when all are done.
    pub(super) fn ring(&self, clock: u64, at: Time) -> mpsc::Receiver<()> {
        let (turn, done) = mpsc::channel(1);
        if let Some(book) = self.books().by_clock.get_mut(&clock) {
            while let Some(entry) = book.sleepers.first_entry().filter(|entry| entry.key().0 <= at) {
                let ring = Wakeup::Due(AdvanceGuard(Some(turn.clone())));
                drop(entry.remove().bell.send(ring));
            }
        }
        done
    }

    /// How many sleep on a clock, whether it is being advanced, and when the next is due.
    pub(super) fn state(&self, clock: u64) -> (usize, bool, Option<Time>) {
        self.books()
            .by_clock
            .get(&clock)
            .map_or((0, false, None), |book| {
                let next = book.sleepers.first_key_value().map(|((due, _), _)| *due);
                (book.sleepers.len(), book.held, next)
            })
    }

    /// The thread: rings whoever is due, waits for the next.
    fn keep(&self) {
        let mut books = self.books();
        while !books.stopped {
            let now = real_now();
            let mut wait: Option<Duration> = None;
            for book in books.by_clock.values_mut() {
                if let Some(until_next) = book.ring_due(now) {
                    wait = Some(wait.map_or(until_next, |wait| wait.min(until_next)));
                }
            }
            books
                .by_clock
                .retain(|_, book| book.held || !book.sleepers.is_empty());
            books = match wait {
                Some(wait) => {
                    let woken = self.changed.wait_timeout(books, wait);
                    woken.expect("no panic while held").0
                }
                None => self.changed.wait(books).expect("no panic while held"),
            };
        }
    }
}

impl Book {
    /// Rings whoever is due, in order. Gives the real time until the next is, where time goes.
    fn ring_due(&mut self, real: Time) -> Option<Duration> {
        if self.held {
            return None;
        }
        while let Some(entry) = self.sleepers.first_entry() {
            let wait = self.mapping.real_wait(entry.key().0, real);
            if wait != Some(Duration::ZERO) {
                return wait;
            }
            drop(entry.remove().bell.send(Wakeup::Due(AdvanceGuard::default())));
        }
        None
    }
}
