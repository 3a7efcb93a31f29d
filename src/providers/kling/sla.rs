//! Agreement 003 and its SLA, in numbers and our words.

use crate::sla::{
    AmbiguousClause, AvailabilityMeasure, CapBasis, ClaimRule, CompensationCap, CompensationTier, Contract,
    ContractCause, ContractTerm, CycleRule, ExclusionScope, NoticeLead, NoticeRule,
};

/// A cause that is no error at all (003 SLA 1).
const fn no_error(code: &'static str, clause: &'static str, what: &'static str) -> ContractCause {
    ContractCause::new(code, clause, what, ExclusionScope::Availability)
}

/// A cause that is not compensated (003 SLA 2.2, 11.8).
const fn unpaid(code: &'static str, clause: &'static str, what: &'static str) -> ContractCause {
    ContractCause::new(code, clause, what, ExclusionScope::Compensation)
}

/// The same, where it was announced before it began.
const fn noticed(code: &'static str, clause: &'static str, what: &'static str) -> ContractCause {
    unpaid(code, clause, what).announced(NoticeLead::BeforeStart, None)
}

static CAUSES: [ContractCause; 26] = [
    no_error(
        "KL-D1",
        "003 SLA 1(1)",
        "a reasonable upgrade, change or stop by the provider",
    ),
    no_error(
        "KL-D2",
        "003 SLA 1(2)",
        "the customer was attacked and therefore restricted",
    ),
    no_error(
        "KL-D3",
        "003 SLA 1(3)",
        "a domain blocked for content or other causes",
    ),
    noticed("KL-C01", "003 SLA 2.2(1)", "maintenance notified in advance"),
    unpaid(
        "KL-C02",
        "003 SLA 2.2(2)",
        "network, device or configuration that is not the provider's",
    ),
    unpaid(
        "KL-C03",
        "003 SLA 2.2(3)",
        "the customer's application or data were attacked",
    ),
    unpaid(
        "KL-C04",
        "003 SLA 2.2(4)",
        "the customer lost or leaked data or passwords",
    ),
    unpaid("KL-C05", "003 SLA 2.2(5)", "documents were not followed"),
    unpaid(
        "KL-C06",
        "003 SLA 2.2(6)",
        "the customer upgraded its own operating system",
    ),
    unpaid(
        "KL-C07",
        "003 SLA 2.2(7)",
        "the customer's application or installation",
    ),
    unpaid(
        "KL-C08",
        "003 SLA 2.2(8)",
        "the customer's negligence or authorized operation",
    ),
    unpaid("KL-C09", "003 SLA 2.2(9)", "force majeure and accidents"),
    unpaid(
        "KL-C10",
        "003 SLA 2.2(10)",
        "other reasons that are not the provider's",
    ),
    unpaid("KL-L01", "003 11.8(1)", "misuse or third parties' faults"),
    unpaid(
        "KL-L02",
        "003 11.8(2)",
        "the customer's settings or changes it asked for",
    ),
    noticed("KL-L03", "003 11.8(3)", "noticed maintenance"),
    unpaid("KL-L04", "003 11.8(4)", "a blocked domain"),
    unpaid("KL-L05", "003 11.8(5)", "a large burst that was not announced"),
    unpaid(
        "KL-L06",
        "003 11.8(6)",
        "a short interruption for configuration or upgrade",
    ),
    unpaid("KL-L07", "003 11.8(7)", "congestion"),
    unpaid(
        "KL-L08",
        "003 11.8(8)",
        "hackers, viruses, changes of telecom networks",
    ),
    unpaid("KL-L09", "003 11.8(9)", "third parties' rights"),
    unpaid("KL-L10", "003 11.8(10)", "the customer's loss of data"),
    unpaid("KL-L11", "003 11.8(11)", "investigations"),
    unpaid("KL-L12", "003 11.8(12)", "third parties' acts"),
    unpaid("KL-L13", "003 11.8(13)", "force majeure"),
];

static SETTINGS: [AmbiguousClause; 15] = [
    AmbiguousClause::new("received_no_response", "K2", &["not_error", "error"]),
    AmbiguousClause::UNDELIVERED,
    AmbiguousClause::new("excluded_in_valid", "§1.5", &["keep", "drop"]),
    AmbiguousClause::ZERO_BUCKET,
    AmbiguousClause::new("tier_on", "K4", &["compensable", "published"]),
    AmbiguousClause::COMPARE,
    AmbiguousClause::new("fee_base", "K8", &["gross", "cash"]),
    AmbiguousClause::new("pack_attribution", "K7", &["purchase_month", "days_prorata"]),
    AmbiguousClause::MONEY_ROUNDING,
    AmbiguousClause::new("term_end_missing_day", "K11", &["month_end", "clamp_minus_one"]),
    AmbiguousClause::CLAIM_OPEN,
    AmbiguousClause::new(
        "claim_close",
        "K13",
        &["end_of_second_month", "corresponding_day"],
    ),
    AmbiguousClause::new("claim_anchor", "K12", &["natural_month", "cycle_end"]),
    AmbiguousClause::CLAIM_ROLL,
    AmbiguousClause::WORKDAY,
];

static TIERS: [CompensationTier; 3] = [
    CompensationTier::new("kl_t1", 9900, 10),
    CompensationTier::new("kl_t2", 9500, 25),
    CompensationTier::new("kl_t3", 0, 50),
];

/// Agreement 003.
pub(in super::super) static CONTRACT: Contract = Contract {
    provider: "kling",
    agreement: "003",
    family: "kling",
    vector_name: "kling",
    terms: &[
        ContractTerm::new(
            "003 SLA 1",
            "service cycle",
            "the natural months of a term, the first and last cut to it",
        ),
        ContractTerm::new(
            "003 SLA 1",
            "failure",
            "a 5XX status, or a request that never arrived for the provider's fault",
        ),
        ContractTerm::new(
            "003 SLA 2.1",
            "formula",
            "1 - the mean of five-minute error rates over all buckets of the cycle",
        ),
        ContractTerm::new(
            "003 SLA 2.2, 11.8",
            "exclusions",
            "ten causes of the SLA and thirteen of the agreement are not compensated",
        ),
        ContractTerm::new("003 SLA 2.2", "commitment", "at least 99.90 %"),
        ContractTerm::new(
            "003 SLA 3.1",
            "compensation",
            "[99 %, 99.90 %) 10 %, [95 %, 99 %) 25 %, below 95 % 50 % of the month's fee, as a coupon",
        ),
        ContractTerm::new(
            "003 SLA 1",
            "fee",
            "what was incurred in the cycle for buying the services, of one account",
        ),
        ContractTerm::new(
            "003 SLA 3.1",
            "cap",
            "half of the month's fee, without the part coupons covered",
        ),
        ContractTerm::new(
            "003 SLA 3.2",
            "claim window",
            "opens after the fifth working day of the next month, closes two months after the month",
        ),
        ContractTerm::new(
            "003 4.2",
            "notice",
            "changes and ends of the service: at least 30 days before",
        ),
        ContractTerm::new(
            "003 7.4, 11.16",
            "liability",
            "fees paid, and fees consumed, in the six months before",
        ),
    ],
    causes: &CAUSES,
    measure: AvailabilityMeasure::BucketMean,
    cycle: CycleRule::Term,
    commitment: Some(9990),
    tiers: &TIERS,
    cap: Some(CompensationCap {
        percent: 50,
        cash: CapBasis::Payable,
    }),
    form: "service_coupon",
    claim: Some(ClaimRule {
        workday: 5,
        months: 2,
    }),
    notice: Some(NoticeRule {
        name: "kling_30_days",
        lead: NoticeLead::Days(30),
        needed: "at least 30 days (4.2), the day of the notice not counted",
    }),
    inputs: None,
    fault_tickets: None,
    billing_log_months: None,
    settings: &SETTINGS,
};
