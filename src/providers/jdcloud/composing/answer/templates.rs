//! The list of templates, page by page: those that are carried along, then the world's own (`wire/jdcloud.md` §1.2, §4).

use super::compose::{default_texts, published};
use crate::composition::{CanvasSize, CompositionRequest, SIDES, Template, builtins};
use crate::exchange::{Failure, InputError, Refusal, Reply};
use crate::providers::{Answer, CallContext, Services};
use serde_json::{Value, json};
use std::sync::Arc;

/// Most templates of a page (INFERRED; nothing is published).
const MOST_PER_PAGE: usize = 100;
/// The longer side of a thumbnail.
const THUMBNAIL: u32 = 240;

pub(in super::super) fn templates(context: &CallContext, _: &Services) -> Result<Answer, Refusal> {
    let number = |name: &'static str| {
        let value = context
            .call
            .param(name)
            .and_then(|value| value.trim().parse().ok());
        value
            .filter(|number: &usize| *number >= 1)
            .ok_or(InputError::Field(name))
    };
    let (page, per_page) = (number("page")?, number("per_page")?);
    if per_page > MOST_PER_PAGE {
        return Err(InputError::Field("per_page").into());
    }
    Ok(Answer::compute(move |context, services| {
        list(page, per_page, context, services)
    }))
}

fn list(page: usize, per_page: usize, context: &CallContext, services: &Services) -> Result<Reply, Refusal> {
    let own = services
        .templates
        .all(&context.world)
        .map_err(|_| Failure::Internal)?;
    // What is damaged is reported to the world's user, never to its clients.
    let own = own.into_iter().filter_map(|kept| Some((kept.id, kept.template?)));
    let carried = builtins()
        .iter()
        .map(|one| (one.id.to_owned(), one.template.clone()));
    let all: Vec<(String, Arc<Template>)> = carried.chain(own).collect();
    let shown = all.chunks(per_page).nth(page - 1).unwrap_or_default();
    let texts = default_texts(context);
    let orders: Vec<CompositionRequest<'_>> = shown
        .iter()
        .map(|(_, template)| thumbnail(template, &texts))
        .collect();
    let thumbnails = services.composer.compose_all(&orders);
    let listed = shown.iter().zip(&thumbnails).map(|((id, template), thumbnail)| {
        json!({
            "id": id,
            "name": template.name,
            "thumbnail": published(thumbnail, context, services),
            "size": {"height": template.size.height, "width": template.size.width},
        })
    });
    let listed: Value = listed.collect();
    // This answer alone has no envelope (§3.1).
    let body = json!({"data": {"templates": listed, "total": all.len()}});
    let mut reply = Reply::json(200, "application/json", body.to_string().into_bytes());
    reply.code = "0".into();
    reply.units = 1;
    Ok(reply)
}

/// A template with the copy of nobody, small, of its own shape as far as pictures may be small.
fn thumbnail<'a>(template: &'a Template, texts: &'a [String]) -> CompositionRequest<'a> {
    let longest = template.size.width.max(template.size.height);
    let side = |pixels: u32| (pixels * THUMBNAIL / longest).clamp(*SIDES.start(), *SIDES.end());
    CompositionRequest {
        template,
        size: CanvasSize {
            width: side(template.size.width),
            height: side(template.size.height),
        },
        products: &[],
        texts,
    }
}
