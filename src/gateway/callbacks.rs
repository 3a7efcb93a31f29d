//! Sends the callbacks of jobs when they are due on their worlds' clocks: never on a call's way, so many at once, those
//! of one job one after the other.

use super::pipeline::Gateway;
use crate::clock::AdvanceGuard;
use crate::jobs::Job;
use crate::world::JobHandle;
use futures_util::future::{Either, select};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use tokio::sync::{Semaphore, mpsc};

/// Follows every job that is submitted, until the server stops.
pub async fn follow_all(
    gateway: Arc<Gateway>,
    mut arrivals: mpsc::UnboundedReceiver<Arc<JobHandle>>,
    most: usize,
) {
    let places = Arc::new(Semaphore::new(most));
    while let Some(held) = arrivals.recv().await {
        actix_web::rt::spawn(follow(gateway.clone(), held, places.clone()));
    }
}

/// Follows one job to its last report.
async fn follow(gateway: Arc<Gateway>, held: Arc<JobHandle>, places: Arc<Semaphore>) {
    let mut unscheduled = Some(Unscheduled(&gateway));
    // Held from one report to the wait for the next, so that an advancing clock does not overtake it.
    let mut held_turn = AdvanceGuard::default();
    while !held.is_removed() {
        let Some((due, nth)) = held.read(Job::next_report) else {
            // What never ends by itself may be ended by hand.
            if held.read(|job| job.end().is_some() || job.callback.is_none()) {
                return;
            }
            drop(unscheduled.take());
            drop(std::mem::take(&mut held_turn));
            held.changed.notified().await;
            continue;
        };
        let mut rung = pin!(held.clock.sleep_until_after(std::mem::take(&mut held_turn), due));
        let first = std::future::poll_fn(|context| Poll::Ready(rung.as_mut().poll(context))).await;
        // It stands on the agenda, or its time has come already.
        drop(unscheduled.take());
        let turn = match first {
            Poll::Ready(turn) => turn,
            Poll::Pending => match select(rung, pin!(held.changed.notified())).await {
                Either::Left((turn, _)) => turn,
                Either::Right(_) => continue,
            },
        };
        let place = places.acquire().await;
        send(&gateway, &held, nth).await;
        drop(place);
        held_turn = turn;
    }
}

/// Sends a report, and enters what became of it.
async fn send(gateway: &Arc<Gateway>, held: &Arc<JobHandle>, nth: u64) {
    let job = held.job();
    let is_due = job.next_report().is_some_and(|(_, next)| next == nth);
    let (Some(callback), true) = (&job.callback, is_due) else {
        return;
    };
    let Some(provider) = gateway
        .providers
        .0
        .iter()
        .find(|own| own.spec().id == job.provider)
    else {
        return;
    };
    let Some(world) = gateway.worlds.get(&job.world) else {
        return;
    };
    let now = held.clock.now();
    let key = world.provider_key(provider.spec().vendor);
    let body = provider.callback_body(&job, (nth, now), key.as_deref());
    let (outbound, url) = (gateway.outbound.clone(), callback.url.clone());
    let sent = actix_web::rt::task::spawn_blocking(move || outbound.post(&url, &body)).await;
    let outcome = match sent {
        Ok(Ok(status)) => Ok(status),
        Ok(Err(why)) => Err(why.to_string()),
        Err(why) => Err(why.to_string()),
    };
    gateway
        .metrics
        .called_back(outcome.as_ref().is_ok_and(|status| (200..300).contains(status)));
    gateway.jobs.record_attempt(held, outcome, held.clock.now());
}

/// Tells the jobs, when it is dropped, that this one waits on its clock now.
struct Unscheduled<'a>(&'a Gateway);

impl Drop for Unscheduled<'_> {
    fn drop(&mut self) {
        self.0.jobs.mark_scheduled();
    }
}
