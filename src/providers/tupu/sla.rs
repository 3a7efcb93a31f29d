//! Agreement 002, in numbers and our words.

use crate::sla::{Announced, Cause, Contract, CycleRule, Lead, Leaves, Measure, NoticeRule, Setting, Term};

const fn cause(code: &'static str, clause: &'static str, what: &'static str, leaves: Leaves) -> Cause {
    Cause {
        code,
        clause,
        what,
        leaves,
        announced: None,
    }
}

/// 002 三.3, 二.2, 二.4–8, 七.1. Only for pictures does the agreement say that they do not count as failed (T3).
static CAUSES: [Cause; 11] = [
    Cause {
        announced: Some(Announced {
            lead: Lead::Workday,
            otherwise: Some("TP-X01U"),
        }),
        ..cause(
            "TP-X01",
            "002 三.3.1)",
            "short maintenance, or an upgrade noticed in time",
            Leaves::Availability,
        )
    },
    cause(
        "TP-X01U",
        "002 三.3.1)",
        "maintenance without the notice of 三.5",
        Leaves::AvailabilityIf("unnoticed_maintenance", "excluded"),
    ),
    cause("TP-X02", "002 三.3.2)", "congestion", Leaves::Availability),
    cause(
        "TP-X03",
        "002 三.3.3)",
        "telecom network, DNS pollution, other causes that are not Tupu's",
        Leaves::Availability,
    ),
    cause(
        "TP-X04",
        "002 七.1",
        "force majeure, hacking included",
        Leaves::Availability,
    ),
    cause(
        "TP-S02",
        "002 二.2",
        "beyond the service's capacity",
        Leaves::Availability,
    ),
    cause(
        "TP-S04",
        "002 二.4",
        "a picture out of specification",
        Leaves::OutOfSpec,
    ),
    cause(
        "TP-S05",
        "002 二.5",
        "frames out of specification",
        Leaves::AvailabilityIf("spec_excludes", "all"),
    ),
    cause(
        "TP-S06",
        "002 二.6",
        "characters out of specification",
        Leaves::AvailabilityIf("spec_excludes", "all"),
    ),
    cause(
        "TP-S07",
        "002 二.7",
        "a sampling rate out of specification",
        Leaves::AvailabilityIf("spec_excludes", "all"),
    ),
    cause(
        "TP-S08",
        "002 二.8",
        "suspended for unlawful content",
        Leaves::Availability,
    ),
];

const fn setting(name: &'static str, source: &'static str, readings: &'static [&'static str]) -> Setting {
    Setting {
        name,
        source,
        readings,
    }
}

static SETTINGS: [Setting; 12] = [
    setting("valid", "T1", &["received_non_4xx", "all_received"]),
    setting("spec_violation_in_valid", "T2", &["keep", "drop"]),
    setting("spec_excludes", "T3", &["images", "all"]),
    setting("unnoticed_maintenance", "T4", &["counts", "excluded"]),
    setting("undelivered", "K1", &["clamped", "unclamped", "add_to_valid"]),
    setting("zero_bucket", "§1.5", &["zero_rate", "skip"]),
    setting("compare", "A3", &["exact", "round2", "trunc2"]),
    setting("notice", "T6", &["prev_workday", "full_workday_between"]),
    setting("resolve_clock", "T7", &["from_registration", "from_contact"]),
    setting(
        "image_sides",
        "T8",
        &["each_side", "long_side", "short_side", "area"],
    ),
    setting("text_unit", "T10", &["unicode_scalar", "utf16"]),
    setting("workday", "J22", &["cn", "mon_fri"]),
];

const fn term(clause: &'static str, subject: &'static str, rule: &'static str) -> Term {
    Term {
        clause,
        subject,
        rule,
    }
}

/// Agreement 002.
pub(in super::super) static CONTRACT: Contract = Contract {
    agreement: "002",
    family: "tupu",
    vector_name: "tupu",
    terms: &[
        term(
            "002 二.4",
            "pictures",
            "256 to 512 pixels a side, equal ratio; out of it, a failure does not count",
        ),
        term(
            "002 二.5",
            "video",
            "ten frames a started minute to 100, above ten minutes 100 to 500",
        ),
        term("002 二.6", "text", "2,000 characters sync, 20,000 async"),
        term("002 二.7", "audio", "a sampling rate of at least 8 kHz"),
        term(
            "002 三.2.1)",
            "commitment",
            "at least 99.9 % over the validity of a package",
        ),
        term(
            "002 三.2.1)",
            "formula",
            "1 - the mean of five-minute error rates over all buckets of the package",
        ),
        term(
            "002 三.2.2)",
            "faults",
            "contact within 2 hours, solved within 24",
        ),
        term(
            "002 三.5",
            "notice",
            "upgrades with impact: one working day before, effective when sent",
        ),
    ],
    causes: &CAUSES,
    measure: Measure::BucketMean,
    cycle: CycleRule::Package,
    commitment: Some(9990),
    tiers: &[],
    cap: None,
    form: "none_in_text",
    claim: None,
    notice: Some(NoticeRule {
        name: "tupu_1_workday",
        lead: Lead::Workday,
        needed: "1 working day before the upgrade (三.5), effective when sent",
    }),
    settings: &SETTINGS,
};
