//! Understudy, a stand-in for image and content clouds.

pub mod clock;
pub mod dice;
pub mod exchange;

pub mod billing;
pub mod imaging;
pub mod ledger;
pub mod signing;
pub mod sla;
pub mod store;

pub mod world;

pub mod providers;
