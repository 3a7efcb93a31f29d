//! Pictures and copy in, composed pictures out (`wire/jdcloud.md` §1.2, §4).

use super::super::super::envelope::EnvelopeKind;
use super::super::request::{ComposeRequest, ComposingService, TemplateChoice};
use crate::composition::{
    CanvasSize, ComposedPicture, CompositionRequest, Template, TemplateStyle, builtin, builtins, style_of,
};
use crate::exchange::{Call, Decision, Failure, InputError, PipelineStage, Reply};
use crate::imaging::{PixelRange, Sprite};
use crate::providers::{Answer, CallContext};
use crate::world::{MessageLanguage, TemplateError};
use serde_json::{Map, Value, json};
use std::sync::Arc;

pub(in super::super) fn compose(
    operation: &str,
    call: &Call,
    context: &CallContext,
) -> Result<Answer, Failure> {
    let asked = ComposeRequest::read(operation, call, context)?;
    let context = context.clone();
    Ok(Answer::Work(Box::new(move || {
        let (products, mut notes) = products(&asked, &context)?;
        let templates = chosen(&asked.choice, &products, (&mut notes, &context))?;
        let texts = texts(&asked, &context);
        let all = composed(&asked, (&templates, &products, &texts), &context);
        let told = all.iter().flat_map(|one| &one.notes);
        notes.extend(told.map(|why| Decision::choose(PipelineStage::Answer, "copy", why.clone())));
        Ok(reply(&asked, &all, (notes, &context)))
    })))
}

/// Things cut out of the pictures; each once, whatever the sizes. A fault that lies shows what nobody sent.
fn products(
    asked: &ComposeRequest,
    context: &CallContext,
) -> Result<(Vec<Arc<Sprite>>, Vec<Decision>), Failure> {
    if context.wrong_verdict.is_some() {
        return Ok((Vec::new(), Vec::new()));
    }
    let mut notes = Vec::new();
    let pieces = asked.pictures.iter().map(|picture| {
        let piece = context.studio.product_cutout(picture, PixelRange::ANY);
        let piece = piece.map_err(|flaw| Failure::Input(flaw.into()))?;
        notes.push(Decision::choose(
            PipelineStage::Answer,
            "matte",
            piece.because.clone(),
        ));
        Ok(piece.sprite.clone())
    });
    let pieces: Result<Vec<_>, Failure> = pieces.collect();
    Ok((pieces?, notes))
}

/// Copy where a call brings none, or a fault lies about it.
fn texts(asked: &ComposeRequest, context: &CallContext) -> Vec<String> {
    let has_own = asked.texts.iter().any(|text| !text.trim().is_empty());
    if has_own && context.wrong_verdict.is_none() {
        asked.texts.clone()
    } else {
        default_texts(context)
    }
}

/// Copy for pictures without any.
pub(super) fn default_texts(context: &CallContext) -> Vec<String> {
    let texts = match context.language() {
        MessageLanguage::Zh => ["品质好物", "用心之选 · 焕新生活", "限时特惠", "立即选购"],
        MessageLanguage::En => ["Made to Last", "Good things for every day", "New in", "Shop now"],
    };
    texts.map(str::to_owned).to_vec()
}

/// The template that is named, or the three that fit.
fn chosen(
    choice: &TemplateChoice,
    products: &[Arc<Sprite>],
    (notes, context): (&mut Vec<Decision>, &CallContext),
) -> Result<Vec<Arc<Template>>, Failure> {
    let style = match choice {
        TemplateChoice::Template(id) => return Ok(vec![named(id, context)?]),
        TemplateChoice::Matched(Some(style)) => *style,
        TemplateChoice::Matched(None) => {
            let found = products.first().map(|product| style_of(product));
            let because = match found {
                Some(style) => format!("the first product looks {}", style.name()),
                None => "there is no product to tell a style by".to_owned(),
            };
            notes.push(Decision::choose(PipelineStage::Answer, "style", because));
            found.unwrap_or(TemplateStyle::Neutral)
        }
    };
    let own = builtins().iter().filter(|one| one.template.style() == style);
    Ok(own.map(|one| one.template.clone()).collect())
}

fn named(id: &str, context: &CallContext) -> Result<Arc<Template>, Failure> {
    if let Some(own) = builtin(id) {
        return Ok(own.template.clone());
    }
    context
        .templates
        .get(&context.world, id)
        .map_err(|why| match why {
            TemplateError::Damaged(_) | TemplateError::Store(_) => Failure::Internal,
            TemplateError::Unknown(_)
            | TemplateError::Exists(_)
            | TemplateError::Full
            | TemplateError::Id
            | TemplateError::Flaw(_) => Failure::Input(InputError::NotFound),
        })
}

/// Every template in every size, the sizes of a template together.
fn composed(
    asked: &ComposeRequest,
    (templates, products, texts): (&[Arc<Template>], &[Arc<Sprite>], &[String]),
    context: &CallContext,
) -> Vec<ComposedPicture> {
    let sizes = |template: &Template| asked.sizes.clone().unwrap_or_else(|| vec![template.size]);
    let orders = templates.iter().flat_map(|template| {
        sizes(template).into_iter().map(|size| CompositionRequest {
            template,
            size,
            products,
            texts,
        })
    });
    let orders: Vec<CompositionRequest<'_>> = orders.collect();
    context.composer.compose_all(&orders)
}

fn reply(
    asked: &ComposeRequest,
    all: &[ComposedPicture],
    (notes, context): (Vec<Decision>, &CallContext),
) -> Reply {
    let urls: Vec<(CanvasSize, String)> = all
        .iter()
        .map(|one| (one.size, published(one, context)))
        .collect();
    let image = |(size, url): &(CanvasSize, String)| json!({"size": {"width": size.width, "height": size.height}, "url": url});
    let images = |part: &[(CanvasSize, String)]| -> Value { part.iter().map(image).collect() };
    let mut result = Map::new();
    match (asked.service, &asked.choice) {
        (ComposingService::Custom, _) => result.insert("image_url".into(), json!(urls[0].1)),
        (ComposingService::Intelligent, TemplateChoice::Template(_)) => {
            result.insert("images".into(), images(&urls))
        }
        // One list for each of the templates that fit (§4).
        (ComposingService::Intelligent, TemplateChoice::Matched(_)) => {
            let each = asked.sizes.as_ref().map_or(1, Vec::len);
            result.insert("images".into(), urls.chunks(each).map(images).collect())
        }
    };
    result.insert("status".into(), json!(0));
    result.insert("message".into(), json!("OK"));
    result.insert("requestId".into(), json!(context.request_id.hyphenated()));
    let mut reply = EnvelopeKind::Ling.served(&result, "0", context);
    reply.notes = notes;
    reply
}

pub(super) fn published(one: &ComposedPicture, context: &CallContext) -> String {
    let digest = xxhash_rust::xxh3::xxh3_128(&one.jpeg);
    context.publish(
        context.apply_picture_damage(&one.jpeg, digest),
        "jpg",
        "image/jpeg",
    )
}
