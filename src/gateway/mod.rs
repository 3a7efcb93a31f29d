//! The one road from request to reply, the same for every provider.

mod arming;
mod callbacks;
mod connection;
mod edge;
mod ending;
mod faults;
mod files;
mod meter;
mod outage;
mod pool;
mod road;
mod routes;
mod visit;
mod wire;

pub use arming::known_providers;
pub use callbacks::follow_all;
pub use connection::Connection;
pub use edge::receive;
pub use meter::Meter;
pub use outage::{BACKLOG, Gate};
pub use pool::{Pool, PoolFull};
pub use road::Gateway;
pub use routes::{Route, Routes};
