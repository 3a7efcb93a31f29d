//! Agreement 004: it promises nothing.

use crate::sla::{Contract, CycleRule, Measure, Setting, Term};

const fn term(clause: &'static str, subject: &'static str, rule: &'static str) -> Term {
    Term {
        clause,
        subject,
        rule,
    }
}

static SETTINGS: [Setting; 1] = [Setting {
    name: "compare",
    source: "A3",
    readings: &["exact", "round2", "trunc2"],
}];

/// Agreement 004.
pub(in super::super) static CONTRACT: Contract = Contract {
    agreement: "004",
    family: "facepp",
    vector_name: "facepp",
    terms: &[
        term("004 3.3.2", "fees", "may change, announced before"),
        term(
            "004 3.3.3",
            "balance",
            "cash and granted balance can only be used, not refunded",
        ),
        term("004 5.1", "change", "any part, any time, without notice"),
        term("004 5.3", "service level", "none"),
    ],
    causes: &[],
    measure: Measure::Informative,
    cycle: CycleRule::NaturalMonth,
    commitment: None,
    tiers: &[],
    cap: None,
    form: "none_in_text",
    claim: None,
    notice: None,
    settings: &SETTINGS,
};
