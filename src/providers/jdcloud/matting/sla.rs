//! Prices, limits and terms: numbers, each with its clause.

use super::super::terms::{CLAIM, NOTICE, SETTINGS, TIERS, causes};
use crate::billing::PriceTier;
use crate::sla::{Cap, Cash, Cause, Contract, CycleRule, Measure, Term};

/// Fen a call by calls in the month (`wire/jdcloud.md` §5: ¥0.08, ¥0.06, ¥0.05).
pub(super) static CUTOUT_PRICES: [PriceTier; 3] = [
    PriceTier { from: 1, fen: 8 },
    PriceTier { from: 3_001, fen: 6 },
    PriceTier { from: 10_001, fen: 5 },
];

/// Documented limits of the three operations.
pub(super) static LIMITS: [Term; 7] = [
    Term::new("wire §1.1", "cutout: format", "jpg, jpeg; otherwise 12007"),
    Term::new(
        "wire §1.1",
        "cutout: size",
        "2 MiB (2·2^20 bytes, INFERRED; the text says 2M); otherwise 12009",
    ),
    Term::new(
        "wire §1.4",
        "SelfieSeg: format",
        "JPEG, BMP, PNG, GIF as base64; otherwise 1005",
    ),
    Term::new(
        "wire §1.4",
        "SelfieSeg: size",
        "50×50 to 1024×1024 pixels and under 2 MiB; otherwise 1004",
    ),
    Term::new(
        "wire §1.4",
        "SelfieSeg: content",
        "portraits; otherwise 1006 (strictness jdcloud-matting.portrait)",
    ),
    Term::new(
        "wire §1.4",
        "human_parsing: format",
        "jpg, jpeg, png, jfif; otherwise 12003",
    ),
    Term::new(
        "wire §1.4",
        "human_parsing: size",
        "256×256 to 4096×4096 pixels and under 2 MiB; otherwise 12004",
    ),
];

static CAUSES: [Cause; 12] = causes!("000", "(11), printed twice");

/// Agreement 000.
pub(in super::super) static CONTRACT: Contract = Contract {
    provider: "jdcloud-matting",
    agreement: "000",
    family: "jd",
    vector_name: "jd_matting",
    terms: &[
        Term::new(
            "000 2.7",
            "commitment",
            "success rate and availability at least 99 % in a natural month",
        ),
        Term::new("000 2.7", "formula", "1 - definite failures / requests sent"),
        Term::new(
            "000 2.7.1",
            "failure",
            "no response after the request was submitted; an HTTP error is a response",
        ),
        Term::new(
            "000 2.7.1",
            "service cycle",
            "a natural month; in the first month, from the day of application",
        ),
        Term::new(
            "000 2.7.1(1)-(12)",
            "exclusions",
            "twelve causes are left out of the success rate",
        ),
        Term::new(
            "000 2.10",
            "fee",
            "the service charge of the product under one account for a natural month",
        ),
        Term::new(
            "000 2.9",
            "billing",
            "real time, by actual calls; original billing logs kept at least a year",
        ),
        Term::new(
            "000 2.10",
            "compensation",
            "[95 %, 99 %) 15 %, [90 %, 95 %) 30 %, below 90 % 60 % of the month's charge, as a coupon",
        ),
        Term::new(
            "000 2.10",
            "cap",
            "cash already paid for the charge, without the part coupons covered",
        ),
        Term::new(
            "000 2.10.2",
            "claim window",
            "opens after the third working day of the next month, closes with that month",
        ),
        Term::new(
            "000 2.1",
            "storage",
            "pictures and results are not kept; the caller keeps them",
        ),
    ],
    causes: &CAUSES,
    measure: Measure::RequestRatio,
    cycle: CycleRule::NaturalMonth,
    commitment: Some(9900),
    tiers: &TIERS,
    cap: Some(Cap {
        percent: 100,
        cash: Cash::Paid,
    }),
    form: "service_coupon",
    claim: Some(CLAIM),
    notice: Some(NOTICE),
    settings: &SETTINGS,
};
