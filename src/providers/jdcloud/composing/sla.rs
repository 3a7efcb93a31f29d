//! Agreement 001, in numbers and our words.

use super::super::terms::{CLAIM, NOTICE, SETTINGS, TIERS, causes};
use crate::sla::{Cap, Cash, Cause, Contract, CycleRule, Measure, Term};

static CAUSES: [Cause; 12] = causes!("001", "(12)");

const fn term(clause: &'static str, subject: &'static str, rule: &'static str) -> Term {
    Term {
        clause,
        subject,
        rule,
    }
}

/// Agreement 001.
pub(in super::super) static CONTRACT: Contract = Contract {
    agreement: "001",
    family: "jd",
    vector_name: "jd_hetu",
    terms: &[
        term(
            "001 2.1",
            "storage",
            "custom templates: durability of eleven nines a natural month, no compensation attached",
        ),
        term(
            "001 2.7",
            "commitment",
            "success rate and availability at least 99 % in a natural month",
        ),
        term("001 2.7", "formula", "1 - definite failures / requests sent"),
        term(
            "001 2.7.1",
            "failure",
            "no response after the request was submitted; an HTTP error is a response",
        ),
        term(
            "001 2.7.1",
            "service cycle",
            "a natural month; in the first month, from the day of application",
        ),
        term(
            "001 2.9",
            "billing",
            "real time, by actual calls; original billing logs kept at least a year",
        ),
        term(
            "001 2.10",
            "compensation",
            "[95 %, 99 %) 15 %, [90 %, 95 %) 30 %, below 90 % 60 % of the month's charge, as a coupon",
        ),
        term(
            "001 2.10",
            "cap",
            "cash payable for the charge, without the part coupons covered",
        ),
        term(
            "001 2.10.2",
            "claim window",
            "opens after the third working day of the next month, closes with that month",
        ),
    ],
    causes: &CAUSES,
    measure: Measure::RequestRatio,
    cycle: CycleRule::NaturalMonth,
    commitment: Some(9900),
    tiers: &TIERS,
    cap: Some(Cap {
        percent: 100,
        cash: Cash::Payable,
    }),
    form: "service_coupon",
    claim: Some(CLAIM),
    notice: Some(NOTICE),
    settings: &SETTINGS,
};
