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
use crate::exchange::Refusal;
use crate::providers::CallContext;

/// Checks the picture that is the whole body.
fn check_picture(context: &CallContext) -> Result<(), Refusal> {
    request::check(&context.call.body, context)
}
