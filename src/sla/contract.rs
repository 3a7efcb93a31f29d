//! The terms of one provider: what it promises, with the clause beside each fact.

use super::clauses::is_known;
use super::{AmbiguousClause, FaultTicketRule, InputRules};
use serde::Serialize;

/// One fact of an agreement, in our words, with the clause it stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ContractTerm {
    /// `000 2.7.1`: the agreement, by the number the contract gives it, and its clause. `wire §1.1` stands for a limit of the
    /// vendor's documents, `INFERRED` for one that no document gives.
    pub clause: &'static str,
    /// What it is about.
    pub subject: &'static str,
    /// What it says.
    pub rule: &'static str,
}

impl ContractTerm {
    /// A fact with its clause.
    pub const fn new(clause: &'static str, subject: &'static str, rule: &'static str) -> Self {
        Self {
            clause,
            subject,
            rule,
        }
    }
}

/// A cause for which the agreement leaves a failed call out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ContractCause {
    /// Its code, `JD-X01`: what a fault's `cause.code` names.
    pub code: &'static str,
    /// The clause.
    pub clause: &'static str,
    /// What it is.
    pub what: &'static str,
    /// What it is left out of.
    pub leaves: ExclusionScope,
    /// The notice without which it is not granted.
    pub announced: Option<NoticeCondition>,
}

impl ContractCause {
    /// A cause that is granted without a notice.
    ///
    /// # Panics
    /// When `leaves` names a clause or reading that the engines do not know; in a constant the program does not compile.
    pub const fn new(
        code: &'static str,
        clause: &'static str,
        what: &'static str,
        leaves: ExclusionScope,
    ) -> Self {
        if let ExclusionScope::AvailabilityIf(setting, reading) = leaves {
            assert!(
                is_known(setting, reading),
                "no engine knows this clause with this reading"
            );
        }
        Self {
            code,
            clause,
            what,
            leaves,
            announced: None,
        }
    }

    /// The same, granted only where it was announced.
    #[must_use]
    pub const fn announced(self, lead: NoticeLead, otherwise: Option<&'static str>) -> Self {
        Self {
            announced: Some(NoticeCondition { lead, otherwise }),
            ..self
        }
    }
}

/// A notice without which a cause is not granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct NoticeCondition {
    /// How long before.
    pub lead: NoticeLead,
    /// The cause in its place without it.
    pub otherwise: Option<&'static str>,
}

/// What a cause leaves a failed call out of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExclusionScope {
    /// The availability, published and compensable.
    Availability,
    /// The same, as an input out of specification, which may leave the valid count too.
    OutOfSpec,
    /// The compensation alone: the published availability keeps it.
    Compensation,
    /// The availability, where a setting has a reading; else nothing.
    AvailabilityIf(&'static str, &'static str),
}

/// How availability is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AvailabilityMeasure {
    /// 1 - failures / requests of the cycle.
    RequestRatio,
    /// 1 - the mean of the error rates of all five-minute buckets of the cycle.
    BucketMean,
    /// 1 - failures / requests, for information: nothing is promised.
    Informative,
}

/// What a cycle is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CycleRule {
    /// A natural month; the first from the day of application.
    NaturalMonth,
    /// The natural months of a term, its first and last cut to it.
    Term,
    /// The whole validity of a package.
    Package,
}

/// A row of the table of compensations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct CompensationTier {
    /// Its name.
    pub id: &'static str,
    /// Least availability of the row, in ten-thousandths.
    pub from: u32,
    /// Percent of the fee.
    pub percent: u32,
}

impl CompensationTier {
    /// A row of the table.
    pub const fn new(id: &'static str, from: u32, percent: u32) -> Self {
        Self { id, from, percent }
    }
}

/// The most that is compensated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct CompensationCap {
    /// Percent of the cash.
    pub percent: u32,
    /// Which cash.
    pub cash: CapBasis,
}

/// Which cash a cap goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CapBasis {
    /// What has been paid.
    Paid,
    /// What is to be paid.
    Payable,
}

/// When compensation is claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ClaimRule {
    /// After so many working days of the next month.
    pub workday: u32,
    /// Within so many months after the month.
    pub months: i32,
}

/// How long before it takes effect something is announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct NoticeRule {
    /// Its name in vectors.
    pub name: &'static str,
    /// How long before.
    pub lead: NoticeLead,
    /// In words.
    pub needed: &'static str,
}

/// How long before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoticeLead {
    /// Any time before the start.
    BeforeStart,
    /// So many days, the day of the notice not counted.
    Days(i64),
    /// A working day.
    Workday,
}

/// What a provider's agreements say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Contract {
    /// The provider it is with.
    pub provider: &'static str,
    /// The agreement, by the number it has here: `000` to `004`.
    pub agreement: &'static str,
    /// The name of its settings' family in vectors.
    pub family: &'static str,
    /// The provider's name in vectors.
    pub vector_name: &'static str,
    /// Terms, in the order of their clauses.
    pub terms: &'static [ContractTerm],
    /// Causes it leaves out, in the order of their clauses.
    pub causes: &'static [ContractCause],
    /// How availability is measured.
    pub measure: AvailabilityMeasure,
    /// Over what.
    pub cycle: CycleRule,
    /// The availability that is promised, in ten-thousandths.
    pub commitment: Option<u32>,
    /// Compensations, the smallest first.
    pub tiers: &'static [CompensationTier],
    /// The most that is compensated.
    pub cap: Option<CompensationCap>,
    /// What compensation is given as.
    pub form: &'static str,
    /// When it is claimed.
    pub claim: Option<ClaimRule>,
    /// When changes are announced.
    pub notice: Option<NoticeRule>,
    /// What is asked of inputs.
    pub inputs: Option<InputRules>,
    /// How soon reported faults are answered.
    pub fault_tickets: Option<FaultTicketRule>,
    /// How many months original billing logs are kept.
    pub billing_log_months: Option<i32>,
    /// Ambiguities and their readings.
    pub settings: &'static [AmbiguousClause],
}

impl Contract {
    /// The clause of a term, by its subject; empty where the agreement says nothing of it.
    pub fn clause(&self, subject: &str) -> &'static str {
        let found = self.terms.iter().find(|term| term.subject == subject);
        found.map_or("", |term| term.clause)
    }

    /// A cause by its code.
    pub fn cause(&self, code: &str) -> Option<&'static ContractCause> {
        self.causes.iter().find(|cause| cause.code == code)
    }

    /// Whether there are causes that leave the compensation alone, so that there are two availabilities.
    pub fn has_two_availabilities(&self) -> bool {
        self.causes
            .iter()
            .any(|cause| cause.leaves == ExclusionScope::Compensation)
    }
}
