//! Kling 可灵 AI: so far its agreement.

mod sla;

pub(super) use sla::CONTRACT;
