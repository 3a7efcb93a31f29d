//! Composes pictures from templates, products and copy.

use super::paint::{DrawnItem, paint};
use super::placeholder;
use super::scene::{ItemRole, Scene};
use super::template::{CanvasSize, Template};
use super::text_fitting::{CopyTexts, is_price};
use crate::imaging::{Sprite, encode_jpeg};
use crate::typography::{Typesetter, prepare};
use bytes::Bytes;
use rayon::prelude::*;
use std::sync::{Arc, Condvar, Mutex, OnceLock};
use tiny_skia::Pixmap;

/// Maximum length of a text in characters; no canvas has room for more.
const MAX_CHARACTERS: usize = 400;
/// Maximum number of texts in a picture.
const MAX_TEXTS: usize = 4;
/// Maximum number of pixels composed concurrently over all calls; four bytes each, and twice that during encoding.
const MAX_PIXELS: u64 = 40 << 20;

/// A request to compose a picture.
#[derive(Clone, Copy)]
pub struct CompositionRequest<'a> {
    /// The template.
    pub template: &'a Template,
    /// Size of the picture.
    pub size: CanvasSize,
    /// Cut-out products; if empty, a placeholder gift is shown.
    pub products: &'a [Arc<Sprite>],
    /// Headline, subline, tag or price, button. The first price after the headline becomes the tag.
    pub texts: &'a [String],
}

/// A composed picture.
#[derive(Clone, Debug)]
pub struct ComposedPicture {
    /// The encoded JPEG.
    pub jpeg: Bytes,
    /// Size of the picture.
    pub size: CanvasSize,
    /// The drawn items with their positions.
    pub placed: Vec<DrawnItem>,
    /// Parts of the request that are not shown, and why; for `explain`.
    pub notes: Vec<String>,
}

/// Composes pictures.
#[derive(Default)]
pub struct Composer {
    typesetter: OnceLock<Typesetter>,
    placeholder: OnceLock<Arc<Sprite>>,
    pixel_budget: PixelBudget,
}

/// Counting semaphore for pixels being composed.
#[derive(Default)]
struct PixelBudget {
    in_use: Mutex<u64>,
    changed: Condvar,
}

/// Pixels reserved from the budget; dropping it releases them.
struct PixelPermit<'a>(&'a PixelBudget, u64);

impl PixelBudget {
    /// Waits until `pixels` (at most [`MAX_PIXELS`]) fit into the budget.
    fn acquire(&self, pixels: u64) -> PixelPermit<'_> {
        let pixels = pixels.min(MAX_PIXELS);
        let in_use = self
            .in_use
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let is_full = |in_use: &mut u64| *in_use + pixels > MAX_PIXELS;
        let mut in_use = self
            .changed
            .wait_while(in_use, is_full)
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        *in_use += pixels;
        PixelPermit(self, pixels)
    }
}

impl Drop for PixelPermit<'_> {
    fn drop(&mut self) {
        *self
            .0
            .in_use
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner) -= self.1;
        self.0.changed.notify_all();
    }
}

impl Composer {
    /// Composes a picture. The same request gives the same bytes.
    pub fn compose(&self, request: CompositionRequest<'_>) -> ComposedPicture {
        let _permit = self.pixel_budget.acquire(request.size.pixels());
        let (pixels, placed, notes) = self.render(request);
        let jpeg = encode_jpeg(request.size.width, request.size.height, pixels.data());
        ComposedPicture {
            jpeg,
            size: request.size,
            placed,
            notes,
        }
    }

    /// Composes pictures in parallel.
    pub fn compose_all(&self, requests: &[CompositionRequest<'_>]) -> Vec<ComposedPicture> {
        requests
            .par_iter()
            .map(|request| self.compose(*request))
            .collect()
    }

    /// The typesetter, created on first use.
    pub(super) fn typesetter(&self) -> &Typesetter {
        self.typesetter.get_or_init(Typesetter::default)
    }

    /// Renders a picture. Returns the pixels, the drawn items, and notes on what is not shown.
    pub(super) fn render(&self, request: CompositionRequest<'_>) -> (Pixmap, Vec<DrawnItem>, Vec<String>) {
        let placeholder = self.placeholder.get_or_init(|| Arc::new(placeholder::sprite()));
        let products = if request.products.is_empty() {
            std::slice::from_ref(placeholder)
        } else {
            request.products
        };
        let hue = request
            .products
            .iter()
            .find_map(|product| super::hue::dominant(product));
        let palette = request.template.palette(hue);
        let (texts, mut notes) = assign_texts(request.texts);
        let typesetter = self.typesetter();
        let scene = Scene::new(typesetter, request.template, request.size, &texts, products);
        let mut canvas = Pixmap::new(request.size.width, request.size.height).expect("sizes are checked");
        let placed = paint(&scene, request.template, &palette, typesetter, &mut canvas);
        notes.extend(notes_on_missing_copy(&texts, &placed));
        (canvas, placed, notes)
    }
}

/// Assigns each text its role. Returns notes on texts that are shortened or left out.
fn assign_texts(texts: &[String]) -> (CopyTexts, Vec<String>) {
    let mut notes = Vec::new();
    let mut prepared = texts.iter().enumerate().map(|(nth, text)| {
        let copy = prepare(text, MAX_CHARACTERS);
        if copy.is_reduced {
            notes.push(format!(
                "text {} is too long, or has characters that no font has: these are left out",
                nth + 1
            ));
        }
        copy
    });
    let headline = prepared.next();
    let mut rest: Vec<_> = prepared.collect();
    let price = rest.iter().position(|copy| is_price(&copy.text));
    let tag = price.map(|nth| rest.remove(nth));
    let mut rest = rest.into_iter();
    let subline = rest.next();
    let tag = tag.or_else(|| rest.next());
    let button = rest.next();
    let unused = rest.count();
    if unused > 0 {
        notes.push(format!(
            "there is room for {MAX_TEXTS} texts; {unused} more are left out"
        ));
    }
    let texts = CopyTexts {
        headline,
        subline,
        tag,
        button,
    };
    (texts, notes)
}

/// Notes on copy that is left out or shortened for lack of room.
fn notes_on_missing_copy(texts: &CopyTexts, placed: &[DrawnItem]) -> Vec<String> {
    let roles = [
        (ItemRole::Headline, &texts.headline),
        (ItemRole::Subline, &texts.subline),
        (ItemRole::Tag, &texts.tag),
        (ItemRole::Button, &texts.button),
    ];
    let wanted = roles
        .iter()
        .filter(|(_, copy)| copy.as_ref().is_some_and(|copy| !copy.text.is_empty()));
    let notes = wanted.filter_map(|(role, _)| match placed.iter().find(|one| one.role == *role) {
        None => Some(format!(
            "{role:?} is left out: there is no room in which it is legible"
        )),
        Some(one) if one.is_shortened => Some(format!(
            "{role:?} is shortened: it does not fit at a legible size"
        )),
        Some(_) => None,
    });
    notes.collect()
}
