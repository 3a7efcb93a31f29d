//! Agreement 001, in numbers and our words.

use super::super::sla_terms::{CLAIM, NOTICE, SETTINGS, TIERS, causes};
use crate::billing::PriceTier;
use crate::sla::{
    AvailabilityMeasure, CapBasis, CompensationCap, Contract, ContractCause, ContractTerm, CycleRule,
};

/// Fen a call by calls in the month, with a template (`wire/jdcloud.md` §5: ¥0.4, ¥0.3, ¥0.25).
pub(super) static CUSTOM_PRICES: [PriceTier; 3] = [
    PriceTier { from: 1, fen: 40 },
    PriceTier { from: 3_001, fen: 30 },
    PriceTier {
        from: 10_001,
        fen: 25,
    },
];

/// The same in many sizes (§5: ¥2, ¥1.5, ¥1.2).
pub(super) static INTELLIGENT_PRICES: [PriceTier; 3] = [
    PriceTier { from: 1, fen: 200 },
    PriceTier {
        from: 3_001,
        fen: 150,
    },
    PriceTier {
        from: 10_001,
        fen: 120,
    },
];

/// The same of style classification (§5); of other colours nothing is published, so they cost as much (INFERRED).
pub(super) static STYLE_PRICES: [PriceTier; 3] = [
    PriceTier { from: 1, fen: 8 },
    PriceTier { from: 3_001, fen: 6 },
    PriceTier { from: 10_001, fen: 5 },
];

/// Documented limits, and those we had to draw.
pub(super) static LIMITS: [ContractTerm; 8] = [
    ContractTerm::new("wire §1.2", "sizes", "1 to 10 a call; otherwise 12001"),
    ContractTerm::new(
        "INFERRED",
        "sides of a size",
        "100 to 4096 pixels; otherwise 12001",
    ),
    ContractTerm::new(
        "wire §1.2",
        "tag",
        "1 to 8, read where no template is named; otherwise 12001",
    ),
    ContractTerm::new(
        "wire §3.4",
        "images: format",
        "jpg, jpeg; otherwise 12007 (strictness jdcloud-composing.format)",
    ),
    ContractTerm::new(
        "wire §3.4",
        "images: size",
        "2 MiB each (2·2^20 bytes, INFERRED; the text says 2M); otherwise 12009",
    ),
    ContractTerm::new("INFERRED", "images: number", "at most 10; otherwise 12001"),
    ContractTerm::new(
        "INFERRED",
        "texts",
        "four are shown; of each at most 400 characters are looked at",
    ),
    ContractTerm::new("INFERRED", "per_page", "1 to 100; otherwise 12001"),
];

static CAUSES: [ContractCause; 12] = causes!("001", "(12)");

/// Agreement 001.
pub(in super::super) static CONTRACT: Contract = Contract {
    provider: "jdcloud-composing",
    agreement: "001",
    family: "jd",
    vector_name: "jd_hetu",
    terms: &[
        ContractTerm::new(
            "001 2.1",
            "storage",
            "custom templates: durability of eleven nines a natural month, no compensation attached",
        ),
        ContractTerm::new(
            "001 2.7",
            "commitment",
            "success rate and availability at least 99 % in a natural month",
        ),
        ContractTerm::new("001 2.7", "formula", "1 - definite failures / requests sent"),
        ContractTerm::new(
            "001 2.7.1",
            "failure",
            "no response after the request was submitted; an HTTP error is a response",
        ),
        ContractTerm::new(
            "001 2.7.1",
            "service cycle",
            "a natural month; in the first month, from the day of application",
        ),
        ContractTerm::new(
            "001 2.7.1(1)-(12)",
            "exclusions",
            "twelve causes are left out of the success rate",
        ),
        ContractTerm::new(
            "001 2.10",
            "fee",
            "the service charge of the product under one account for a natural month",
        ),
        ContractTerm::new(
            "001 2.9",
            "billing",
            "real time, by actual calls; original billing logs kept at least a year",
        ),
        ContractTerm::new(
            "001 2.10",
            "compensation",
            "[95 %, 99 %) 15 %, [90 %, 95 %) 30 %, below 90 % 60 % of the month's charge, as a coupon",
        ),
        ContractTerm::new(
            "001 2.10",
            "cap",
            "cash payable for the charge, without the part coupons covered",
        ),
        ContractTerm::new(
            "001 2.10.2",
            "claim window",
            "opens after the third working day of the next month, closes with that month",
        ),
    ],
    causes: &CAUSES,
    measure: AvailabilityMeasure::RequestRatio,
    cycle: CycleRule::NaturalMonth,
    commitment: Some(9900),
    tiers: &TIERS,
    cap: Some(CompensationCap {
        percent: 100,
        cash: CapBasis::Payable,
    }),
    form: "service_coupon",
    claim: Some(CLAIM),
    notice: Some(NOTICE),
    inputs: None,
    fault_tickets: None,
    billing_log_months: Some(12),
    settings: &SETTINGS,
};
