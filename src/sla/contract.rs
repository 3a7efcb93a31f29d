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

/// What a provider's agreements say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Contract {
    /// The agreements, by their numbers in the contract model.
    pub agreement: &'static str,
    /// Terms, in the order of their clauses.
    pub terms: &'static [Term],
}
