//! What the agreements of JD Cloud's products have in common: 000 and 001 differ in few words.

use crate::sla::{
    AmbiguousClause, ClaimRule, CompensationTier, ContractCause, ExclusionScope, NoticeLead, NoticeRule,
};

/// Compensations (000 2.10, 001 2.10).
pub(super) static TIERS: [CompensationTier; 3] = [
    CompensationTier::new("jd_t1", 9500, 15),
    CompensationTier::new("jd_t2", 9000, 30),
    CompensationTier::new("jd_t3", 0, 60),
];

/// 000 2.10.2, 001 2.10.2.
pub(super) const CLAIM: ClaimRule = ClaimRule {
    workday: 3,
    months: 1,
};

/// 000 2.7.1(1), 001 2.7.1(1); J23.
pub(super) const NOTICE: NoticeRule = NoticeRule {
    name: "jd_advance",
    lead: NoticeLead::BeforeStart,
    needed: "any time before the start (2.7.1(1) gives no lead time)",
};

/// Ambiguities, each with its default reading first.
pub(super) static SETTINGS: [AmbiguousClause; 12] = [
    AmbiguousClause::new("failure", "J5", &["no_response", "no_response_or_5xx"]),
    AmbiguousClause::new("late", "J6", &["no_response", "answered"]),
    AmbiguousClause::new(
        "exclusion",
        "J8",
        &["failed_both", "numerator_only", "window_both"],
    ),
    AmbiguousClause::new("zero_requests", "J9", &["full", "undefined"]),
    AmbiguousClause::COMPARE,
    AmbiguousClause::new("fee_base", "J11", &["gross", "cash"]),
    AmbiguousClause::new("cap", "J12", &["own_words", "cash_paid", "cash_payable"]),
    AmbiguousClause::MONEY_ROUNDING,
    AmbiguousClause::CLAIM_OPEN,
    AmbiguousClause::new("claim_close", "J20", &["end_of_next_month", "corresponding_day"]),
    AmbiguousClause::CLAIM_ROLL,
    AmbiguousClause::WORKDAY,
];

/// The causes an agreement leaves out. 000 prints (11) twice, and the second is X12 (J3).
macro_rules! causes {
    ($agreement:literal, $last:literal) => {
        [
            $crate::providers::jdcloud::sla_terms::noticed(
                "JD-X01",
                concat!($agreement, " 2.7.1(1)"),
                "maintenance notified in advance",
            ),
            $crate::providers::jdcloud::sla_terms::cause(
                "JD-X02",
                concat!($agreement, " 2.7.1(2)"),
                "network, device or configuration that is not JD's",
            ),
            $crate::providers::jdcloud::sla_terms::cause(
                "JD-X03",
                concat!($agreement, " 2.7.1(3)"),
                "a carrier's fault",
            ),
            $crate::providers::jdcloud::sla_terms::cause(
                "JD-X04",
                concat!($agreement, " 2.7.1(4)"),
                "the user did not follow manual or recommendations",
            ),
            $crate::providers::jdcloud::sla_terms::cause(
                "JD-X05",
                concat!($agreement, " 2.7.1(5)"),
                "illegal content",
            ),
            $crate::providers::jdcloud::sla_terms::cause(
                "JD-X06",
                concat!($agreement, " 2.7.1(6)"),
                "the user's application or data were attacked",
            ),
            $crate::providers::jdcloud::sla_terms::cause(
                "JD-X07",
                concat!($agreement, " 2.7.1(7)"),
                "the user lost or leaked data or passwords",
            ),
            $crate::providers::jdcloud::sla_terms::cause(
                "JD-X08",
                concat!($agreement, " 2.7.1(8)"),
                "the user upgraded its own operating system",
            ),
            $crate::providers::jdcloud::sla_terms::cause(
                "JD-X09",
                concat!($agreement, " 2.7.1(9)"),
                "the user's application or installation",
            ),
            $crate::providers::jdcloud::sla_terms::cause(
                "JD-X10",
                concat!($agreement, " 2.7.1(10)"),
                "the user's negligence or authorized operation",
            ),
            $crate::providers::jdcloud::sla_terms::cause(
                "JD-X11",
                concat!($agreement, " 2.7.1(11)"),
                "force majeure and accidents",
            ),
            $crate::providers::jdcloud::sla_terms::cause(
                "JD-X12",
                concat!($agreement, " 2.7.1", $last),
                "other reasons that are not JD's",
            ),
        ]
    };
}
pub(super) use causes;

/// A cause that leaves the availability.
pub(super) const fn cause(code: &'static str, clause: &'static str, what: &'static str) -> ContractCause {
    ContractCause::new(code, clause, what, ExclusionScope::Availability)
}

/// The same, where it was announced before it began (2.7.1(1), J23).
pub(super) const fn noticed(code: &'static str, clause: &'static str, what: &'static str) -> ContractCause {
    cause(code, clause, what).announced(NoticeLead::BeforeStart, None)
}
