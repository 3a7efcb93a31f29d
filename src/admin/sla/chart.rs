//! The five-minute rates of a cycle as a small picture.

use crate::sla::{Ratio, whole};
use crate::statements::CycleAccounts;
use maud::{Markup, html};
use num_traits::ToPrimitive;

/// Width and height of the plot, in units of the picture.
const WIDTH: u64 = 960;
const HEIGHT: i64 = 120;
/// The width of the axis labels on the left.
const LEFT: u64 = 52;

/// Rates of failure over the days of a cycle. Each column shows the worst five minutes within its width.
pub(super) fn chart(accounts: &CycleAccounts) -> Markup {
    let (columns, worst) = columns(accounts);
    let days = accounts.terms.cycle.days().unsigned_abs();
    let step = days.div_ceil(16).max(1);
    let total_width = LEFT + WIDTH + 8;
    html! {
        svg viewBox={ "0 0 " (total_width) " 160" } role="img" aria-label="Rates of failure, five minutes by five minutes" {
            @for (part, label) in [(0, "100 %"), (1, "50 %"), (2, "0 %")] {
                @let y = 8 + HEIGHT * part / 2;
                line x1=(LEFT) x2=(LEFT + WIDTH) y1=(y) y2=(y) class="grid" {}
                text x=(LEFT - 6) y=(y + 4) class="axis" text-anchor="end" { (label) }
            }
            @for (column, height) in &columns {
                rect x=(LEFT + column) y=(8 + HEIGHT - height) width="2" height=(height) class="rate" {}
            }
            @for day in (0..days).step_by(usize::try_from(step).unwrap_or(1)) {
                @let x = LEFT + day * WIDTH / days;
                line x1=(x) x2=(x) y1=(8 + HEIGHT) y2=(12 + HEIGHT) class="grid" {}
                text x=(x + 2) y=(24 + HEIGHT) class="axis" {
                    (accounts.terms.cycle.start.plus(day.cast_signed()).to_string().get(5..).unwrap_or_default())
                }
            }
        }
        p.note {
            "Rate of failures by five minutes, 0 to 100 %, in local time (+08:00); each column shows the worst five minutes in it. "
            @match worst {
                Some(worst) => { "Worst: " (crate::sla::percent(&worst)) "." }
                None => { "No five minutes of the cycle had a failure that counts." }
            }
        }
    }
}

/// The columns with failures and their heights, and the worst rate.
fn columns(accounts: &CycleAccounts) -> (Vec<(u64, i64)>, Option<Ratio>) {
    let all = accounts.terms.cycle.buckets().unsigned_abs().max(1);
    let mut columns: Vec<(u64, Ratio)> = Vec::new();
    for (at, figure) in accounts.five_minutes() {
        if figure.rate.errors == 0 {
            continue;
        }
        let rate = figure.rate.to_ratio().min(whole(1));
        let column = accounts.bucket(at) * WIDTH / all;
        match columns.last_mut() {
            Some((last, worst)) if *last == column => *worst = worst.clone().max(rate),
            Some(_) | None => columns.push((column, rate)),
        }
    }
    let worst = columns.iter().map(|(_, rate)| rate.clone()).max();
    let height = |rate: &Ratio| {
        (rate * whole(HEIGHT))
            .ceil()
            .to_integer()
            .to_i64()
            .unwrap_or(HEIGHT)
    };
    let heights = columns
        .iter()
        .map(|(column, rate)| (*column, height(rate).max(2)));
    (heights.collect(), worst)
}
