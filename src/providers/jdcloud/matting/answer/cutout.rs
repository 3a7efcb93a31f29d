//! Image matting: a JPEG in, the URL of a transparent PNG out.

use super::super::super::envelope::EnvelopeKind;
use super::super::super::errors::ling;
use crate::exchange::{Decision, InputError, PipelineStage, Refusal, Reply};
use crate::imaging::{CutOut, MatteSide, PictureFormat, PixelRange};
use crate::providers::{Answer, CallContext, FileFormat, Services};
use serde::Serialize;
use std::sync::Arc;

pub(in super::super) fn cutout(context: &CallContext, services: &Services) -> Result<Answer, Refusal> {
    ling::check(&context.call.body, |kind| kind == PictureFormat::Jpeg)?;
    let remembered = services.studio.cached_cut_out(context.call.content());
    if let Some(cut) = remembered.filter(|_| context.wrong_verdict.is_none()) {
        let why = "the same picture was cut out before";
        let note = Decision::choose(PipelineStage::Answer, "cache", why);
        return Ok(Answer::Ready(reply(&cut, Some(note), context, services)));
    }
    Ok(Answer::compute(|context, services| {
        let cut = services
            .studio
            .cut_out(&context.call.body, PixelRange::ANY, side(context))
            .map_err(InputError::from)?;
        Ok(reply(&cut, None, context, services))
    }))
}

/// A wrong verdict about a cut-out is the ground in place of the thing.
pub(super) fn side(context: &CallContext) -> MatteSide {
    match context.wrong_verdict {
        None => MatteSide::Foreground,
        Some(_) => MatteSide::Background,
    }
}

/// What the service says of a picture it cut out (`wire/jdcloud.md` §3.1).
#[derive(Serialize)]
struct Done {
    status: u32,
    message: &'static str,
    cutout_image_url: String,
    #[serde(rename = "requestId")]
    request_id: String,
}

fn reply(cut: &Arc<CutOut>, note: Option<Decision>, context: &CallContext, services: &Services) -> Reply {
    let url = context.publish_picture(&cut.png, cut.digest, FileFormat::PNG, services);
    let result = Done {
        status: 0,
        message: "OK",
        cutout_image_url: url,
        request_id: context.request_id.hyphenated(),
    };
    let mut reply = EnvelopeKind::Ling.served(&result, "0", context);
    reply.notes.extend(note);
    reply.notes.push(Decision::choose(
        PipelineStage::Answer,
        "matte",
        cut.because.clone(),
    ));
    reply
}
