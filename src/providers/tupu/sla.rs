//! Agreement 002, in numbers and our words.

use crate::sla::{
    AmbiguousClause, AvailabilityMeasure, Contract, ContractCause, ContractTerm, CycleRule, ExclusionScope,
    FaultTicketRule, FrameRule, InputRules, NoticeLead, NoticeRule, NumberRange,
};

/// 002 三.3, 二.2, 二.4–8, 七.1. Only for pictures does the agreement say that they do not count as failed (T3).
static CAUSES: [ContractCause; 11] = [
    ContractCause::new(
        "TP-X01",
        "002 三.3.1)",
        "short maintenance, or an upgrade noticed in time",
        ExclusionScope::Availability,
    )
    .announced(NoticeLead::Workday, Some("TP-X01U")),
    ContractCause::new(
        "TP-X01U",
        "002 三.3.1)",
        "maintenance without the notice of 三.5",
        ExclusionScope::AvailabilityIf("unnoticed_maintenance", "excluded"),
    ),
    ContractCause::new(
        "TP-X02",
        "002 三.3.2)",
        "congestion",
        ExclusionScope::Availability,
    ),
    ContractCause::new(
        "TP-X03",
        "002 三.3.3)",
        "telecom network, DNS pollution, other causes that are not Tupu's",
        ExclusionScope::Availability,
    ),
    ContractCause::new(
        "TP-X04",
        "002 七.1",
        "force majeure, hacking included",
        ExclusionScope::Availability,
    ),
    ContractCause::new(
        "TP-S02",
        "002 二.2",
        "beyond the service's capacity",
        ExclusionScope::Availability,
    ),
    ContractCause::new(
        "TP-S04",
        "002 二.4",
        "a picture out of specification",
        ExclusionScope::OutOfSpec,
    ),
    ContractCause::new(
        "TP-S05",
        "002 二.5",
        "frames out of specification",
        ExclusionScope::AvailabilityIf("spec_excludes", "all"),
    ),
    ContractCause::new(
        "TP-S06",
        "002 二.6",
        "characters out of specification",
        ExclusionScope::AvailabilityIf("spec_excludes", "all"),
    ),
    ContractCause::new(
        "TP-S07",
        "002 二.7",
        "a sampling rate out of specification",
        ExclusionScope::AvailabilityIf("spec_excludes", "all"),
    ),
    ContractCause::new(
        "TP-S08",
        "002 二.8",
        "suspended for unlawful content",
        ExclusionScope::Availability,
    ),
];

static SETTINGS: [AmbiguousClause; 12] = [
    AmbiguousClause::new("valid", "T1", &["received_non_4xx", "all_received"]),
    AmbiguousClause::new("spec_violation_in_valid", "T2", &["keep", "drop"]),
    AmbiguousClause::new("spec_excludes", "T3", &["images", "all"]),
    AmbiguousClause::new("unnoticed_maintenance", "T4", &["counts", "excluded"]),
    AmbiguousClause::UNDELIVERED,
    AmbiguousClause::ZERO_BUCKET,
    AmbiguousClause::COMPARE,
    AmbiguousClause::new("notice", "T6", &["prev_workday", "full_workday_between"]),
    AmbiguousClause::new("resolve_clock", "T7", &["from_registration", "from_contact"]),
    AmbiguousClause::new(
        "image_sides",
        "T8",
        &["each_side", "long_side", "short_side", "area"],
    ),
    AmbiguousClause::new("text_unit", "T10", &["unicode_scalar", "utf16"]),
    AmbiguousClause::WORKDAY,
];

/// Limits of the documents (`wire/tupu.md` §1.4) beside those of the agreement.
pub(super) static LIMITS: [ContractTerm; 4] = [
    ContractTerm::new(
        "wire §1.4",
        "pictures a call",
        "10; animated ones that stand alone give up to 10 frames",
    ),
    ContractTerm::new("wire §1.4", "body", "30 MB; a picture in base64 1 MB"),
    ContractTerm::new("wire §1.4", "texts a call", "10"),
    ContractTerm::new(
        "wire §2",
        "timestamp",
        "seconds or milliseconds, 5 minutes off (INFERRED)",
    ),
];

/// 002 二.4–7.
pub(in super::super) const INPUTS: InputRules = InputRules {
    picture_side: NumberRange {
        least: 256,
        most: 512,
    },
    frames: FrameRule {
        by_minute: 10,
        through_minutes: 10,
        longer: NumberRange {
            least: 100,
            most: 500,
        },
    },
    characters_sync: 2_000,
    characters_async: 20_000,
    sample_rate_hz: 8_000,
};

/// Agreement 002.
pub(in super::super) static CONTRACT: Contract = Contract {
    provider: "tupu",
    agreement: "002",
    family: "tupu",
    vector_name: "tupu",
    terms: &[
        ContractTerm::new(
            "002 二.4",
            "pictures",
            "256 to 512 pixels a side, equal ratio; out of it, a failure does not count",
        ),
        ContractTerm::new(
            "002 二.5",
            "video",
            "ten frames a started minute to 100, above ten minutes 100 to 500",
        ),
        ContractTerm::new("002 二.6", "text", "2,000 characters sync, 20,000 async"),
        ContractTerm::new("002 二.7", "audio", "a sampling rate of at least 8 kHz"),
        ContractTerm::new(
            "002 三.2.1)",
            "service cycle",
            "the validity of each package, whole days",
        ),
        ContractTerm::new(
            "002 三.2.1)",
            "failure",
            "left to an annex that is not at hand (T1): 5XX, no answer, undelivered by the provider's fault",
        ),
        ContractTerm::new(
            "002 三.2.1)",
            "commitment",
            "at least 99.9 % over the validity of a package",
        ),
        ContractTerm::new(
            "002 三.2.1)",
            "formula",
            "1 - the mean of five-minute error rates over all buckets of the package",
        ),
        ContractTerm::new(
            "002 三.2.2)",
            "faults",
            "contact within 2 hours, resolved within 24",
        ),
        ContractTerm::new(
            "002 三.3",
            "exclusions",
            "maintenance, congestion, networks and other causes that are not the provider's",
        ),
        ContractTerm::new("002", "compensation", "none in the text (T14)"),
        ContractTerm::new(
            "002 三.5",
            "notice",
            "upgrades with impact: one working day before, effective when sent",
        ),
    ],
    causes: &CAUSES,
    measure: AvailabilityMeasure::BucketMean,
    cycle: CycleRule::Package,
    commitment: Some(9990),
    tiers: &[],
    cap: None,
    form: "none_in_text",
    claim: None,
    notice: Some(NoticeRule {
        name: "tupu_1_workday",
        lead: NoticeLead::Workday,
        needed: "1 working day before the upgrade (三.5), effective when sent",
    }),
    inputs: Some(INPUTS),
    fault_tickets: Some(FaultTicketRule {
        contact_hours: 2,
        resolve_hours: 24,
    }),
    billing_log_months: None,
    settings: &SETTINGS,
};
