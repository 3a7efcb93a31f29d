//! Agreement 004: it promises nothing.

use crate::sla::{AmbiguousClause, AvailabilityMeasure, Contract, ContractTerm, CycleRule};

static SETTINGS: [AmbiguousClause; 1] = [AmbiguousClause::COMPARE];

/// Agreement 004.
pub(in super::super) static CONTRACT: Contract = Contract {
    provider: "facepp",
    agreement: "004",
    family: "facepp",
    vector_name: "facepp",
    terms: &[
        ContractTerm::new("004 3.3.2", "fees", "may change, announced before"),
        ContractTerm::new(
            "004 3.3.3",
            "balance",
            "cash and granted balance can only be used, not refunded",
        ),
        ContractTerm::new("004 5.1", "change", "any part, any time, without notice"),
        ContractTerm::new("004 5.3", "commitment", "none"),
    ],
    causes: &[],
    measure: AvailabilityMeasure::Informative,
    cycle: CycleRule::NaturalMonth,
    commitment: None,
    tiers: &[],
    cap: None,
    form: "none_in_text",
    claim: None,
    notice: None,
    inputs: None,
    fault_tickets: None,
    billing_log_months: None,
    settings: &SETTINGS,
};
