//! JD Cloud 智能合图, automatic composing: so far its agreement.

mod sla;

pub(super) use sla::CONTRACT;
