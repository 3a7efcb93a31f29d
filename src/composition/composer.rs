//! Where pictures are composed.

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

/// Most characters of a text that are looked at: no canvas has room for more.
const MOST_CHARACTERS: usize = 400;
/// Texts a picture has room for.
const TEXTS: usize = 4;
/// Pixels that are worked on at once, over all calls; four bytes each, and as much again while they are encoded.
const MOST_PIXELS: u64 = 40 << 20;

/// What a picture is composed of.
#[derive(Clone, Copy)]
pub struct CompositionRequest<'a> {
    /// What it looks like.
    pub template: &'a Template,
    /// Its size.
    pub size: CanvasSize,
    /// Things that are cut out; a gift stands in where there are none.
    pub products: &'a [Arc<Sprite>],
    /// Headline, sub-line, tag or price, button; the first further text that is a price is the tag.
    pub texts: &'a [String],
}

/// A picture that is composed.
#[derive(Clone, Debug)]
pub struct ComposedPicture {
    /// It, as a JPEG.
    pub jpeg: Bytes,
    /// Its size.
    pub size: CanvasSize,
    /// What is where in it.
    pub placed: Vec<DrawnItem>,
    /// What of the order it does not show, and why; for `explain`.
    pub notes: Vec<String>,
}

/// Where pictures are composed.
#[derive(Default)]
pub struct Composer {
    setter: OnceLock<Typesetter>,
    gift: OnceLock<Arc<Sprite>>,
    room: PixelBudget,
}

/// Pixels that are worked on.
#[derive(Default)]
struct PixelBudget {
    taken: Mutex<u64>,
    changed: Condvar,
}

/// A share of the room, given back when it is dropped.
struct PixelPermit<'a>(&'a PixelBudget, u64);

impl PixelBudget {
    fn take(&self, pixels: u64) -> PixelPermit<'_> {
        let pixels = pixels.min(MOST_PIXELS);
        let taken = self
            .taken
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let is_full = |taken: &mut u64| *taken + pixels > MOST_PIXELS;
        let mut taken = self
            .changed
            .wait_while(taken, is_full)
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        *taken += pixels;
        PixelPermit(self, pixels)
    }
}

impl Drop for PixelPermit<'_> {
    fn drop(&mut self) {
        *self
            .0
            .taken
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner) -= self.1;
        self.0.changed.notify_all();
    }
}

impl Composer {
    /// Composes a picture. The same order gives the same bytes.
    pub fn compose(&self, order: CompositionRequest<'_>) -> ComposedPicture {
        let _share = self.room.take(order.size.pixels());
        let (pixels, placed, notes) = self.painted(order);
        let jpeg = encode_jpeg(order.size.width, order.size.height, pixels.data());
        ComposedPicture {
            jpeg,
            size: order.size,
            placed,
            notes,
        }
    }

    /// Composes pictures, on every core.
    pub fn compose_all(&self, orders: &[CompositionRequest<'_>]) -> Vec<ComposedPicture> {
        orders.par_iter().map(|order| self.compose(*order)).collect()
    }

    /// What sets its copy, made when it is first needed.
    pub(super) fn setter(&self) -> &Typesetter {
        self.setter.get_or_init(Typesetter::default)
    }

    pub(super) fn painted(&self, order: CompositionRequest<'_>) -> (Pixmap, Vec<DrawnItem>, Vec<String>) {
        let gift = [self.gift.get_or_init(|| Arc::new(placeholder::sprite())).clone()];
        let products = if order.products.is_empty() {
            &gift[..]
        } else {
            order.products
        };
        let hue = order.products.iter().find_map(|product| super::hue::of(product));
        let palette = order.template.palette(hue);
        let (said, mut notes) = said(order.texts);
        let setter = self.setter();
        let scene = Scene::of(setter, (order.template, order.size), &said, products);
        let mut canvas = Pixmap::new(order.size.width, order.size.height).expect("sizes are checked");
        let placed = paint(&scene, (order.template, &palette), setter, &mut canvas);
        notes.extend(unseen(&said, &placed));
        (canvas, placed, notes)
    }
}

/// Which text is what, and what is not shown of them.
fn said(texts: &[String]) -> (CopyTexts, Vec<String>) {
    let mut notes = Vec::new();
    let mut prepared = texts.iter().enumerate().map(|(nth, text)| {
        let copy = prepare(text, MOST_CHARACTERS);
        if copy.is_reduced {
            notes.push(format!(
                "text {} is too long, or has characters that no font has: less of it is set",
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
    let left = rest.count();
    if left > 0 {
        notes.push(format!(
            "there is room for {TEXTS} texts; {left} more are left out"
        ));
    }
    let said = CopyTexts {
        headline,
        subline,
        tag,
        button,
    };
    (said, notes)
}

/// Copy that has no room, or not for all of it.
fn unseen(said: &CopyTexts, placed: &[DrawnItem]) -> Vec<String> {
    let texts = [
        (ItemRole::Headline, &said.headline),
        (ItemRole::Subline, &said.subline),
        (ItemRole::Tag, &said.tag),
        (ItemRole::Button, &said.button),
    ];
    let wanted = texts
        .iter()
        .filter(|(_, copy)| copy.as_ref().is_some_and(|copy| !copy.text.is_empty()));
    let told = wanted.filter_map(|(role, _)| match placed.iter().find(|one| one.role == *role) {
        None => Some(format!(
            "{role:?} is left out: there is no room in which it is legible"
        )),
        Some(one) if one.is_shortened => Some(format!(
            "{role:?} is shortened: it does not fit at a legible size"
        )),
        Some(_) => None,
    });
    told.collect()
}
