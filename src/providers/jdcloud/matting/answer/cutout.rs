//! Image matting: a JPEG in, the URL of a transparent PNG out.

use super::super::super::envelope::EnvelopeKind;
use super::super::super::errors::ling;
use crate::exchange::{Call, Decision, Failure, PipelineStage, Reply};
use crate::imaging::{CutOut, MatteSide, PictureFormat, PixelRange};
use crate::providers::{Answer, CallContext};
use serde::Serialize;
use std::sync::Arc;

pub(in super::super) fn cutout(call: &Call, context: &CallContext) -> Result<Answer, Failure> {
    let body = call.body.clone();
    ling::check(&body, |kind| kind == PictureFormat::Jpeg)?;
    let remembered = context.studio.cached_cut_out(call.content);
    if let Some(cut) = remembered.filter(|_| context.wrong_verdict.is_none()) {
        let note = Decision::choose(
            PipelineStage::Answer,
            "cache",
            "the same picture was cut out before",
        );
        return Ok(Answer::Ready(reply(&cut, Some(note), context)));
    }
    let context = context.clone();
    Ok(Answer::Work(Box::new(move || {
        let cut = context
            .studio
            .cut_out(&body, PixelRange::ANY, side(&context))
            .map_err(|flaw| Failure::Input(flaw.into()))?;
        Ok(reply(&cut, None, &context))
    })))
}

/// A lie about a cut-out is the ground in place of the thing.
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

fn reply(cut: &Arc<CutOut>, note: Option<Decision>, context: &CallContext) -> Reply {
    let url = context.publish(
        context.apply_picture_damage(&cut.png, cut.digest),
        "png",
        "image/png",
    );
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
