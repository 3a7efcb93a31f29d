//! Whether a face is a real person's with that name and number (`wire/tupu.md` §1.4 #20, §3.6). Nobody is asked: a face
//! that is seen, with a name and a number of the right form, passes.

use super::super::errors;
use super::super::verdict::{RecognitionInput, expected_verdict};
use super::{MOST_PICTURE_BYTES, field};
use crate::exchange::{Decision, InputError, PipelineStage, Refusal, Reply};
use crate::imaging::{PictureError, PictureFeatures};
use crate::outbound::FetchRequest;
use crate::providers::{Answer, CallContext, Services};
use crate::recognition::Marker;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Map, json};
use std::borrow::Cow;

/// Weights of the digits of an identity number, and what its last place says (GB 11643-1999).
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS: &[u8; 11] = b"10X98765432";

/// Face verification.
pub(in super::super) fn face_verify(context: &CallContext, _: &Services) -> Result<Answer, Refusal> {
    let form = context.call.form()?;
    let needed = |name: &'static str| {
        let value = form.text(name).filter(|value| !value.is_empty());
        value.map(Cow::into_owned).ok_or(field(name))
    };
    let (image, name, number) = (needed("image")?, needed("name")?, needed("idNo")?);
    let kind = form.text("imageType").unwrap_or("url".into());
    let fetches = match &*kind {
        "url" => vec![FetchRequest {
            url: image.clone(),
            referer: None,
            max_bytes: MOST_PICTURE_BYTES,
        }],
        "base64" => Vec::new(),
        _ => return Err(field("imageType")),
    };
    Ok(Answer::fetch(fetches, move |fetched, context, services| {
        let bytes = match fetched.into_iter().next() {
            Some(fetched) => fetched.ok(),
            None => STANDARD.decode(image.trim()).ok().map(Bytes::from),
        };
        // Code 20: the picture could not be had, or is none.
        let bytes = bytes.ok_or(InputError::NoPerson)?;
        let seen = services
            .studio
            .features(&bytes, 1, &services.studio.decode_budget());
        let seen = seen.map_err(|_: PictureError| InputError::NoPerson)?;
        let claim = IdentityClaim {
            picture: &bytes,
            seen: &seen[0],
            name: &name,
            number: &number,
        };
        Ok(claim.reply(context))
    }))
}

/// A face, and whose it is said to be.
struct IdentityClaim<'a> {
    picture: &'a [u8],
    seen: &'a PictureFeatures,
    name: &'a str,
    number: &'a str,
}

impl IdentityClaim<'_> {
    fn reply(&self, context: &CallContext) -> Reply {
        let (label, rate, because) = self.verdict(context);
        let mut members = Map::new();
        members.insert("label".into(), json!(label));
        members.insert("rate".into(), json!(rate));
        members.insert("review".into(), json!(rate < 0.8));
        if label == 0 {
            members.insert("featureId".into(), json!(format!("{:016x}", self.seen.phash)));
        }
        let mut reply = errors::success(members, context);
        reply.units = 1;
        reply.notes = vec![Decision::choose(PipelineStage::Answer, "verdict", because)];
        reply
    }

    /// Labels of §3.6: -1 other, 0 pass, 1 poor face, 3 real-name failed, 4 bad number, 5 bad name, 6 they do not match.
    fn verdict(&self, context: &CallContext) -> (i64, f64, String) {
        let (seen, name) = (self.seen, self.name);
        let input = RecognitionInput {
            bytes: self.picture,
            phash: Some(seen.phash),
            text: Some(name),
            ..RecognitionInput::default()
        };
        let given = expected_verdict(input, context);
        if let Some((id, given)) = given
            && let Some(own) = given.first()
        {
            let label = own
                .label
                .as_deref()
                .and_then(|label| label.parse().ok())
                .unwrap_or(0);
            return (label, own.rate.unwrap_or(0.99), format!("expectation {id:?}"));
        }
        let markers = seen.codes.iter().flat_map(|code| Marker::parse_all(code));
        if let Some(own) = markers
            .into_iter()
            .find(|own| own.name.eq_ignore_ascii_case("face"))
        {
            let label = own
                .detail
                .as_deref()
                .and_then(|label| label.parse().ok())
                .unwrap_or(0);
            return (
                label,
                own.rate.unwrap_or(0.99),
                "the marker in the picture".into(),
            );
        }
        if !is_number(self.number) {
            (4, 0.0, "the number's form or check digit is wrong".into())
        } else if !(2..=20).contains(&name.chars().count()) || name.chars().any(|c| c.is_ascii_digit()) {
            (5, 0.0, "the name's form is wrong".into())
        } else if let Some(face) = seen.faces.first() {
            (0, 0.8 + 0.2 * f64::from(face.score), "a face is seen".into())
        } else {
            (1, 0.0, "no face is seen".into())
        }
    }
}

fn is_number(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits: Option<Vec<u32>> = bytes
        .iter()
        .take(17)
        .map(|b| char::from(*b).to_digit(10))
        .collect();
    let Some(digits) = digits.filter(|_| bytes.len() == 18) else {
        return false;
    };
    let sum: u32 = digits
        .iter()
        .zip(WEIGHTS)
        .map(|(digit, weight)| digit * weight)
        .sum();
    CHECKS[(sum % 11) as usize] == bytes[17].to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identity_numbers_are_checked_by_their_last_place() {
        // The example of GB 11643-1999, annex A.
        assert!(is_number("11010519491231002X"));
        assert!(is_number("11010519491231002x"));
        for no in ["110105194912310021", "1101051949123100", "", "11010519491231测"] {
            assert!(!is_number(no), "{no}");
        }
    }
}
