//! Follows jobs on their worlds' clocks: sends each report when it is due, and charges the end where the vendor charges
//! then. The reports of one job are sent one after the other; how many are sent at once is bounded.

use super::Gateway;
use super::in_flight::{payment_split, prices};
use crate::clock::{AdvanceGuard, Time};
use crate::exchange::{LedgerEntry, Outcome};
use crate::jobs::Job;
use crate::providers::{JobReport, Provider};
use crate::world::{BillableUsage, JobHandle, World, charge_id};
use futures_util::future::{Either, select};
use std::borrow::Cow;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use tokio::sync::{Semaphore, mpsc};

/// What is to be done next for a job.
enum NextStep {
    /// Send this report.
    Report(u64),
    /// Charge its end.
    Charge,
}

/// Follows every job that is submitted, until the server stops.
pub async fn follow_all(
    gateway: Arc<Gateway>,
    mut submissions: mpsc::UnboundedReceiver<Arc<JobHandle>>,
    most: usize,
) {
    let places = Arc::new(Semaphore::new(most));
    while let Some(handle) = submissions.recv().await {
        actix_web::rt::spawn(follow(gateway.clone(), handle, places.clone()));
    }
}

/// What is next for a job, and when; nothing where it is over or waits for somebody to end it.
fn next_step(job: &Job) -> Option<(Time, NextStep)> {
    let charge = job.open_charge().map(|(at, _)| (at, NextStep::Charge));
    let report = job.next_report().map(|(at, nth)| (at, NextStep::Report(nth)));
    match (charge, report) {
        (Some(charge), Some(report)) if report.0 < charge.0 => Some(report),
        (Some(charge), _) => Some(charge),
        (None, report) => report,
    }
}

/// Follows one job to its last report.
async fn follow(gateway: Arc<Gateway>, handle: Arc<JobHandle>, places: Arc<Semaphore>) {
    let mut unscheduled = Some(Unscheduled(&gateway));
    // Held from one step to the wait for the next, so that an advancing clock does not overtake it.
    let mut held = AdvanceGuard::default();
    while !handle.is_removed() {
        let Some((due_at, step)) = handle.read(next_step) else {
            // What never ends by itself may be ended by hand.
            if handle.read(|job| job.end().is_some() || (job.callback.is_none() && job.charge.is_none())) {
                return;
            }
            drop(unscheduled.take());
            drop(std::mem::take(&mut held));
            handle.changed.notified().await;
            continue;
        };
        let mut sleep = pin!(handle.clock.sleep_until_after(std::mem::take(&mut held), due_at));
        let first = std::future::poll_fn(|context| Poll::Ready(sleep.as_mut().poll(context))).await;
        // It waits on the clock now, or its time has come already.
        drop(unscheduled.take());
        let guard = match first {
            Poll::Ready(guard) => guard,
            Poll::Pending => match select(sleep, pin!(handle.changed.notified())).await {
                Either::Left((guard, _)) => guard,
                Either::Right(_) => continue,
            },
        };
        match step {
            NextStep::Report(nth) => {
                let place = places.acquire().await;
                send(&gateway, &handle, nth).await;
                drop(place);
            }
            NextStep::Charge => charge(&gateway, &handle).await,
        }
        held = guard;
    }
}

/// Sends a report, and enters the outcome.
async fn send(gateway: &Gateway, handle: &JobHandle, nth: u64) {
    let job = handle.job();
    let is_due = job.next_report().is_some_and(|(_, next)| next == nth);
    let (Some(callback), true) = (&job.callback, is_due) else {
        return;
    };
    let Some((provider, world)) = owners(gateway, &job) else {
        return;
    };
    let vendor = provider.spec().vendor;
    let provider_key = world.provider_key(vendor);
    let key = gateway.worlds.key(vendor.id, &job.key);
    let request = provider.callback(&JobReport {
        job: &job,
        nth,
        url: &callback.url,
        now: handle.clock.now(),
        provider_key: provider_key.as_deref(),
        credential: key.as_ref().map(|key| &key.credential),
    });
    let outcome = gateway
        .outbound
        .send(request)
        .await
        .map_err(|why| why.to_string());
    let is_taken = outcome.as_ref().is_ok_and(|status| (200..300).contains(status));
    gateway.metrics.called_back(is_taken);
    gateway.jobs.record_attempt(handle, outcome, handle.clock.now());
}

fn owners(gateway: &Gateway, job: &Job) -> Option<(&'static dyn Provider, Arc<World>)> {
    let provider = gateway.providers.find(&job.provider)?;
    Some((provider, gateway.worlds.get(&job.world)?))
}

/// Charges the end of a job: a row of the ledger that is no call.
async fn charge(gateway: &Gateway, handle: &JobHandle) {
    let job = handle.job();
    let (Some((at, units)), Some((_, world))) = (job.open_charge(), owners(gateway, &job)) else {
        return;
    };
    let Some(operation) = gateway.providers.operation(&job.operation) else {
        return;
    };
    let entry = LedgerEntry {
        request_id: charge_id(&job),
        world: world.name.clone(),
        provider: Cow::Owned(job.provider.clone()),
        operation: Cow::Borrowed(operation.id),
        key: job.key.clone(),
        arrived: at,
        ended: at,
        arrived_real: handle.clock.real_now(),
        outcome: Outcome::DeferredCharge,
        units,
        ..LedgerEntry::default()
    };
    // The server is stopping where there is no place: the next one charges.
    let Some(mut pending) = gateway.ledger.open(entry).await else {
        return;
    };
    let settings = world.settings();
    let usage = BillableUsage {
        operation: operation.full_name,
        tiers: prices(operation, &settings),
        at,
        units: u64::from(units),
    };
    let payment = world.admission.settle(None, &usage, &settings);
    pending.entry.fee_fen = payment.fee_fen;
    pending.entry.paid = payment_split(payment);
    pending.close();
    // The row first: a server that is killed between finds it, and does not charge again.
    gateway.ledger.flush().await;
    gateway.jobs.settle_charge(handle);
}

/// Tells the jobs, when it is dropped, that this one waits on its clock now.
struct Unscheduled<'a>(&'a Gateway);

impl Drop for Unscheduled<'_> {
    fn drop(&mut self) {
        self.0.jobs.mark_scheduled();
    }
}
