//! Prices and means of payment in, charges out, in whole fen.
#![deny(clippy::float_arithmetic)]

mod purse;
mod subscription;
mod tariff;

pub use purse::{Demand, Means, Payment, Purse, Unpaid};
pub use subscription::{Beyond, Coupon, Pack, Subscription};
pub use tariff::{PriceTier, fee};
