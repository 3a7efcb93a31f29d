//! What a call asks to be composed, in the forms of all three generations of documents (`wire/jdcloud.md` §1.2).

use super::super::errors::ling;
use super::wire;
use crate::composition::{CanvasSize, TemplateStyle};
use crate::exchange::{Call, InputError, Refusal, Workload};
use crate::forms::{Form, FormValue};
use crate::imaging::{PictureFormat, pixel_count};
use crate::providers::CallContext;
use bytes::Bytes;

/// Most sizes of a call (§1.2).
const MOST_SIZES: usize = 10;
/// Most pictures of a call (INFERRED; nothing is published).
const MOST_PICTURES: usize = 10;

/// Which of the two services a call is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ComposingService {
    /// 1: with a template, in its size.
    Custom,
    /// 2: in the sizes that are named.
    Intelligent,
}

/// With which template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TemplateChoice {
    /// This one.
    Template(String),
    /// Three that fit: of this style, or of the one the picture has.
    Matched(Option<TemplateStyle>),
}

/// What a call asks to be composed.
#[derive(Clone, Debug)]
pub(super) struct ComposeRequest {
    pub service: ComposingService,
    pub choice: TemplateChoice,
    /// Product pictures, JPEG.
    pub pictures: Vec<Bytes>,
    pub texts: Vec<String>,
    /// None: the size of the template.
    pub sizes: Option<Vec<CanvasSize>>,
}

impl ComposingService {
    /// The service of an operation.
    pub(super) fn from_operation(operation: &str) -> Option<Self> {
        let all = [Self::Custom, Self::Intelligent];
        all.into_iter().find(|service| service.operation() == operation)
    }

    /// The operation it is counted and charged as.
    pub(super) fn operation(self) -> &'static str {
        match self {
            Self::Custom => wire::CUSTOM,
            Self::Intelligent => wire::INTELLIGENT,
        }
    }
}

fn field(name: &'static str) -> Refusal {
    InputError::Field(name).into()
}

/// Which service the body of a call names, where it is for both.
pub(super) fn named_service(call: &Call) -> Option<ComposingService> {
    match call.form().ok()?.text("service")?.trim() {
        "1" => Some(ComposingService::Custom),
        "2" => Some(ComposingService::Intelligent),
        _ => None,
    }
}

/// Pixels and characters of a call.
pub(super) fn workload(call: &Call) -> Workload {
    let Ok(form) = call.form() else {
        return Workload::default();
    };
    let pictures = form.parts("images").unwrap_or_default();
    let pixels = pictures.iter().filter_map(|part| match part {
        FormValue::File(file) => pixel_count(&file.bytes),
        FormValue::Text(_) => None,
    });
    let texts = texts(form).unwrap_or_default();
    Workload {
        pixels: pixels.sum(),
        characters: texts.iter().map(|text| text.chars().count() as u64).sum(),
    }
}

impl ComposeRequest {
    /// Reads what a call asks for.
    ///
    /// # Errors
    /// 12001 for what is missing or cannot be, 12007 and 12009 for pictures that are not taken.
    pub(super) fn read(context: &CallContext) -> Result<Self, Refusal> {
        let operation = context.operation.map(|operation| operation.id);
        let service = operation
            .and_then(ComposingService::from_operation)
            .ok_or(field("service"))?;
        let form = context.call.form()?;
        let template = form.text("template_id").filter(|id| !id.is_empty());
        let choice = match (template, service) {
            (Some(id), _) => TemplateChoice::Template(id.into_owned()),
            (None, ComposingService::Intelligent) => TemplateChoice::Matched(tag(form)?),
            (None, ComposingService::Custom) => return Err(field("template_id")),
        };
        Ok(Self {
            sizes: sizes(form, service)?,
            pictures: pictures(form, context)?,
            texts: texts(form)?,
            service,
            choice,
        })
    }
}

/// The style a call names; that counts only where it names no template.
fn tag(form: &Form) -> Result<Option<TemplateStyle>, Refusal> {
    let Some(tag) = form.text("tag").filter(|tag| !tag.trim().is_empty()) else {
        return Ok(None);
    };
    let number = tag.trim().parse().ok();
    number
        .and_then(TemplateStyle::from_number)
        .map(Some)
        .ok_or(field("tag"))
}

/// Copy: a JSON list in one part, or a part for each text as the first documents have it.
fn texts(form: &Form) -> Result<Vec<String>, Refusal> {
    let parts = form.texts("texts").map_err(|_| field("texts"))?;
    match parts.as_slice() {
        [one] if one.trim_start().starts_with('[') => serde_json::from_str(one).map_err(|_| field("texts")),
        [one] if one.trim().is_empty() => Ok(Vec::new()),
        _ => Ok(parts),
    }
}

/// The sizes of an intelligent call. The first documents name none beside a template and plain texts; then it is
/// composed in the template's own (INFERRED).
fn sizes(form: &Form, service: ComposingService) -> Result<Option<Vec<CanvasSize>>, Refusal> {
    let text = form.text("sizes").filter(|text| !text.trim().is_empty());
    match (service, text) {
        (ComposingService::Custom, None) => Ok(None),
        // "must not be sent otherwise" (§1.2, second generation).
        (ComposingService::Custom, Some(_)) => Err(field("sizes")),
        (ComposingService::Intelligent, None) => {
            let is_first = form.has("template_id") && form.has("service") && has_plain_texts(form);
            if is_first { Ok(None) } else { Err(field("sizes")) }
        }
        (ComposingService::Intelligent, Some(text)) => {
            let sizes: Vec<CanvasSize> = serde_json::from_str(&text).map_err(|_| field("sizes"))?;
            let fits =
                (1..=MOST_SIZES).contains(&sizes.len()) && sizes.iter().all(|size| size.is_supported());
            fits.then_some(Some(sizes)).ok_or(field("sizes"))
        }
    }
}

fn has_plain_texts(form: &Form) -> bool {
    let texts = form.texts("texts").unwrap_or_default();
    !texts.is_empty() && !texts[0].trim_start().starts_with('[')
}

/// Product pictures. A form without one sends an empty file.
fn pictures(form: &Form, context: &CallContext) -> Result<Vec<Bytes>, Refusal> {
    let mut pictures = Vec::new();
    for part in form.parts("images").map_err(|_| field("images"))? {
        match part {
            FormValue::File(file) if file.bytes.is_empty() && file.file_name.is_empty() => {}
            FormValue::File(file) => pictures.push(file.bytes.clone()),
            FormValue::Text(text) if text.is_empty() => {}
            FormValue::Text(_) => return Err(field("images")),
        }
    }
    if pictures.len() > MOST_PICTURES {
        return Err(InputError::TooMany.into());
    }
    for picture in &pictures {
        check(picture, context)?;
    }
    Ok(pictures)
}

/// Size and kind of a picture, in the order of matting. Other kinds are taken where the world is lenient.
pub(super) fn check(picture: &Bytes, context: &CallContext) -> Result<(), Refusal> {
    let checked = ling::check(picture, |kind| {
        kind == PictureFormat::Jpeg || !context.is_strict("jdcloud-composing.format")
    });
    checked.map_err(Refusal::from)
}
