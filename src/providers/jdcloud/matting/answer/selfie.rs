//! Selfie segmentation: base64 in, base64 PNG out. Checks in the order of their codes' sense: method (1008),
//! JSON (1002), field (1001), base64 (1003), bytes (1004), kind (1005), pixels (1004), person (1006).

use super::super::super::envelope::EnvelopeKind;
use super::super::super::errors::ling::MOST_BYTES;
use super::cutout::side;
use crate::exchange::{Decision, Failure, InputError, PipelineStage, Refusal, Reply};
use crate::imaging::{CutOut, PictureFormat, PixelRange};
use crate::providers::{Answer, CallContext, Services};
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::Deserialize;
use serde_json::json;
use std::borrow::Cow;
use std::sync::Arc;

const SIZES: PixelRange = PixelRange {
    least: 50,
    most: 1024,
};

/// Padding is optional: clients differ.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow, default)]
    image: Option<Cow<'a, str>>,
}

pub(in super::super) fn selfie(context: &CallContext, _: &Services) -> Result<Answer, Refusal> {
    if context.call.method != "POST" {
        return Err(Refusal::documented("1008"));
    }
    Ok(Answer::compute(|context, services| {
        let picture = checked(&context.call.body)?;
        if context.is_strict("jdcloud-matting.portrait") {
            let faces = services.studio.faces(&picture, SIZES).map_err(InputError::from)?;
            if faces.is_empty() {
                return Err(InputError::NoPerson.into());
            }
        }
        let cut = services.studio.cut_out(&picture, SIZES, side(context));
        Ok(reply(&cut.map_err(InputError::from)?, context))
    }))
}

/// The picture of a body, of a size and format that are taken.
fn checked(body: &[u8]) -> Result<Vec<u8>, Refusal> {
    let picture = picture(body)?;
    if picture.len() > MOST_BYTES {
        let limit = MOST_BYTES as u64;
        return Err(Failure::TooLarge { limit }.into());
    }
    let format = PictureFormat::detect(&picture).filter(|format| *format != PictureFormat::WebP);
    format.ok_or(InputError::PictureKind)?;
    Ok(picture)
}

pub(in super::super) fn picture(body: &[u8]) -> Result<Vec<u8>, InputError> {
    let request: Request<'_> = serde_json::from_slice(body).map_err(|why| {
        // A field of the wrong type is a parameter error; text that is no JSON at all is not.
        if why.is_data() {
            InputError::Field("image")
        } else {
            InputError::NotJson
        }
    })?;
    let text = request
        .image
        .filter(|text| !text.is_empty())
        .ok_or(InputError::Field("image"))?;
    // A data URL is what browsers make of a picture; its head is not base64.
    let text = text.split_once("base64,").map_or(&*text, |(_, rest)| rest);
    BASE64.decode(text.trim()).map_err(|_| InputError::NotBase64)
}

fn reply(cut: &Arc<CutOut>, context: &CallContext) -> Reply {
    let result = json!({
        "status": 1000,
        // The blank is the vendor's (§4).
        "message": "ok ",
        "used_time": context.elapsed_ms(),
        "image": base64::engine::general_purpose::STANDARD.encode(&context.apply_picture_damage(&cut.png, cut.digest).0),
    });
    let mut reply = EnvelopeKind::Jdai.served(&result, "1000", context);
    reply.notes.push(Decision::choose(
        PipelineStage::Answer,
        "matte",
        cut.because.clone(),
    ));
    reply
}
