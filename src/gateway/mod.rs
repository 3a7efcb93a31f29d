//! The data plane: every stage between a request and its reply, the same for every provider.

mod admit;
mod answer;
mod callbacks;
mod connection;
mod edge;
mod ending;
mod fault_control;
mod faults;
mod files;
mod identify;
mod in_flight;
mod listener_switch;
mod metrics;
mod pipeline;
mod pool;
mod refuse;
mod routes;
mod transmit;

pub use callbacks::follow_all;
pub use connection::Connection;
pub use edge::receive;
pub use fault_control::known_providers;
pub use listener_switch::{BACKLOG, ListenerSwitch};
pub use metrics::Metrics;
pub use pool::{Pool, PoolFullError};
pub use routes::{Route, Routes};

use crate::clock::Clock;
use crate::ledger::Ledger;
use crate::providers::{Providers, Services};
use crate::world::faults::FaultRegistry;
use crate::world::{Events, Worlds};
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Shared services of the data plane.
pub struct Gateway {
    /// The providers that are emulated.
    pub providers: Providers,
    /// Worlds and keys.
    pub worlds: Arc<Worlds>,
    /// What goes wrong.
    pub faults: Arc<FaultRegistry>,
    /// The durable record.
    pub ledger: Arc<Ledger>,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// What handlers work with.
    pub services: Services,
    /// CPU work.
    pub pool: Pool,
    /// All paths.
    pub routes: Routes,
    /// What happens, as it happens.
    pub events: Events,
    /// Compare signature timestamps with the world's time instead of real time.
    pub signatures_use_world_clock: bool,
    /// Add `x-understudy-*` headers to replies.
    pub public_headers: bool,
    /// The server's clock.
    pub clock: Clock,
    /// Whether an outage of everything is in force: connections are refused, and results are not served either.
    pub is_in_total_outage: AtomicBool,
}

/// Jobs, files, templates and the other services.
impl Deref for Gateway {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.services
    }
}
