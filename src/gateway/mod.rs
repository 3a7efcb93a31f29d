//! The one road from request to reply, the same for every provider.

mod callbacks;
mod connection;
mod edge;
mod ending;
mod fault_control;
mod faults;
mod files;
mod in_flight;
mod listener_switch;
mod metrics;
mod pipeline;
mod pool;
mod routes;
mod transmit;

pub use callbacks::follow_all;
pub use connection::Connection;
pub use edge::receive;
pub use fault_control::known_providers;
pub use listener_switch::{BACKLOG, ListenerSwitch};
pub use metrics::Metrics;
pub use pipeline::Gateway;
pub use pool::{Pool, PoolFullError};
pub use routes::{Route, Routes};
