//! Contact sheets that show every built-in template in every shape, for visual review.

use super::builtin::builtins;
use super::composer::{Composer, CompositionRequest};
use super::template::CanvasSize;
use crate::imaging::{Sprite, encode_jpeg};
use crate::typography::{FontFace, TextLimit, TextStyle};
use bytes::Bytes;
use rayon::prelude::*;
use std::sync::Arc;
use tiny_skia::{Color, FillRule, Paint, Pixmap, PixmapPaint, Transform};

/// Canvas sizes on a sheet, one of each shape.
pub const SHEET_SIZES: [CanvasSize; 3] = [
    CanvasSize {
        width: 480,
        height: 240,
    },
    CanvasSize {
        width: 300,
        height: 300,
    },
    CanvasSize {
        width: 225,
        height: 300,
    },
];

/// Names and copy of the sheets.
pub const SHEET_COPY: [(&str, [&str; 4]); 4] = [
    (
        "zh-short",
        ["夏日焕新", "轻盈一夏 · 清爽上市", "¥199", "立即抢购"],
    ),
    (
        "zh-long",
        [
            "全新升级第三代智能降噪无线蓝牙耳机限时特惠进行中",
            "采用主动降噪芯片，四十小时超长续航，佩戴舒适无感，通话清晰，支持快速充电",
            "会员专享",
            "了解更多详情",
        ],
    ),
    (
        "en-short",
        ["Hello Summer", "Fresh & light", "50% OFF", "Shop now"],
    ),
    (
        "en-long",
        [
            "The completely redesigned third generation noise cancelling headphones",
            "Forty hours of battery life, a lighter frame, clearer calls and quick charging wherever you go",
            "Members only",
            "Discover the collection",
        ],
    ),
];

/// Templates per row.
const COLUMNS: usize = 2;
const GAP: u32 = 12;
const LABEL: u32 = 26;
const CELL: u32 = 300;

impl Composer {
    /// Renders a contact sheet with this copy and these products in all [`SHEET_SIZES`], as a JPEG.
    pub fn sheet(&self, texts: &[&str], products: &[Arc<Sprite>]) -> Bytes {
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        let cells = builtins().par_iter().map(|one| {
            SHEET_SIZES.map(|size| {
                let request = CompositionRequest {
                    template: &one.template,
                    size,
                    products,
                    texts: &texts,
                };
                self.render(request).0
            })
        });
        let cells: Vec<[Pixmap; 3]> = cells.collect();
        let wide = GAP + SHEET_SIZES.iter().map(|size| size.width + GAP).sum::<u32>();
        let high = CELL + LABEL + GAP;
        let rows = cells.len().div_ceil(COLUMNS);
        let side = |count: usize, each: u32| u32::try_from(count).expect("a few templates") * each;
        let sheet = Pixmap::new(side(COLUMNS, wide), side(rows, high) + GAP);
        let mut sheet = sheet.expect("a sheet has a size");
        sheet.fill(Color::from_rgba8(236, 236, 238, 255));
        for (nth, (one, cells)) in builtins().iter().zip(&cells).enumerate() {
            let (left, top) = (side(nth % COLUMNS, wide) + GAP, side(nth / COLUMNS, high) + GAP);
            let label = format!("{}  {}", one.id, one.template.name);
            self.label(&label, (left as f32, top as f32), &mut sheet);
            let mut x = left;
            for cell in cells {
                let at = (x.cast_signed(), (top + LABEL).cast_signed());
                let paint = PixmapPaint::default();
                sheet.draw_pixmap(at.0, at.1, cell.as_ref(), &paint, Transform::identity(), None);
                x += cell.width() + GAP;
            }
        }
        encode_jpeg(sheet.width(), sheet.height(), sheet.data())
    }

    fn label(&self, text: &str, at: (f32, f32), sheet: &mut Pixmap) {
        let style = TextStyle {
            face: FontFace::Text,
            size: 15.0,
            leading: 1.3,
        };
        let limit = TextLimit {
            width: 900.0,
            lines: 1,
        };
        let block = self.typesetter().typeset(text, style, limit);
        let mut paint = Paint::default();
        paint.set_color_rgba8(60, 60, 66, 255);
        if let Some(path) = self.typesetter().outlines(&block, at, 900.0, 0.0) {
            sheet.fill_path(&path, &paint, FillRule::Winding, Transform::identity(), None);
        }
    }
}
