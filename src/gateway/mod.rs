//! The one road from request to reply, the same for every provider.

mod edge;
mod files;
mod meter;
mod pool;
mod road;
mod routes;
mod visit;
mod wire;

pub use edge::receive;
pub use meter::Meter;
pub use pool::{Pool, PoolFull};
pub use road::Gateway;
pub use routes::{Route, Routes};
