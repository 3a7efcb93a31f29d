//! Face++: so far its agreement.

mod sla;

pub(super) use sla::CONTRACT;
