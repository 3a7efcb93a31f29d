//! What happens on a server, as it happens: for pages and event streams. Nobody is waited for; who reads too slowly
//! misses the oldest events, and is told how many.

use crate::clock::{Clock, Time};
use crate::exchange::{Outcome, RequestId};
use serde::Serialize;
use std::sync::Arc;
use tokio::sync::broadcast;

/// Events that are kept for a slow reader.
const KEPT: usize = 1024;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A call ended, and stands in the journal.
    Call {
        /// Its world.
        world: Arc<str>,
        /// Its name.
        request_id: RequestId,
        /// `provider/operation`.
        operation: String,
        /// The status that the client got, where it got one.
        status: Option<u16>,
        /// How it ended.
        outcome: Outcome,
    },
    /// Faults were put, removed or halted.
    Faults,
    /// A job was submitted, went on, ended, or was removed.
    Job {
        /// Its world.
        world: String,
        /// The vendor's id.
        id: String,
        /// Whether it was removed.
        is_removed: bool,
    },
    /// A clock was set, or its pace was changed.
    Clock {
        /// The world whose own clock it is; absent for the server's.
        #[serde(skip_serializing_if = "Option::is_none")]
        world: Option<Arc<str>>,
        /// What it shows.
        now: Time,
    },
}

/// Where events are published and read. Clones share their readers.
#[derive(Clone, Debug)]
pub struct Events(broadcast::Sender<Event>);

impl Default for Events {
    fn default() -> Self {
        Self(broadcast::Sender::new(KEPT))
    }
}

impl Events {
    /// Publishes an event; it is only made where somebody reads.
    pub fn publish(&self, event: impl FnOnce() -> Event) {
        if self.0.receiver_count() > 0 {
            // Without a reader there is nobody to miss it.
            drop(self.0.send(event()));
        }
    }

    /// Publishes the changes of a clock: of a world's, or of the server's.
    pub fn observe_clock(&self, clock: &Clock, world: Option<Arc<str>>) {
        let events = self.clone();
        clock.observe(move |now| {
            events.publish(|| Event::Clock {
                world: world.clone(),
                now,
            });
        });
    }

    /// Reads events from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.0.subscribe()
    }
}
