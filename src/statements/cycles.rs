//! Finds the cycle that a name means: a month, or the first day of a cycle where a month has several.

use super::StatementError;
use crate::billing::{PrepaidPack, Subscription};
use crate::clock::{Day, Month};
use crate::sla::{Contract, Cycle, CycleBill, CyclePlacement, CycleRule, PackPrice, ReadingPolicy};

/// The name of a cycle.
#[derive(Clone, Copy)]
enum CycleName {
    Month(Month),
    Day(Day),
}

impl CycleName {
    fn read(text: &str) -> Result<Self, StatementError> {
        // China had daylight saving time before 1992 (`sla.md` §1.5); nobody asks for cycles in far years.
        let within = |day: Day| (1992..=9000).contains(&day.year());
        if let Ok(month) = text.parse::<Month>()
            && within(month.first())
        {
            return Ok(Self::Month(month));
        }
        let day = text.parse().ok().filter(|day| within(*day));
        day.map(Self::Day).ok_or_else(|| {
            StatementError::impossible(
                "cycle",
                format!("expected a month such as 2026-11, or a cycle's first day such as 2026-11-17, found {text:?}"),
            )
        })
    }

    fn fits(self, cycle: &Cycle) -> bool {
        match self {
            Self::Day(day) => cycle.start == day,
            Self::Month(month) => cycle.start.month() <= month && month <= cycle.end.month(),
        }
    }

    fn month(self) -> Month {
        match self {
            Self::Month(month) => month,
            Self::Day(day) => day.month(),
        }
    }
}

/// Whether the world bought nothing that defines the contract's cycles.
pub(super) fn is_assumed(contract: &Contract, bought: Option<&Subscription>) -> bool {
    contract.cycle != CycleRule::NaturalMonth && bought.is_none_or(|own| own.packs.is_empty())
}

/// Finds a cycle of a world. A world that has bought nothing is taken to have bought the month that is asked for.
///
/// # Errors
/// When the name is malformed, fits no cycle, or fits several.
pub(super) fn find(
    contract: &Contract,
    bought: Option<&Subscription>,
    text: &str,
    policy: &ReadingPolicy,
) -> Result<CyclePlacement, StatementError> {
    let name = CycleName::read(text)?;
    let all = placements(contract, bought, name, policy);
    let mut found: Vec<&CyclePlacement> = all.iter().filter(|place| name.fits(&place.cycle)).collect();
    found.dedup_by_key(|place| (place.cycle.start, place.cycle.end));
    match found[..] {
        [one] => Ok(one.clone()),
        [] => Err(StatementError::UnknownCycle {
            cycle: text.to_owned(),
            known: joined(all.iter().map(|place| &place.cycle)),
        }),
        _ => Err(StatementError::impossible(
            "cycle",
            format!(
                "{text} is part of {}; name the first day of one",
                joined(found.iter().map(|place| &place.cycle))
            ),
        )),
    }
}

fn joined<'a>(cycles: impl Iterator<Item = &'a Cycle>) -> String {
    let all: Vec<_> = cycles
        .map(|cycle| format!("{} to {}", cycle.start, cycle.end))
        .collect();
    if all.is_empty() {
        "none".to_owned()
    } else {
        all.join(", ")
    }
}

/// The cycles there are: of everything bought, or of the month that a name means.
fn placements(
    contract: &Contract,
    bought: Option<&Subscription>,
    name: CycleName,
    policy: &ReadingPolicy,
) -> Vec<CyclePlacement> {
    let month = name.month();
    if contract.cycle == CycleRule::NaturalMonth {
        let applied_on = bought.and_then(|own| own.applied_on);
        let exists = applied_on.is_none_or(|day| day.month() <= month);
        let cycle = Cycle::of_month(month, applied_on);
        return exists.then(|| CyclePlacement::alone(cycle)).into_iter().collect();
    }
    let packs = bought.map_or(&[][..], |own| &own.packs);
    if is_assumed(contract, bought) {
        return vec![assumed(contract, month)];
    }
    packs
        .iter()
        .flat_map(|pack| placements_of_pack(contract, pack, policy))
        .collect()
}

/// The cycle of a month as if it had been bought.
fn assumed(contract: &Contract, month: Month) -> CyclePlacement {
    let cycle = Cycle::of_month(month, None);
    CyclePlacement {
        months: i32::from(contract.cycle == CycleRule::Term),
        ..CyclePlacement::alone(cycle)
    }
}

fn placements_of_pack(
    contract: &Contract,
    pack: &PrepaidPack,
    policy: &ReadingPolicy,
) -> Vec<CyclePlacement> {
    if contract.cycle == CycleRule::Package {
        return vec![CyclePlacement::alone(Cycle::of_package(pack.start, pack.last()))];
    }
    let term = match pack.months {
        Some(months) => Cycle::of_term(pack.start, months, policy),
        None => Cycle::of_span(pack.start, pack.last()),
    };
    let of_cycle = |cycle: &Cycle| CyclePlacement {
        cycle: *cycle,
        term: term.clone(),
        months: pack.months.unwrap_or(0),
    };
    term.iter().map(of_cycle).collect()
}

/// Adds the packs of a cycle to its bill: those of its term, and others bought within it.
pub(super) fn add_packs(bill: &mut CycleBill, placement: &CyclePlacement, bought: Option<&Subscription>) {
    let packs = bought.into_iter().flat_map(|own| &own.packs);
    for pack in packs.filter(|pack| pack.price_fen > 0) {
        let first = placement.term.first().unwrap_or(&placement.cycle);
        let own = PackPrice {
            price: pack.price_fen.into(),
            coupon: pack.coupon_fen.into(),
            bought: pack.bought(),
        };
        if pack.start == first.start {
            bill.packs.push(own);
        } else if placement.cycle.holds(own.bought) {
            bill.gross += own.price;
            bill.coupon += own.coupon;
        }
    }
}
