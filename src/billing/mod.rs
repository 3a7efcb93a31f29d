//! Prices, means of payment, and charges, in whole fen.
#![deny(clippy::float_arithmetic)]

mod subscription;
mod tariff;
mod wallet;

pub use subscription::{Coupon, OveragePolicy, PrepaidPack, Subscription};
pub use tariff::{PriceTier, fee};
pub use wallet::{Payment, PaymentError, PaymentSources, UnitsDue, Wallet};
