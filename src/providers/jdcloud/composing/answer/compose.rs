//! Pictures and copy in, composed pictures out (`wire/jdcloud.md` §1.2, §4).

use super::super::super::envelope::EnvelopeKind;
use super::super::request::{ComposeRequest, ComposingService, TemplateChoice};
use crate::composition::{
    CanvasSize, ComposedPicture, CompositionRequest, Template, TemplateStyle, builtin, builtins, style_of,
};
use crate::exchange::{ContentDigest, Decision, Failure, InputError, PipelineStage, Refusal, Reply};
use crate::imaging::{PixelRange, Sprite};
use crate::providers::{Answer, CallContext, FileFormat, Services};
use crate::world::{MessageLanguage, TemplateError};
use serde_json::{Map, Value, json};
use std::sync::Arc;

pub(in super::super) fn compose(context: &CallContext, _: &Services) -> Result<Answer, Refusal> {
    let request = ComposeRequest::read(context)?;
    Ok(Answer::compute(move |context, services| {
        let composition = Composition {
            request,
            context,
            services,
        };
        let (products, mut notes) = composition.products()?;
        let templates = composition.templates(&products, &mut notes)?;
        let all = composition.compose(&templates, &products);
        let copy = all.iter().flat_map(|one| &one.notes);
        notes.extend(copy.map(|why| Decision::choose(PipelineStage::Answer, "copy", why.clone())));
        Ok(composition.reply(&all, notes))
    }))
}

/// What composing a call works with.
struct Composition<'a> {
    request: ComposeRequest,
    context: &'a CallContext,
    services: &'a Services,
}

impl Composition<'_> {
    /// Things cut out of the pictures; each once, whatever the sizes. A wrong verdict shows what nobody sent.
    fn products(&self) -> Result<(Vec<Arc<Sprite>>, Vec<Decision>), Refusal> {
        if self.context.wrong_verdict.is_some() {
            return Ok((Vec::new(), Vec::new()));
        }
        let mut notes = Vec::new();
        let pieces = self.request.pictures.iter().map(|picture| {
            let piece = self.services.studio.product_cutout(picture, PixelRange::ANY);
            let piece = piece.map_err(InputError::from)?;
            notes.push(Decision::choose(
                PipelineStage::Answer,
                "matte",
                piece.because.clone(),
            ));
            Ok(piece.sprite.clone())
        });
        let pieces: Result<Vec<_>, Refusal> = pieces.collect();
        Ok((pieces?, notes))
    }

    /// The template that is named, or the three that fit.
    fn templates(
        &self,
        products: &[Arc<Sprite>],
        notes: &mut Vec<Decision>,
    ) -> Result<Vec<Arc<Template>>, Refusal> {
        let style = match &self.request.choice {
            TemplateChoice::Template(id) => return Ok(vec![self.template(id)?]),
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

    fn template(&self, id: &str) -> Result<Arc<Template>, Refusal> {
        if let Some(own) = builtin(id) {
            return Ok(own.template.clone());
        }
        let found = self.services.templates.get(&self.context.world, id);
        found.map_err(|why| match why {
            TemplateError::Damaged(_) | TemplateError::Store(_) => Failure::Internal.into(),
            TemplateError::Unknown(_)
            | TemplateError::Exists(_)
            | TemplateError::Full
            | TemplateError::Id
            | TemplateError::Flaw(_) => Refusal::documented("12001"),
        })
    }

    /// Copy of the call; other copy where it brings none, or a fault wants another verdict.
    fn texts(&self) -> Vec<String> {
        let own = &self.request.texts;
        let has_own = own.iter().any(|text| !text.trim().is_empty());
        if has_own && self.context.wrong_verdict.is_none() {
            own.clone()
        } else {
            default_texts(self.context)
        }
    }

    /// Every template in every size, the sizes of a template together.
    fn compose(&self, templates: &[Arc<Template>], products: &[Arc<Sprite>]) -> Vec<ComposedPicture> {
        let texts = self.texts();
        let sizes = |template: &Template| self.request.sizes.clone().unwrap_or_else(|| vec![template.size]);
        let orders = templates.iter().flat_map(|template| {
            sizes(template).into_iter().map(|size| CompositionRequest {
                template,
                size,
                products,
                texts: &texts,
            })
        });
        let orders: Vec<CompositionRequest<'_>> = orders.collect();
        self.services.composer.compose_all(&orders)
    }

    fn reply(&self, all: &[ComposedPicture], notes: Vec<Decision>) -> Reply {
        let published = |one: &ComposedPicture| (one.size, published(one, self.context, self.services));
        let urls: Vec<(CanvasSize, String)> = all.iter().map(published).collect();
        let image = |(size, url): &(CanvasSize, String)| json!({"size": {"width": size.width, "height": size.height}, "url": url});
        let images = |part: &[(CanvasSize, String)]| -> Value { part.iter().map(image).collect() };
        let mut result = Map::new();
        match (self.request.service, &self.request.choice) {
            (ComposingService::Custom, _) => result.insert("image_url".into(), json!(urls[0].1)),
            (ComposingService::Intelligent, TemplateChoice::Template(_)) => {
                result.insert("images".into(), images(&urls))
            }
            // One list for each of the templates that fit (§4).
            (ComposingService::Intelligent, TemplateChoice::Matched(_)) => {
                let each = self.request.sizes.as_ref().map_or(1, Vec::len);
                result.insert("images".into(), urls.chunks(each).map(images).collect())
            }
        };
        result.insert("status".into(), json!(0));
        result.insert("message".into(), json!("OK"));
        result.insert("requestId".into(), json!(self.context.request_id.hyphenated()));
        let mut reply = EnvelopeKind::Ling.served(&result, "0", self.context);
        reply.notes = notes;
        reply
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

/// Lays out a composed picture and gives its URL.
pub(super) fn published(one: &ComposedPicture, context: &CallContext, services: &Services) -> String {
    let digest = ContentDigest::of(&one.jpeg);
    context.publish_picture(&one.jpeg, digest, FileFormat::JPEG, services)
}
