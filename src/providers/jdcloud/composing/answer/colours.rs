//! A picture in other colours (`wire/jdcloud.md` §1.3). The documents do not say how many come back; their example has
//! three.

use super::super::super::envelope::EnvelopeKind;
use super::check_picture;
use crate::composition::rotate_hues;
use crate::exchange::{ContentDigest, InputError, Refusal};
use crate::imaging::{Picture, PixelRange, encode_rgba};
use crate::providers::{Answer, CallContext, FileFormat, Services};
use serde_json::json;

/// How far the hues are turned, in degrees.
const TURNS: [f32; 3] = [90.0, 180.0, 270.0];

pub(in super::super) fn colours(context: &CallContext, _: &Services) -> Result<Answer, Refusal> {
    check_picture(context)?;
    Ok(Answer::compute(|context, services| {
        // A wrong verdict about colours: they stay as they are.
        let turns = if context.wrong_verdict.is_some() {
            [0.0; 3]
        } else {
            TURNS
        };
        let rotate = |picture: &Picture| -> Vec<String> {
            let rotated = rotate_hues(picture, &turns).into_iter();
            let urls = rotated.map(|rgba| {
                let png = encode_rgba(picture.width, picture.height, &rgba);
                let digest = ContentDigest::of(&png);
                context.publish_picture(&png, digest, FileFormat::PNG, services)
            });
            urls.collect()
        };
        // Each as pixels and as a file.
        let copies = 2 * TURNS.len() as u64;
        let (studio, body) = (&services.studio, &context.call.body);
        let urls = studio.map_picture(body, PixelRange::ANY, copies, rotate);
        let urls = urls.map_err(InputError::from)?;
        let request_id = context.request_id.hyphenated();
        let result = json!({"status": 0, "message": "OK", "requestId": request_id, "colored_urls": urls});
        Ok(EnvelopeKind::Ling.served(&result, "0", context))
    }))
}
