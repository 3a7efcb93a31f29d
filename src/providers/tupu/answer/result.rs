//! What was found in the inputs of a call, on its way into a reply or into a job.

use super::super::errors;
use crate::exchange::{Decision, Reply};
use crate::providers::CallContext;
use serde_json::{Map, Value};

/// What was found in the inputs of a call.
#[derive(Default)]
pub(super) struct RecognitionResult {
    /// Members of the inner text.
    pub members: Map<String, Value>,
    /// Inputs that were judged.
    pub units: u32,
    /// The contract's code for what was out of specification and served all the same.
    pub out_of_spec: Option<&'static str>,
    /// Who decided what, for `explain`.
    pub notes: Vec<Decision>,
}

impl RecognitionResult {
    /// A good answer with it.
    pub(super) fn reply(self, context: &CallContext) -> Reply {
        let mut reply = errors::success(self.members, context);
        reply.units = self.units;
        reply.out_of_spec = self.out_of_spec;
        reply.notes = self.notes;
        reply
    }
}
