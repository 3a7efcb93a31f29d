//! Human parsing: a picture in, a class for each pixel out.

use super::super::super::envelope::EnvelopeKind;
use super::super::super::errors::ling;
use crate::exchange::{Decision, InputError, PipelineStage, Refusal, Reply};
use crate::imaging::{PersonMask, PictureFormat, PixelRange};
use crate::providers::{Answer, CallContext, Services};
use serde_json::json;

const SIZES: PixelRange = PixelRange {
    least: 256,
    most: 4096,
};

pub(in super::super) fn parsing(context: &CallContext, _: &Services) -> Result<Answer, Refusal> {
    ling::check(&context.call.body, |kind| {
        matches!(kind, PictureFormat::Jpeg | PictureFormat::Png)
    })?;
    Ok(Answer::compute(|context, services| {
        let people = services.studio.people(&context.call.body, SIZES);
        let people = people.map_err(InputError::from)?;
        if people.is_empty() && context.is_strict("jdcloud-matting.person") {
            return Err(InputError::NoPerson.into());
        }
        Ok(reply(&people, context))
    }))
}

fn reply(people: &[PersonMask], context: &CallContext) -> Reply {
    let boxes: Vec<_> = people
        .iter()
        .map(|person| json!([person.left, person.top, person.right, person.bottom, person.score]))
        .collect();
    let mut classes: Vec<Vec<&[u8]>> = people
        .iter()
        .map(|person| person.classes.chunks(person.width).collect())
        .collect();
    if context.wrong_verdict.is_some() {
        // A wrong verdict about a person: upside down, so that the boxes fit and the classes do not.
        for rows in &mut classes {
            rows.reverse();
        }
    }
    let result = json!({
        "status": 0,
        "message": "ok",
        "request_id": context.request_id.hyphenated(),
        "used_time": context.elapsed_ms(),
        "humanDetectionResult": boxes,
        "humanParsingResult": classes,
    });
    let mut reply = EnvelopeKind::Jdai.served(&result, "0", context);
    let because = format!("{} faces were found, each with the body below it", people.len());
    reply
        .notes
        .push(Decision::choose(PipelineStage::Answer, "people", because));
    reply
}
