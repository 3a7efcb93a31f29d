//! Statements of service over HTTP: paths, queries and content types. What they say is made in `statements`.

pub(super) mod budget;
mod chart;
pub(super) mod claims;
pub(super) mod evidence;
pub(super) mod openslo;
pub(super) mod page;
mod query;
pub(super) mod readings;
pub(super) mod reconcile;
pub(super) mod statement;
