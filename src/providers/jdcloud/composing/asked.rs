//! What a call asks to be composed, in the forms of all three generations of documents (`wire/jdcloud.md` §1.2).

use super::super::ling;
use super::wire;
use crate::composition::{Size, Style};
use crate::exchange::{Call, Failure, InputFlaw, Volume};
use crate::forms::{Form, Part};
use crate::imaging::{Kind, pixel_count};
use crate::providers::Desk;
use bytes::Bytes;

/// Most sizes of a call (§1.2).
const MOST_SIZES: usize = 10;
/// Most pictures of a call (INFERRED; nothing is published).
const MOST_PICTURES: usize = 10;

/// Which of the two services a call is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    /// 1: with a template, in its size.
    Custom,
    /// 2: in the sizes that are named.
    Intelligent,
}

/// With which template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    /// This one.
    Template(String),
    /// Three that fit: of this style, or of the one the picture has.
    Matched(Option<Style>),
}

/// What a call asks to be composed.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub service: Service,
    pub choice: Choice,
    /// Product pictures, JPEG.
    pub pictures: Vec<Bytes>,
    pub texts: Vec<String>,
    /// None: the size of the template.
    pub sizes: Option<Vec<Size>>,
}

impl Service {
    /// The service of an operation.
    pub(super) fn of(operation: &str) -> Option<Self> {
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

fn field(name: &'static str) -> Failure {
    Failure::Input(InputFlaw::Field(name))
}

fn form(call: &Call) -> Result<Form, Failure> {
    let kind = call.headers.get("content-type").unwrap_or_default();
    Form::read(kind, &call.body).map_err(|_| Failure::Input(InputFlaw::NotJson))
}

/// Which service the body of a call names, where it is for both.
pub(super) fn named_service(call: &Call) -> Option<Service> {
    match form(call).ok()?.lexeme("service")?.trim() {
        "1" => Some(Service::Custom),
        "2" => Some(Service::Intelligent),
        _ => None,
    }
}

/// Pixels and characters of a call.
pub(super) fn volume(call: &Call) -> Volume {
    let form = form(call).unwrap_or_default();
    let pictures = form.parts("images").unwrap_or_default();
    let pixels = pictures.iter().filter_map(|part| match part {
        Part::File(file) => pixel_count(&file.bytes),
        Part::Text(_) => None,
    });
    let texts = texts(&form).unwrap_or_default();
    Volume {
        pixels: pixels.sum(),
        characters: texts.iter().map(|text| text.chars().count() as u64).sum(),
    }
}

impl Asked {
    /// Reads what a call asks for.
    ///
    /// # Errors
    /// 12001 for what is missing or cannot be, 12007 and 12009 for pictures that are not taken.
    pub(super) fn read(operation: &str, call: &Call, desk: &Desk) -> Result<Self, Failure> {
        let service = Service::of(operation).ok_or(field("service"))?;
        let form = form(call)?;
        let template = form.lexeme("template_id").filter(|id| !id.is_empty());
        let choice = match (template, service) {
            (Some(id), _) => Choice::Template(id.into_owned()),
            (None, Service::Intelligent) => Choice::Matched(tag(&form)?),
            (None, Service::Custom) => return Err(field("template_id")),
        };
        Ok(Self {
            sizes: sizes(&form, service)?,
            pictures: pictures(&form, desk)?,
            texts: texts(&form)?,
            service,
            choice,
        })
    }
}

/// The style a call names; that counts only where it names no template.
fn tag(form: &Form) -> Result<Option<Style>, Failure> {
    let Some(tag) = form.lexeme("tag").filter(|tag| !tag.trim().is_empty()) else {
        return Ok(None);
    };
    let number = tag.trim().parse().ok();
    number.and_then(Style::numbered).map(Some).ok_or(field("tag"))
}

/// Copy: a JSON list in one part, or a part for each text as the first documents have it.
fn texts(form: &Form) -> Result<Vec<String>, Failure> {
    let parts = form.texts("texts").map_err(|_| field("texts"))?;
    match parts.as_slice() {
        [one] if one.trim_start().starts_with('[') => serde_json::from_str(one).map_err(|_| field("texts")),
        [one] if one.trim().is_empty() => Ok(Vec::new()),
        _ => Ok(parts),
    }
}

/// The sizes of an intelligent call. The first documents name none beside a template and plain texts; then it is
/// composed in the template's own (INFERRED).
fn sizes(form: &Form, service: Service) -> Result<Option<Vec<Size>>, Failure> {
    let text = form.lexeme("sizes").filter(|text| !text.trim().is_empty());
    match (service, text) {
        (Service::Custom, None) => Ok(None),
        // "must not be sent otherwise" (§1.2, second generation).
        (Service::Custom, Some(_)) => Err(field("sizes")),
        (Service::Intelligent, None) => {
            let is_first = form.has("template_id") && form.has("service") && has_plain_texts(form);
            if is_first { Ok(None) } else { Err(field("sizes")) }
        }
        (Service::Intelligent, Some(text)) => {
            let sizes: Vec<Size> = serde_json::from_str(&text).map_err(|_| field("sizes"))?;
            let fits = (1..=MOST_SIZES).contains(&sizes.len()) && sizes.iter().all(|size| size.is_composed());
            fits.then_some(Some(sizes)).ok_or(field("sizes"))
        }
    }
}

fn has_plain_texts(form: &Form) -> bool {
    let texts = form.texts("texts").unwrap_or_default();
    !texts.is_empty() && !texts[0].trim_start().starts_with('[')
}

/// Product pictures. A form without one sends an empty file.
fn pictures(form: &Form, desk: &Desk) -> Result<Vec<Bytes>, Failure> {
    let mut pictures = Vec::new();
    for part in form.parts("images").map_err(|_| field("images"))? {
        match part {
            Part::File(file) if file.bytes.is_empty() && file.file_name.is_empty() => {}
            Part::File(file) => pictures.push(file.bytes.clone()),
            Part::Text(text) if text.is_empty() => {}
            Part::Text(_) => return Err(field("images")),
        }
    }
    if pictures.len() > MOST_PICTURES {
        return Err(Failure::Input(InputFlaw::TooMany));
    }
    for picture in &pictures {
        check(picture, desk)?;
    }
    Ok(pictures)
}

/// Size and kind of a picture, in the order of matting. Other kinds are taken where the world is lenient.
pub(super) fn check(picture: &Bytes, desk: &Desk) -> Result<(), Failure> {
    ling::check(picture, |kind| {
        kind == Kind::Jpeg || !desk.strict("jdcloud-composing.format")
    })
}
