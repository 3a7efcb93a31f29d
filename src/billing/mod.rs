//! Prices in, fees out, in whole fen.
#![deny(clippy::float_arithmetic)]

mod tariff;

pub use tariff::{PriceTier, fee};
