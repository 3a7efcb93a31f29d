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
    /// The work a call brings, told without decoding its input: what a latency by workload (`per`) goes by.
    pub workload: fn(&Call) -> Workload,
    /// What answers it.
    pub handle: Handler,
}

impl Operation {
    /// An operation by its full name, `provider/operation`, at paths for one method; its body has fields and may have
    /// 1 MiB, and nothing is charged for it, until the other functions here say otherwise.
    ///
    /// # Panics
    /// When the full name has no slash.
    pub const fn new(
        full_name: &'static str,
        method: &'static str,
        paths: &'static [&'static str],
        handle: Handler,
    ) -> Self {
        let bytes = full_name.as_bytes();
        let mut slash = 0;
        while bytes[slash] != b'/' {
            slash += 1;
        }
        Self {
            id: full_name.split_at(slash + 1).1,
            full_name,
            title: "",
            method: Some(method),
            paths,
            body: BodyKind::Fields,
            body_cap: 1 << 20,
            tiers: &[],
            workload: no_workload,
            handle,
        }
    }

    /// With a name for people.
    #[must_use]
    pub const fn titled(self, title: &'static str) -> Self {
        Self { title, ..self }
    }

    /// For every method: the operation answers for the method itself.
    #[must_use]
    pub const fn any_method(self) -> Self {
        Self { method: None, ..self }
    }

    /// With a body of this kind, of which the edge keeps so many bytes.
    #[must_use]
    pub const fn body(self, body: BodyKind, body_cap: u64) -> Self {
        Self {
            body,
            body_cap,
            ..self
        }
    }

    /// With published prices.
    #[must_use]
    pub const fn priced(self, tiers: &'static [PriceTier]) -> Self {
        Self { tiers, ..self }
    }

    /// With a function that tells the work of a call.
    #[must_use]
    pub const fn workload(self, workload: fn(&Call) -> Workload) -> Self {
        Self { workload, ..self }
    }

    /// Whether it is served for a method.
    pub fn takes(&self, method: &str) -> bool {
        self.method.is_none_or(|own| own == method)
    }
}

fn no_workload(_: &Call) -> Workload {
    Workload::default()
}
