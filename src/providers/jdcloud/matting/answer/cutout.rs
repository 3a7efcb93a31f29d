//! Image matting: a JPEG in, the URL of a transparent PNG out.

use super::super::super::envelope::Envelope;
use super::super::super::ling;
use crate::exchange::{Call, Decision, Failure, Reply, Stage};
use crate::imaging::{CutOut, Kind, PixelRange, Side};
use crate::providers::{Answer, Desk};
use serde::Serialize;
use std::sync::Arc;

pub(in super::super) fn cutout(call: &Call, desk: &Desk) -> Result<Answer, Failure> {
    let body = call.body.clone();
    ling::check(&body, |kind| kind == Kind::Jpeg)?;
    let remembered = desk.studio.remembered_cut_out(call.content);
    if let Some(cut) = remembered.filter(|_| desk.lie.is_none()) {
        let note = Decision::choose(Stage::Answer, "cache", "the same picture was cut out before");
        return Ok(Answer::Ready(reply(&cut, Some(note), desk)));
    }
    let desk = desk.clone();
    Ok(Answer::Work(Box::new(move || {
        let cut = desk
            .studio
            .cut_out(&body, PixelRange::ANY, side(&desk))
            .map_err(|flaw| Failure::Input(flaw.into()))?;
        Ok(reply(&cut, None, &desk))
    })))
}

/// A lie about a cut-out is the ground in place of the thing.
pub(super) fn side(desk: &Desk) -> Side {
    match desk.lie {
        None => Side::Thing,
        Some(_) => Side::Ground,
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

fn reply(cut: &Arc<CutOut>, note: Option<Decision>, desk: &Desk) -> Reply {
    let url = desk.publish(desk.shipped(&cut.png, cut.digest), "png", "image/png");
    let result = Done {
        status: 0,
        message: "OK",
        cutout_image_url: url,
        request_id: desk.request_id.hyphenated(),
    };
    let mut reply = Envelope::Ling.served(&result, "0", desk);
    reply.notes.extend(note);
    reply
        .notes
        .push(Decision::choose(Stage::Answer, "matte", cut.because.clone()));
    reply
}
