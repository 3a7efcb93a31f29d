//! State of one call while it is being served.

use super::ending::Ending;
use super::{Metrics, Route};
use crate::billing::{Payment, PriceTier};
use crate::clock::{AdvanceGuard, Stopwatch, Time};
use crate::exchange::{Attribution, Call, DecisionLog, Outcome, Party, PaymentSplit, Reply};
use crate::jobs::JobFaults;
use crate::ledger::PendingEntry;
use crate::providers::{Operation, WrongVerdict};
use crate::world::faults::Injection;
use crate::world::{
    AdmissionPermit, BillableUsage, Event, Events, JournalEntry, ResultFiles, World, WorldSettings,
};
use std::borrow::Cow;
use std::cell::OnceCell;
use std::sync::Arc;
use std::time::Duration;

/// State of one call while it is being served. Dropping it (also on disconnect or panic) charges the call, closes its
/// ledger row, and records it in journal and metrics.
pub struct InFlightCall {
    /// The row being written.
    pub pending: PendingEntry,
    /// The request.
    pub call: Arc<Call>,
    /// Whose call it is.
    pub world: Arc<World>,
    /// What was decided so far.
    pub decisions: DecisionLog,
    /// The answer, once there is one.
    pub reply: Option<Reply>,
    /// Settings of the world when the call came.
    pub settings: Arc<WorldSettings>,
    /// The operation called, where the path is one.
    pub operation: Option<&'static Operation>,
    /// Its admission: rate, concurrency and money held for it.
    pub permit: Option<AdmissionPermit>,
    /// Our own time on it.
    pub own_time: OwnTime,
    /// The limit of ours that refused it.
    pub limit: Option<&'static str>,
    /// How it ends on the wire.
    pub ending: Ending,
    /// What faults decided for it.
    pub plan: FaultPlan,
    observers: Observers,
}

/// Who is told of a call, and what the client is told.
pub struct Observers {
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// What happens, as it happens.
    pub events: Events,
    /// The files that the call may have laid out.
    pub files: Arc<ResultFiles>,
    /// Add `x-understudy-*` headers to the reply.
    pub public_headers: bool,
}

/// What faults decided for a call.
#[derive(Default)]
pub struct FaultPlan {
    /// The injections, in their order; their faults hold the call until it is over.
    pub injections: Vec<Injection>,
    /// The fault whose effect ended it.
    pub ended_by: Option<Arc<str>>,
    /// Virtual time to wait before it goes on.
    pub delay: Duration,
    /// How far the provider's clock is off, in microseconds.
    pub skew: i64,
    /// The value that shapes the damage to result pictures, where there is any.
    pub damage: Option<u64>,
    /// The verdict to give in place of the true one.
    pub wrong_verdict: Option<Arc<WrongVerdict>>,
    /// What faults make of a job that the call submits.
    pub job_faults: JobFaults,
    /// How long a refusal says to wait.
    pub retry_after: Option<Duration>,
    /// The fingerprint of its input, computed when it is first asked for.
    pub fingerprint: OnceCell<u128>,
    /// Keeps an advancing clock from going on until the call is settled.
    pub advance_guard: AdvanceGuard,
}

/// Our own time on a call: the stopwatch, and what was spent waiting for others.
pub struct OwnTime {
    watch: Stopwatch,
    waited: Duration,
}

impl OwnTime {
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

impl InFlightCall {
    /// Begins a call whose row is open.
    pub fn begin(pending: PendingEntry, world: Arc<World>, observers: Observers) -> Box<Self> {
        // Boxed: it moves through every stage of the pipeline and into the body that is sent.
        Box::new(Self {
            pending,
            call: Arc::default(),
            settings: world.settings(),
            operation: None,
            world,
            decisions: DecisionLog::with_capacity(8),
            reply: None,
            permit: None,
            own_time: OwnTime::start(),
            limit: None,
            ending: Ending::Whole,
            plan: FaultPlan::default(),
            observers,
        })
    }

    /// Moves the call into another world, once its credential is known.
    pub fn assign_world(&mut self, world: Arc<World>, arrived: Time) {
        self.pending.entry.world = world.name.clone();
        self.settings = world.settings();
        self.pending.entry.arrived = arrived;
        self.pending.entry.request_id = world.next_request_id();
        self.world = world;
    }

    /// Enters where the call leads into its row.
    pub fn set_route(&mut self, route: Route) {
        self.pending.entry.provider = Cow::Borrowed(route.provider.spec().id);
        if let Some(operation) = route.operation {
            self.pending.entry.operation = Cow::Borrowed(operation.id);
            self.operation = Some(operation);
        }
    }

    /// Records injections: their faults hold the call from now on, and the row names the one that decided.
    pub fn record_injections(&mut self, injections: Vec<Injection>) {
        for injection in &injections {
            self.observers.metrics.struck(injection.effect().kind());
            let decides = injection.installed.fault.is_terminal();
            if decides {
                self.plan.ended_by = Some(injection.installed.fault.id.clone());
            }
            if decides || self.pending.entry.attribution.is_none() {
                self.pending.entry.attribution =
                    Some(Box::new(injection.attribution(self.pending.entry.arrived)));
            }
        }
        self.plan.injections.extend(injections);
    }

    /// Waits until a fault that holds the call is switched off; forever where none holds it.
    pub async fn released(&self) {
        let all = self
            .plan
            .injections
            .iter()
            .map(|injection| Box::pin(injection.installed.stopped()));
        let all: Vec<_> = all.collect();
        if all.is_empty() {
            return std::future::pending().await;
        }
        futures_util::future::select_all(all).await;
    }

    /// Whether a fault that holds the call is switched off.
    pub fn is_released(&self) -> bool {
        self.plan
            .injections
            .iter()
            .any(|injection| injection.installed.is_stopped())
    }

    /// Sets the answer and enters its facts into the row, whose outcome stays `abandoned` until the answer is sent.
    pub fn set_reply(&mut self, reply: Reply) {
        let entry = &mut self.pending.entry;
        entry.provider_status = Some(reply.status);
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
        self.decisions.extend(reply.notes.iter().cloned());
        self.reply = Some(reply);
    }

    /// Enters that the head of the answer was handed to the network.
    pub fn mark_head_sent(&mut self) {
        self.pending.entry.client_status = self.pending.entry.provider_status;
    }

    /// Enters that the whole answer was handed to the network.
    pub fn mark_delivered(&mut self, bytes: u64) {
        self.mark_head_sent();
        self.pending.entry.outcome = Outcome::Answered;
        self.pending.entry.bytes_out = bytes;
    }

    /// Header fields of ours and of the clock, as a reply carries them.
    pub fn own_headers(&self) -> Vec<(&'static str, String)> {
        // The vendor's clock, as far as a client can see it, is the world's.
        let shown = self.world.clock.now().plus_micros(self.plan.skew);
        let mut fields = Vec::with_capacity(3);
        fields.push(("date", shown.http_date()));
        if self.observers.public_headers {
            fields.push((
                "x-understudy-request-id",
                self.pending.entry.request_id.to_string(),
            ));
            let faults = self
                .plan
                .injections
                .iter()
                .map(|injection| format!("fault:{}", injection.id()));
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

/// Waits for the delays that faults have added so far.
pub async fn sleep_pending_delay(in_flight: &mut InFlightCall) {
    let delay = std::mem::take(&mut in_flight.plan.delay);
    if !delay.is_zero() {
        sleep_virtual(in_flight, Some(delay)).await;
    }
}

/// Waits, in the world's time, until the span is over, a fault that holds the call is, or the client leaves
/// (then this is dropped).
pub async fn sleep_virtual(in_flight: &mut InFlightCall, span: Option<Duration>) {
    let (pause, begun) = (Stopwatch::start(), in_flight.world.clock.now());
    let held = std::mem::take(&mut in_flight.plan.advance_guard);
    let over = async {
        if let Some(span) = span {
            return in_flight.world.clock.sleep_after(held, span).await;
        }
        drop(held);
        std::future::pending().await
    };
    let guard = tokio::select! {
        guard = over => guard,
        () = in_flight.released() => AdvanceGuard::default(),
    };
    in_flight.plan.advance_guard = guard;
    in_flight.own_time.leave_out(pause.elapsed());
    let gone = in_flight.world.clock.now().since(begun);
    let gone = span.map_or(gone, |span| gone.min(span));
    in_flight.pending.entry.injected_delay_us += u64::try_from(gone.as_micros()).unwrap_or(u64::MAX);
}

impl Drop for InFlightCall {
    fn drop(&mut self) {
        let world = self.world.clone();
        let Some(_open) = world.hold_open() else {
            // Nothing of a world that was erased is kept.
            self.pending.discard();
            return self.observers.files.erase_of(&world);
        };
        let entry = &mut self.pending.entry;
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
        entry.processing_us = u64::try_from(self.own_time.own().as_micros()).unwrap_or(u64::MAX);
        let permit = self.permit.take();
        if let Some(operation) = self.operation {
            let charge = BillableUsage {
                operation: operation.full_name,
                tiers: prices(operation, &self.settings),
                at: entry.arrived,
                units: u64::from(entry.units),
            };
            let payment = self.world.admission.settle(permit, &charge, &self.settings);
            entry.fee_fen = payment.fee_fen;
            entry.paid = payment_split(payment);
        }
        self.observers.metrics.count(entry);
        let entry = self.pending.close();
        self.observers.events.publish(|| Event::Call {
            world: entry.world.clone(),
            request_id: entry.request_id,
            operation: format!("{}/{}", entry.provider, entry.operation),
            status: entry.client_status,
            outcome: entry.outcome,
        });
        let call = std::mem::take(&mut self.call);
        let decisions = std::mem::take(&mut self.decisions);
        self.world.journal.push(JournalEntry::new(
            entry,
            call,
            self.reply.take(),
            decisions,
            self.settings.capture,
        ));
    }
}

/// How a call was paid, for its row.
pub fn payment_split(payment: Payment) -> PaymentSplit {
    PaymentSplit {
        pack_units: u32::try_from(payment.pack_units).unwrap_or(u32::MAX),
        coupon_fen: payment.coupon_fen,
        granted_fen: payment.granted_fen,
        owed_fen: payment.owed_fen,
        drawn: payment.drawn,
    }
}

/// Prices of an operation in a world: its own where it has some, else the published ones.
pub fn prices<'a>(operation: &Operation, settings: &'a WorldSettings) -> &'a [PriceTier] {
    let own = settings.prices.get(operation.full_name);
    own.map_or(operation.tiers, Vec::as_slice)
}
