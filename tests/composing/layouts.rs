//! Every template in many sizes with all kinds of copy: nothing overlaps, overflows or is illegible.

use super::super::support::program::{Folder, run};
use super::*;
use std::sync::Arc;
use understudy::composition::{
    CanvasSize, Composer, CompositionRequest, DrawnItem, ItemRole, LEGIBLE, PixelRect, SHEET_COPY, SIDES,
    Template, builtins,
};
use understudy::imaging::{Picture, PixelRange, Sprite};

const ANY: PixelRange = PixelRange {
    least: 1,
    most: 10_000,
};

fn size(width: u32, height: u32) -> CanvasSize {
    CanvasSize { width, height }
}

/// A plain thing of an aspect.
fn thing(width: usize, height: usize) -> Arc<Sprite> {
    let rgba = [180, 60, 40, 255].repeat(width * height);
    Arc::new(Sprite { width, height, rgba })
}

fn copies() -> Vec<Vec<String>> {
    let strings = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let mut all: Vec<Vec<String>> = SHEET_COPY.iter().map(|(_, texts)| strings(texts)).collect();
    all.push(strings(&["臺灣嚴選🎁", "תערוכה גדולה עד סוף השבוע"]));
    all.push(vec![
        "标题".repeat(400),
        "副标题".repeat(400),
        "标签".repeat(40),
        "按钮".repeat(40),
    ]);
    all
}

/// Whether something was drawn there that is not the ground.
fn has_ink(picture: &Picture, area: PixelRect) -> bool {
    let (left, top) = (area.x as usize, area.y as usize);
    let (right, bottom) = ((area.x + area.width) as usize, (area.y + area.height) as usize);
    let light = |x: usize, y: usize| picture.at(x, y).iter().map(|c| u32::from(*c)).sum::<u32>();
    let all = (top..bottom.min(picture.height))
        .flat_map(|y| (left..right.min(picture.width)).map(move |x| light(x, y)));
    let all: Vec<u32> = all.collect();
    all.iter().max().unwrap() - all.iter().min().unwrap() > 150
}

fn checked(what: &str, size: CanvasSize, placed: &[DrawnItem]) {
    let canvas = PixelRect {
        x: 0.0,
        y: 0.0,
        width: size.width as f32,
        height: size.height as f32,
    };
    for (nth, one) in placed.iter().enumerate() {
        assert!(canvas.contains(one.area), "{what}: {one:?} is not on the canvas");
        for other in &placed[nth + 1..] {
            assert!(
                !one.area.overlaps(other.area),
                "{what}: {one:?} and {other:?} overlap"
            );
        }
        if one.role != ItemRole::Product {
            assert!(one.contrast >= LEGIBLE, "{what}: {one:?} is not legible");
            assert!(one.size >= 9.99, "{what}: {one:?} is too small");
        }
    }
    assert!(
        placed.iter().any(|one| one.role == ItemRole::Headline),
        "{what}: no headline"
    );
    assert!(
        placed.iter().any(|one| one.role == ItemRole::Product),
        "{what}: no product"
    );
}

#[test]
fn nothing_overlaps_overflows_or_is_illegible_in_any_template() {
    let composer = Composer::default();
    let sizes = [
        size(100, 100),
        size(300, 300),
        size(480, 240),
        size(225, 300),
        size(1200, 150),
        size(120, 900),
        size(1500, 100),
        size(130, 100),
    ];
    let products = [
        vec![thing(60, 60)],
        vec![thing(160, 20), thing(20, 160), thing(50, 50)],
        Vec::new(),
    ];
    let copies = copies();
    for (nth, one) in builtins().iter().enumerate() {
        for (row, size) in sizes.iter().enumerate() {
            let orders: Vec<CompositionRequest<'_>> = copies
                .iter()
                .enumerate()
                .map(|(column, texts)| CompositionRequest {
                    template: &one.template,
                    size: *size,
                    products: &products[(nth + row + column) % products.len()],
                    texts,
                })
                .collect();
            for (done, texts) in composer.compose_all(&orders).iter().zip(&copies) {
                let what = format!("{} {}×{} {:.20}", one.id, size.width, size.height, texts[0]);
                checked(&what, *size, &done.placed);
                let picture = Picture::decode(&done.jpeg, ANY, 100 << 20).unwrap();
                let headline = done
                    .placed
                    .iter()
                    .find(|one| one.role == ItemRole::Headline)
                    .unwrap();
                assert!(
                    has_ink(&picture, headline.area),
                    "{what}: the headline has no ink"
                );
            }
        }
    }
}

#[test]
fn the_largest_and_the_thinnest_canvases_are_composed() {
    let composer = Composer::default();
    let texts = ["新品上市".to_owned(), "¥99".to_owned()];
    let (least, most) = (*SIDES.start(), *SIDES.end());
    for size in [
        size(most, most),
        size(most, least),
        size(least, most),
        size(least, least),
    ] {
        let order = CompositionRequest {
            template: &builtins()[8].template,
            size,
            products: &[],
            texts: &texts,
        };
        let done = composer.compose(order);
        assert_eq!(
            jpeg_size(&done.jpeg),
            (u64::from(size.width), u64::from(size.height))
        );
        checked("extremes", size, &done.placed);
    }
}

#[test]
fn short_copy_is_whole_and_in_its_order() {
    let composer = Composer::default();
    let texts = ["新品上市", "轻盈一夏", "¥199", "立即抢购"].map(str::to_owned);
    for one in builtins() {
        for wanted in [size(800, 400), size(800, 800), size(600, 900)] {
            let order = CompositionRequest {
                template: &one.template,
                size: wanted,
                products: &[],
                texts: &texts,
            };
            let done = composer.compose(order);
            let copy: Vec<&DrawnItem> = done
                .placed
                .iter()
                .filter(|one| one.role != ItemRole::Product)
                .collect();
            assert_eq!(copy.len(), 4, "{} {wanted:?}: {:?}", one.id, done.notes);
            assert!(copy.iter().all(|one| !one.is_shortened) && done.notes.is_empty());
            let of = |role: ItemRole| copy.iter().find(|one| one.role == role).unwrap();
            assert!(
                of(ItemRole::Headline).size > of(ItemRole::Subline).size * 1.5,
                "{}",
                one.id
            );
            assert!(of(ItemRole::Headline).area.y < of(ItemRole::Subline).area.y);
        }
    }
}

#[test]
fn a_template_of_ones_own_is_laid_out_like_any_other() {
    let composer = Composer::default();
    let template = Template::parse(own_template("自己的").to_string().as_bytes()).unwrap();
    for texts in &copies() {
        for wanted in [size(900, 500), size(400, 400), size(300, 700), size(100, 100)] {
            let order = CompositionRequest {
                template: &template,
                size: wanted,
                products: &[],
                texts,
            };
            checked("one's own", wanted, &composer.compose(order).placed);
        }
    }
}

#[test]
fn contact_sheets_are_written_by_one_command() {
    let folder = Folder::new("sheets");
    let out = folder.file("out").display().to_string();
    let photo = format!("{}/fixtures/photos/coffee.jpg", env!("CARGO_MANIFEST_DIR"));
    let done = run(&["templates", "sheet", "--out", &out, "--product", &photo]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let mut files: Vec<_> = std::fs::read_dir(&out)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    assert_eq!(files.len(), 4);
    for file in files {
        let (width, height) = jpeg_size(&std::fs::read(&file).unwrap());
        assert!(width > 2_000 && height > 3_000, "{}", file.display());
    }
}
