//! Agreement 001, in numbers and our words.

use super::super::terms::{CLAIM, NOTICE, SETTINGS, TIERS, causes};
use crate::sla::{Cap, Cash, Cause, Contract, CycleRule, Measure, Term};

static CAUSES: [Cause; 12] = causes!("001", "(12)");

/// Agreement 001.
pub(in super::super) static CONTRACT: Contract = Contract {
    provider: "jdcloud-composing",
    agreement: "001",
    family: "jd",
    vector_name: "jd_hetu",
    terms: &[
        Term::new(
            "001 2.1",
            "storage",
            "custom templates: durability of eleven nines a natural month, no compensation attached",
        ),
        Term::new(
            "001 2.7",
            "commitment",
            "success rate and availability at least 99 % in a natural month",
        ),
        Term::new("001 2.7", "formula", "1 - definite failures / requests sent"),
        Term::new(
            "001 2.7.1",
            "failure",
            "no response after the request was submitted; an HTTP error is a response",
        ),
        Term::new(
            "001 2.7.1",
            "service cycle",
            "a natural month; in the first month, from the day of application",
        ),
        Term::new(
            "001 2.7.1(1)-(12)",
            "exclusions",
            "twelve causes are left out of the success rate",
        ),
        Term::new(
            "001 2.10",
            "fee",
            "the service charge of the product under one account for a natural month",
        ),
        Term::new(
            "001 2.9",
            "billing",
            "real time, by actual calls; original billing logs kept at least a year",
        ),
        Term::new(
            "001 2.10",
            "compensation",
            "[95 %, 99 %) 15 %, [90 %, 95 %) 30 %, below 90 % 60 % of the month's charge, as a coupon",
        ),
        Term::new(
            "001 2.10",
            "cap",
            "cash payable for the charge, without the part coupons covered",
        ),
        Term::new(
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
