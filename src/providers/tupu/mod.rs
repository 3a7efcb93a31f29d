//! Tupu 图普, content recognition: so far its agreement.

mod sla;

pub(super) use sla::CONTRACT;
