//! What composing and its neighbours say on a good day.

mod colours;
mod compose;
mod style;
mod templates;

pub(super) use colours::colours;
pub(super) use compose::compose;
pub(super) use style::style;
pub(super) use templates::templates;

use super::request;
use crate::exchange::{Call, Failure};
use crate::providers::CallContext;
use bytes::Bytes;

/// The picture that is the whole body.
fn picture(call: &Call, context: &CallContext) -> Result<Bytes, Failure> {
    request::check(&call.body, context)?;
    Ok(call.body.clone())
}
