//! Pictures and copy in, composed pictures out (`wire/jdcloud.md` §1.2, §4).

use super::super::super::envelope::Envelope;
use super::super::asked::{Asked, Choice, Service};
use crate::composition::{Composed, Order, Size, Style, Template, builtin, builtins, style_of};
use crate::exchange::{Call, Decision, Failure, InputFlaw, Reply, Stage};
use crate::imaging::{PixelRange, Sprite};
use crate::providers::{Answer, Desk};
use crate::world::{Language, TemplateError};
use serde_json::{Map, Value, json};
use std::sync::Arc;

pub(in super::super) fn compose(operation: &str, call: &Call, desk: &Desk) -> Result<Answer, Failure> {
    let asked = Asked::read(operation, call, desk)?;
    let desk = desk.clone();
    Ok(Answer::Work(Box::new(move || {
        let (products, mut notes) = products(&asked, &desk)?;
        let templates = chosen(&asked.choice, &products, (&mut notes, &desk))?;
        let texts = texts(&asked, &desk);
        let all = composed(&asked, (&templates, &products, &texts), &desk);
        let told = all.iter().flat_map(|one| &one.notes);
        notes.extend(told.map(|why| Decision::choose(Stage::Answer, "copy", why.clone())));
        Ok(reply(&asked, &all, (notes, &desk)))
    })))
}

/// Things cut out of the pictures; each once, whatever the sizes. A fault that lies shows what nobody sent.
fn products(asked: &Asked, desk: &Desk) -> Result<(Vec<Arc<Sprite>>, Vec<Decision>), Failure> {
    if desk.lie.is_some() {
        return Ok((Vec::new(), Vec::new()));
    }
    let mut notes = Vec::new();
    let pieces = asked.pictures.iter().map(|picture| {
        let piece = desk.studio.piece(picture, PixelRange::ANY);
        let piece = piece.map_err(|flaw| Failure::Input(flaw.into()))?;
        notes.push(Decision::choose(Stage::Answer, "matte", piece.because.clone()));
        Ok(piece.sprite.clone())
    });
    let pieces: Result<Vec<_>, Failure> = pieces.collect();
    Ok((pieces?, notes))
}

/// Copy where a call brings none, or a fault lies about it.
fn texts(asked: &Asked, desk: &Desk) -> Vec<String> {
    let has_own = asked.texts.iter().any(|text| !text.trim().is_empty());
    if has_own && desk.lie.is_none() {
        asked.texts.clone()
    } else {
        default_texts(desk)
    }
}

/// Copy for pictures without any.
pub(super) fn default_texts(desk: &Desk) -> Vec<String> {
    let texts = match desk.language() {
        Language::Zh => ["品质好物", "用心之选 · 焕新生活", "限时特惠", "立即选购"],
        Language::En => ["Made to Last", "Good things for every day", "New in", "Shop now"],
    };
    texts.map(str::to_owned).to_vec()
}

/// The template that is named, or the three that fit.
fn chosen(
    choice: &Choice,
    products: &[Arc<Sprite>],
    (notes, desk): (&mut Vec<Decision>, &Desk),
) -> Result<Vec<Arc<Template>>, Failure> {
    let style = match choice {
        Choice::Template(id) => return Ok(vec![named(id, desk)?]),
        Choice::Matched(Some(style)) => *style,
        Choice::Matched(None) => {
            let found = products.first().map(|product| style_of(product));
            let because = match found {
                Some(style) => format!("the first product looks {}", style.name()),
                None => "there is no product to tell a style by".to_owned(),
            };
            notes.push(Decision::choose(Stage::Answer, "style", because));
            found.unwrap_or(Style::Neutral)
        }
    };
    let own = builtins().iter().filter(|one| one.template.style() == style);
    Ok(own.map(|one| one.template.clone()).collect())
}

fn named(id: &str, desk: &Desk) -> Result<Arc<Template>, Failure> {
    if let Some(own) = builtin(id) {
        return Ok(own.template.clone());
    }
    desk.templates.get(&desk.world, id).map_err(|why| match why {
        TemplateError::Damaged(_) | TemplateError::Store(_) => Failure::Internal,
        TemplateError::Unknown(_)
        | TemplateError::Exists(_)
        | TemplateError::Full
        | TemplateError::Id
        | TemplateError::Flaw(_) => Failure::Input(InputFlaw::NotFound),
    })
}

/// Every template in every size, the sizes of a template together.
fn composed(
    asked: &Asked,
    (templates, products, texts): (&[Arc<Template>], &[Arc<Sprite>], &[String]),
    desk: &Desk,
) -> Vec<Composed> {
    let sizes = |template: &Template| asked.sizes.clone().unwrap_or_else(|| vec![template.size]);
    let orders = templates.iter().flat_map(|template| {
        sizes(template).into_iter().map(|size| Order {
            template,
            size,
            products,
            texts,
        })
    });
    let orders: Vec<Order<'_>> = orders.collect();
    desk.composer.compose_all(&orders)
}

fn reply(asked: &Asked, all: &[Composed], (notes, desk): (Vec<Decision>, &Desk)) -> Reply {
    let urls: Vec<(Size, String)> = all.iter().map(|one| (one.size, published(one, desk))).collect();
    let image = |(size, url): &(Size, String)| json!({"size": {"width": size.width, "height": size.height}, "url": url});
    let images = |part: &[(Size, String)]| -> Value { part.iter().map(image).collect() };
    let mut result = Map::new();
    match (asked.service, &asked.choice) {
        (Service::Custom, _) => result.insert("image_url".into(), json!(urls[0].1)),
        (Service::Intelligent, Choice::Template(_)) => result.insert("images".into(), images(&urls)),
        // One list for each of the templates that fit (§4).
        (Service::Intelligent, Choice::Matched(_)) => {
            let each = asked.sizes.as_ref().map_or(1, Vec::len);
            result.insert("images".into(), urls.chunks(each).map(images).collect())
        }
    };
    result.insert("status".into(), json!(0));
    result.insert("message".into(), json!("OK"));
    result.insert("requestId".into(), json!(desk.request_id.hyphenated()));
    let mut reply = Envelope::Ling.served(&result, "0", desk);
    reply.notes = notes;
    reply
}

pub(super) fn published(one: &Composed, desk: &Desk) -> String {
    let digest = xxhash_rust::xxh3::xxh3_128(&one.jpeg);
    desk.publish(desk.shipped(&one.jpeg, digest), "jpg", "image/jpeg")
}
