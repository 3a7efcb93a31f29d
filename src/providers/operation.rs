//! One API of a provider: its facts and the function that answers it.

use super::{Answer, CallContext, Services};
use crate::billing::PriceTier;
use crate::exchange::{Call, Refusal, Workload};

/// Answers a call that was authenticated and admitted. It checks the input, and never waits: what takes CPU time
/// or needs something from the network is left to the [`Answer`] it gives.
pub type Handler = fn(&CallContext, &Services) -> Result<Answer, Refusal>;

/// What the body of an operation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyKind {
    /// Fields: JSON, multipart, or a form. A long one is parsed on the pool before the call goes on.
    Fields,
    /// Taken as it is, or nothing.
    Raw,
}

/// One API of a provider. GET and POST of one path are two operations.
#[derive(Debug)]
pub struct Operation {
    /// Its id within the provider, `cutout`.
    pub id: &'static str,
    /// Provider and operation, `jdcloud-matting/cutout`: what limits, prices and usage go by.
    pub full_name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// The method it is served for; every method where absent (the operation answers for the method itself).
    pub method: Option<&'static str>,
    /// Patterns of the paths it is served at: `/tasks/{id}`.
    pub paths: &'static [&'static str],
    /// What its body is.
    pub body: BodyKind,
    /// Bytes of body the edge keeps; beyond them the call is refused without being read further.
    pub body_cap: u64,
    /// Published prices, in fen a call by monthly tier.
    pub tiers: &'static [PriceTier],
    /// The work a call brings, told without decoding its input: what a latency by physics goes by.
    pub workload: fn(&Call) -> Workload,
    /// What answers it.
    pub handle: Handler,
}

impl Operation {
    /// Whether it is served for a method.
    pub fn takes(&self, method: &str) -> bool {
        self.method.is_none_or(|own| own == method)
    }
}
