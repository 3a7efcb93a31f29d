//! The style of a picture (`wire/jdcloud.md` §1.3).

use super::super::super::envelope::EnvelopeKind;
use super::check_picture;
use crate::composition::{TemplateStyle, style_chances};
use crate::exchange::{Decision, InputError, PipelineStage, Refusal};
use crate::imaging::{PixelRange, Sprite};
use crate::providers::{Answer, CallContext, Services};
use serde_json::{Value, json};

pub(in super::super) fn style(context: &CallContext, _: &Services) -> Result<Answer, Refusal> {
    check_picture(context)?;
    Ok(Answer::compute(|context, services| {
        let (studio, body) = (&services.studio, &context.call.body);
        let small = studio.map_picture(body, PixelRange::ANY, 0, |picture| picture.fit_within(256));
        let small = small.map_err(InputError::from)?;
        let mut chances = style_chances(&Sprite::from_picture(&small));
        if context.wrong_verdict.is_some() {
            // A wrong verdict about a style: the least likely comes first.
            let turned: Vec<TemplateStyle> = chances.iter().rev().map(|(style, _)| *style).collect();
            for ((style, _), other) in chances.iter_mut().zip(turned) {
                *style = other;
            }
        }
        let because = "by lightness, colour and contrast of all of it";
        let note = Decision::choose(PipelineStage::Answer, "style", because);
        let styles = chances.iter();
        let styles: Value = styles
            .map(|(style, chance)| json!({"probability": chance, "className": style.name()}))
            .collect();
        let request_id = context.request_id.hyphenated();
        let result = json!({"status": 0, "message": "OK", "styles": styles, "requestId": request_id});
        let mut reply = EnvelopeKind::Ling.served(&result, "0", context);
        reply.notes.push(note);
        Ok(reply)
    }))
}
