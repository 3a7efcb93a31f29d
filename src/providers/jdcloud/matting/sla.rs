//! Prices, limits and terms: numbers, each with its clause.

use super::super::sla_terms::{CLAIM, NOTICE, SETTINGS, TIERS, causes};
use crate::billing::PriceTier;
use crate::sla::{
    AvailabilityMeasure, CapBasis, CompensationCap, Contract, ContractCause, ContractTerm, CycleRule,
};

/// Fen a call by calls in the month (`wire/jdcloud.md` §5: ¥0.08, ¥0.06, ¥0.05).
pub(super) static CUTOUT_PRICES: [PriceTier; 3] = [
    PriceTier { from: 1, fen: 8 },
    PriceTier { from: 3_001, fen: 6 },
    PriceTier { from: 10_001, fen: 5 },
];

/// Documented limits of the three operations.
pub(super) static LIMITS: [ContractTerm; 7] = [
    ContractTerm::new("wire §1.1", "cutout: format", "jpg, jpeg; otherwise 12007"),
    ContractTerm::new(
        "wire §1.1",
        "cutout: size",
        "2 MiB (2·2^20 bytes, INFERRED; the text says 2M); otherwise 12009",
    ),
    ContractTerm::new(
        "wire §1.4",
        "SelfieSeg: format",
        "JPEG, BMP, PNG, GIF as base64; otherwise 1005",
    ),
    ContractTerm::new(
        "wire §1.4",
        "SelfieSeg: size",
        "50×50 to 1024×1024 pixels and under 2 MiB; otherwise 1004",
    ),
    ContractTerm::new(
        "wire §1.4",
        "SelfieSeg: content",
        "portraits; otherwise 1006 (strictness jdcloud-matting.portrait)",
    ),
    ContractTerm::new(
        "wire §1.4",
        "human_parsing: format",
        "jpg, jpeg, png, jfif; otherwise 12003",
    ),
    ContractTerm::new(
        "wire §1.4",
        "human_parsing: size",
        "256×256 to 4096×4096 pixels and under 2 MiB; otherwise 12004",
    ),
];

static CAUSES: [ContractCause; 12] = causes!("000", "(11), printed twice");

/// Agreement 000.
pub(in super::super) static CONTRACT: Contract = Contract {
    provider: "jdcloud-matting",
    agreement: "000",
    family: "jd",
    vector_name: "jd_matting",
    terms: &[
        ContractTerm::new(
            "000 2.7",
            "commitment",
            "success rate and availability at least 99 % in a natural month",
        ),
        ContractTerm::new("000 2.7", "formula", "1 - definite failures / requests sent"),
        ContractTerm::new(
            "000 2.7.1",
            "failure",
            "no response after the request was submitted; an HTTP error is a response",
        ),
        ContractTerm::new(
            "000 2.7.1",
            "service cycle",
            "a natural month; in the first month, from the day of application",
        ),
        ContractTerm::new(
            "000 2.7.1(1)-(12)",
            "exclusions",
            "twelve causes are left out of the success rate",
        ),
        ContractTerm::new(
            "000 2.10",
            "fee",
            "the service charge of the product under one account for a natural month",
        ),
        ContractTerm::new(
            "000 2.9",
            "billing",
            "real time, by actual calls; original billing logs kept at least a year",
        ),
        ContractTerm::new(
            "000 2.10",
            "compensation",
            "[95 %, 99 %) 15 %, [90 %, 95 %) 30 %, below 90 % 60 % of the month's charge, as a coupon",
        ),
        ContractTerm::new(
            "000 2.10",
            "cap",
            "cash already paid for the charge, without the part coupons covered",
        ),
        ContractTerm::new(
            "000 2.10.2",
            "claim window",
            "opens after the third working day of the next month, closes with that month",
        ),
        ContractTerm::new(
            "000 2.1",
            "storage",
            "pictures and results are not kept; the caller keeps them",
        ),
    ],
    causes: &CAUSES,
    measure: AvailabilityMeasure::RequestRatio,
    cycle: CycleRule::NaturalMonth,
    commitment: Some(9900),
    tiers: &TIERS,
    cap: Some(CompensationCap {
        percent: 100,
        cash: CapBasis::Paid,
    }),
    form: "service_coupon",
    claim: Some(CLAIM),
    notice: Some(NOTICE),
    inputs: None,
    fault_tickets: None,
    billing_log_months: Some(12),
    settings: &SETTINGS,
};
