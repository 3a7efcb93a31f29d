//! The terms of one provider.

use serde::Serialize;

/// One fact of an agreement, in our words, with the clause it stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Term {
    /// `000 2.7.1`: the agreement and its clause.
    pub clause: &'static str,
    /// What it is about.
    pub subject: &'static str,
    /// What it says.
    pub rule: &'static str,
}

/// A cause for which the agreement leaves a failed call out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Cause {
    /// Its code, `JD-X01`: what a fault's `cause.code` names.
    pub code: &'static str,
    /// The clause.
    pub clause: &'static str,
    /// What it is.
    pub what: &'static str,
}

/// What a provider's agreements say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Contract {
    /// The agreements, by their numbers in the contract model.
    pub agreement: &'static str,
    /// Terms, in the order of their clauses.
    pub terms: &'static [Term],
    /// Causes it leaves out, in the order of their clauses.
    pub causes: &'static [Cause],
}
