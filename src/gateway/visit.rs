//! One call's stay: everything that must be settled when it ends, however it ends.

use super::Meter;
use super::ending::Ending;
use crate::billing::PriceTier;
use crate::clock::{Stopwatch, Time, Turn};
use crate::exchange::{Attribution, Call, Outcome, Paid, Party, Reply, Trail};
use crate::jobs::Fate;
use crate::ledger::Page;
use crate::providers::{Lie, Operation};
use crate::world::faults::Strike;
use crate::world::{Charge, Record, Slot, World, WorldSettings};
use std::cell::OnceCell;
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
    /// The limit of ours that refused it.
    pub limit: Option<&'static str>,
    /// How it ends on the wire.
    pub ending: Ending,
    /// What faults make of it.
    pub plan: Plan,
    meter: Arc<Meter>,
    public_headers: bool,
}

/// What faults make of a call.
#[derive(Default)]
pub struct Plan {
    /// The faults that struck it, in their order; they hold it until it is over.
    pub strikes: Vec<Strike>,
    /// The fault whose effect ended it.
    pub ended_by: Option<Arc<str>>,
    /// Virtual time to wait before it goes on.
    pub delay: Duration,
    /// How far the provider's clock is off, in microseconds.
    pub skew: i64,
    /// The value that shapes the damage to result pictures, where there is any.
    pub damage: Option<u64>,
    /// The verdict to lie with.
    pub lie: Option<Arc<Lie>>,
    /// What becomes of a job that it submits.
    pub fate: Fate,
    /// How long a refusal says to wait.
    pub retry_after: Option<Duration>,
    /// What makes its input the same as another's; found when it is first asked for.
    pub fingerprint: OnceCell<u128>,
    /// Lets an advancing clock go on once the call is settled.
    pub turn: Turn,
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
    pub fn begin(page: Page, world: Arc<World>, (meter, public_headers): (Arc<Meter>, bool)) -> Box<Self> {
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
            work: Work::start(),
            limit: None,
            ending: Ending::Whole,
            plan: Plan::default(),
            meter,
            public_headers,
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

    /// Faults struck it: they hold it from now on, and the row names the one that decided.
    pub fn struck_by(&mut self, strikes: Vec<Strike>) {
        for strike in &strikes {
            self.meter.struck(strike.effect().kind());
            let decides = strike.armed.fault.is_terminal();
            if decides {
                self.plan.ended_by = Some(strike.armed.fault.id.clone());
            }
            if decides || self.page.entry.attribution.is_none() {
                self.page.entry.attribution = Some(Box::new(strike.attribution(self.page.entry.arrived)));
            }
        }
        self.plan.strikes.extend(strikes);
    }

    /// Waits until a fault that holds the call is switched off.
    pub async fn let_go(&self) {
        let all = self
            .plan
            .strikes
            .iter()
            .map(|strike| Box::pin(strike.armed.stopped()));
        let all: Vec<_> = all.collect();
        if all.is_empty() {
            return std::future::pending().await;
        }
        futures_util::future::select_all(all).await;
    }

    /// Whether a fault that holds the call is switched off.
    pub fn is_let_go(&self) -> bool {
        self.plan.strikes.iter().any(|strike| strike.armed.is_stopped())
    }

    /// The answer is on its way: its facts go into the row, which still says `abandoned` until it is sent.
    pub fn answer_with(&mut self, reply: Reply) {
        let entry = &mut self.page.entry;
        entry.made = Some(reply.status);
        entry.code.clone_from(&reply.code);
        entry.units = reply.units;
        if let (Some(cause), None) = (reply.out_of_spec, &entry.attribution) {
            entry.attribution = Some(Box::new(Attribution {
                party: Party::Client,
                cause: Some(cause.to_owned()),
                begun: entry.arrived,
                ..Attribution::default()
            }));
        }
        self.trail.extend(reply.notes.iter().cloned());
        self.reply = Some(reply);
    }

    /// The head of the answer was handed to the network.
    pub fn begun(&mut self) {
        self.page.entry.status = self.page.entry.made;
    }

    /// The whole answer was handed to the network.
    pub fn delivered(&mut self, bytes: u64) {
        self.begun();
        self.page.entry.outcome = Outcome::Answered;
        self.page.entry.bytes_out = bytes;
    }

    /// Header fields of ours and of the clock, as a reply carries them.
    pub fn own_headers(&self) -> Vec<(&'static str, String)> {
        // The vendor's clock, as far as a client can see it, is the world's.
        let shown = self.world.clock.now().shifted(self.plan.skew);
        let mut fields = Vec::with_capacity(3);
        fields.push(("date", shown.http_date()));
        if self.public_headers {
            fields.push(("x-understudy-request-id", self.page.entry.request_id.to_string()));
            let faults = self
                .plan
                .strikes
                .iter()
                .map(|strike| format!("fault:{}", strike.id()));
            let causes: Vec<String> = faults
                .chain(self.limit.map(|name| format!("limit:{name}")))
                .collect();
            if !causes.is_empty() {
                fields.push(("x-understudy-cause", causes.join(", ")));
            }
        }
        fields
    }
}

/// Waits out the delays so far.
pub async fn wait_out(visit: &mut Visit) {
    let delay = std::mem::take(&mut visit.plan.delay);
    if !delay.is_zero() {
        wait(visit, Some(delay)).await;
    }
}

/// Waits, in the world's time, until the span is over, a fault that holds the call is, or the client leaves
/// (then this is dropped).
pub async fn wait(visit: &mut Visit, span: Option<Duration>) {
    let (pause, begun) = (Stopwatch::start(), visit.world.clock.now());
    let held = std::mem::take(&mut visit.plan.turn);
    let over = async {
        if let Some(span) = span {
            return visit.world.clock.sleep_after(held, span).await;
        }
        drop(held);
        std::future::pending().await
    };
    let turn = tokio::select! {
        turn = over => turn,
        () = visit.let_go() => Turn::default(),
    };
    visit.plan.turn = turn;
    visit.work.leave_out(pause.elapsed());
    let gone = visit.world.clock.now().since(begun);
    let gone = span.map_or(gone, |span| gone.min(span));
    visit.page.entry.injected_us += u64::try_from(gone.as_micros()).unwrap_or(u64::MAX);
}

impl Drop for Visit {
    fn drop(&mut self) {
        let entry = &mut self.page.entry;
        if std::thread::panicking() {
            entry.outcome = Outcome::Broken;
        }
        if entry.outcome == Outcome::Broken {
            entry.attribution = None;
        }
        entry.ended = self.world.clock.now();
        let deadline = self.settings.response_deadline();
        if entry.ended.since(entry.arrived) > deadline {
            entry.outcome = entry.outcome.past_deadline();
        }
        if !entry.outcome.is_charged() {
            entry.units = 0;
        }
        entry.own_us = u64::try_from(self.work.own().as_micros()).unwrap_or(u64::MAX);
        let slot = self.slot.take();
        if let Some(operation) = self.operation {
            let charge = Charge {
                operation: operation.full_name,
                tiers: prices(operation, &self.settings),
                at: entry.arrived,
                units: u64::from(entry.units),
            };
            let payment = self.world.admission.settle(slot, &charge, &self.settings);
            entry.fee_fen = payment.fee_fen;
            entry.paid = Paid {
                pack_units: u32::try_from(payment.pack_units).unwrap_or(u32::MAX),
                coupon_fen: payment.coupon_fen,
                granted_fen: payment.granted_fen,
                owed_fen: payment.owed_fen,
                drawn: payment.drawn,
            };
        }
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
