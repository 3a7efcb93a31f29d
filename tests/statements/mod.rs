//! Statements of a running server: months through the real pipeline, and everything that is made of them.

mod claims;
mod evidence;
mod formulas;
mod money;
mod month;
mod pages;
mod reconcile;
mod waiting;
