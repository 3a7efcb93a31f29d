//! One call's stay: everything that must be settled when it ends, however it ends.

use super::Meter;
use crate::billing::PriceTier;
use crate::clock::{Stopwatch, Time};
use crate::exchange::{Call, Outcome, Reply, Trail};
use crate::ledger::Page;
use crate::providers::Operation;
use crate::world::{Record, Slot, World, WorldSettings};
use std::sync::Arc;
use std::time::Duration;

/// A call between its first and its last byte. Dropping it settles the call: charge, row, journal, counters.
pub struct Visit {
    /// The row being written.
    pub page: Page,
    /// The request.
    pub call: Call,
    /// Whose call it is.
    pub world: Arc<World>,
    /// What was decided so far.
    pub trail: Trail,
    /// The answer, once there is one.
    pub reply: Option<Reply>,
    /// Settings of the world when the call came.
    pub settings: Arc<WorldSettings>,
    /// The operation called, where the path is one.
    pub operation: Option<&'static Operation>,
    /// Its place among the calls at once.
    pub slot: Option<Slot>,
    /// Runs while we work.
    pub work: Work,
    meter: Arc<Meter>,
}

/// Our own time on a call: the stopwatch, and what was spent waiting for others.
pub struct Work {
    watch: Stopwatch,
    waited: Duration,
}

impl Work {
    /// Starts measuring.
    pub fn start() -> Self {
        Self {
            watch: Stopwatch::start(),
            waited: Duration::ZERO,
        }
    }

    /// Leaves out a span that was not our work.
    pub fn leave_out(&mut self, span: Duration) {
        self.waited += span;
    }

    fn own(&self) -> Duration {
        self.watch.elapsed().saturating_sub(self.waited)
    }
}

impl Visit {
    /// Begins a visit with its page open.
    pub fn begin(page: Page, world: Arc<World>, meter: Arc<Meter>, work: Work) -> Box<Self> {
        // Boxed: it moves through every stage of the road and into the body that is sent.
        Box::new(Self {
            page,
            call: Call::default(),
            settings: world.settings(),
            operation: None,
            world,
            trail: Trail::with_capacity(8),
            reply: None,
            slot: None,
            work,
            meter,
        })
    }

    /// Moves the call into another world, once its credential is known.
    pub fn settle_in(&mut self, world: Arc<World>, arrived: Time) {
        self.page.entry.world = world.name.clone();
        self.settings = world.settings();
        self.page.entry.arrived = arrived;
        self.page.entry.request_id = world.next_request_id();
        self.world = world;
    }

    /// The answer is on its way: its facts go into the row, which still says `abandoned` until it is sent.
    pub fn answer_with(&mut self, reply: Reply) {
        let entry = &mut self.page.entry;
        entry.status = Some(reply.status);
        entry.code.clone_from(&reply.code);
        entry.units = reply.units;
        self.trail.extend(reply.notes.iter().cloned());
        self.reply = Some(reply);
    }

    /// The whole answer was handed to the network.
    pub fn delivered(&mut self, bytes: u64) {
        self.page.entry.outcome = Outcome::Answered;
        self.page.entry.bytes_out = bytes;
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        let entry = &mut self.page.entry;
        if std::thread::panicking() {
            entry.outcome = Outcome::Broken;
        }
        if matches!(entry.outcome, Outcome::Broken | Outcome::Abandoned) && self.reply.is_none() {
            entry.status = None;
        }
        if entry.outcome == Outcome::Broken {
            entry.units = 0;
        }
        entry.ended = self.world.clock.now();
        entry.own_us = u64::try_from(self.work.own().as_micros()).unwrap_or(u64::MAX);
        if let Some(operation) = self.operation {
            let units = u64::from(entry.units);
            let tiers = prices(operation, &self.settings);
            let admission = &self.world.admission;
            entry.fee_fen = admission.charge(operation.full_name, entry.arrived, units, tiers);
        }
        drop(self.slot.take());
        self.meter.count(entry);
        let entry = self.page.close();
        let call = std::mem::take(&mut self.call);
        let trail = std::mem::take(&mut self.trail);
        self.world.journal.push(Record::new(
            entry,
            call,
            self.reply.take(),
            trail,
            self.settings.capture,
        ));
    }
}

/// Prices of an operation in a world: its own where it has some, else the published ones.
pub fn prices<'a>(operation: &Operation, settings: &'a WorldSettings) -> &'a [PriceTier] {
    let own = settings.prices.get(operation.full_name);
    own.map_or(operation.tiers, Vec::as_slice)
}
