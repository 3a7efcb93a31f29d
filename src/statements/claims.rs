//! Claims of compensation: what can be claimed and when, and granting a claim.

use super::readings::amount_fen;
use super::{CycleAccounts, StatementError, StatementKey, StatementRequest, Statements, minute};
use crate::billing::{Coupon, Subscription};
use crate::clock::{Day, Month, Time};
use crate::sla::{ClaimDecision, ClaimFacts, Contract, Cycle, CycleRule, NoCompensation, Statement, percent};
use crate::store::Store;
use crate::world::{World, Worlds};
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What can be done with a claim at the world's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimState {
    /// The contract knows no claims.
    NoClaims,
    /// The cycle is not over.
    NotOver,
    /// The cycle compensates nothing.
    NothingToClaim,
    /// The service was free.
    FreeService,
    /// The window has not opened.
    TooEarly,
    /// The claim would be accepted.
    Open,
    /// The window has closed.
    TooLate,
    /// The cycle has been compensated.
    AlreadyGranted,
    /// The working days that open the window are not published.
    CalendarUnknownYear,
}

impl ClaimState {
    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::NoClaims => "no_claims",
            Self::NotOver => "not_over",
            Self::NothingToClaim => "nothing_to_claim",
            Self::FreeService => "free_service",
            Self::TooEarly => "too_early",
            Self::Open => "open",
            Self::TooLate => "too_late",
            Self::AlreadyGranted => "already_granted",
            Self::CalendarUnknownYear => "calendar_unknown_year",
        }
    }
}

impl From<ClaimDecision> for ClaimState {
    fn from(decision: ClaimDecision) -> Self {
        match decision {
            ClaimDecision::Accepted => Self::Open,
            ClaimDecision::CommitmentMet => Self::NothingToClaim,
            ClaimDecision::FreeService => Self::FreeService,
            ClaimDecision::CalendarUnknownYear => Self::CalendarUnknownYear,
            ClaimDecision::TooEarly => Self::TooEarly,
            ClaimDecision::TooLate => Self::TooLate,
            ClaimDecision::AlreadyGranted => Self::AlreadyGranted,
        }
    }
}

/// A cycle and what can be claimed for it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ClaimView {
    pub(super) provider: String,
    pub(super) world: String,
    pub(super) cycle: String,
    pub(super) start: Day,
    pub(super) end: Day,
    pub(super) availability_pct: Option<String>,
    pub(super) amount_fen: i64,
    /// `not_over`, `free_service`, `nothing_to_claim`, `too_early`, `open`, `too_late`, `already_granted`,
    /// `calendar_unknown_year`.
    #[schema(value_type = String)]
    state: ClaimState,
    /// First day of the window; `null` where the working days of its month are not published.
    pub(super) opens_on: Option<Day>,
    /// Last day of the window, to its end.
    pub(super) closes_on: Day,
    /// Days from the world's today to the last, both counted, while the window is open.
    days_left: Option<i64>,
}

/// Which claims to list; all where empty.
#[derive(Clone, Debug, Default)]
pub struct ClaimFilter {
    /// Those of a world.
    pub world: Option<String>,
    /// Those at a provider.
    pub provider: Option<String>,
}

/// A claim that was granted.
#[derive(Serialize, utoipa::ToSchema)]
pub struct GrantedClaim {
    decision: &'static str,
    /// The coupon the world now holds.
    coupon: Coupon,
}

/// A claim that is accepted, but whose coupon the world does not hold yet.
pub struct ClaimGrant {
    world: Arc<World>,
    coupon: Coupon,
    /// The end of the refusal if the claim is granted twice.
    refusal: String,
}

impl ClaimGrant {
    /// Decides on the claim of a cycle.
    ///
    /// # Errors
    /// [`StatementError::Conflict`] when the claim is refused.
    pub(super) fn decide(accounts: &CycleAccounts) -> Result<Self, StatementError> {
        let statement = accounts.settle()?;
        let state = claim_state(accounts, &statement);
        let refusal = refusal(accounts, &statement);
        if state != ClaimState::Open {
            return Err(conflict(state, &refusal));
        }
        let fen = u64::try_from(amount_fen(&statement));
        let coupon = Coupon {
            id: coupon_id(accounts),
            provider: Some(accounts.terms.key.provider.clone()),
            fen: fen.map_err(|why| StatementError::impossible("cycle", why.to_string()))?,
            from: Some(accounts.now.day()),
            until: None,
        };
        Ok(Self {
            world: accounts.terms.world.clone(),
            coupon,
            refusal,
        })
    }

    /// Gives the coupon to the world. Blocks. The caller sees to it that nothing else changes the world's settings
    /// meanwhile.
    ///
    /// # Errors
    /// When the cycle was compensated after the decision, or the store fails.
    pub fn commit(self, worlds: &Worlds) -> Result<GrantedClaim, StatementError> {
        let mut settings = (*self.world.settings()).clone();
        if settings.coupons.iter().any(|coupon| coupon.id == self.coupon.id) {
            return Err(conflict(ClaimState::AlreadyGranted, &self.refusal));
        }
        settings.coupons.push(self.coupon.clone());
        worlds.configure(&self.world, settings)?;
        Ok(GrantedClaim {
            decision: ClaimDecision::Accepted.name(),
            coupon: self.coupon,
        })
    }
}

fn conflict(state: ClaimState, refusal: &str) -> StatementError {
    StatementError::Conflict(format!("{}: {refusal}", state.name()).replace(": ;", ":"))
}

/// Why nothing is compensated, and when the window is.
fn refusal(accounts: &CycleAccounts, statement: &Statement) -> String {
    let why = statement.settlement.reason.map_or("", NoCompensation::in_words);
    let window = statement.window.map_or_else(String::new, |window| {
        let opens = window
            .opens
            .map_or_else(|| "a day not known yet".to_owned(), |day| day.to_string());
        format!(
            "; the window is from {opens} to {}, now is {}",
            window.closes,
            minute(accounts.now)
        )
    });
    format!("{why}{window}")
}

/// The id of the coupon that compensates a cycle.
fn coupon_id(accounts: &CycleAccounts) -> String {
    let terms = &accounts.terms;
    format!("compensation-{}-{}", terms.key.provider, terms.cycle.start)
}

fn claim_state(accounts: &CycleAccounts, statement: &Statement) -> ClaimState {
    let Some(window) = &statement.window else {
        return ClaimState::NoClaims;
    };
    if !accounts.is_final() {
        return ClaimState::NotOver;
    }
    let id = coupon_id(accounts);
    let settings = accounts.terms.world.settings();
    let bought = settings.subscriptions.get(&accounts.terms.key.provider);
    let claim = ClaimFacts {
        submitted: accounts.now,
        breached: statement.settlement.met == Some(false) && amount_fen(statement) > 0,
        free: bought.is_some_and(|own| own.free),
        already_granted: settings.coupons.iter().any(|coupon| coupon.id == id),
    };
    window.decide(&claim).into()
}

impl ClaimView {
    /// What can be claimed for a cycle; `None` where the contract knows no claims.
    fn new(accounts: &CycleAccounts) -> Result<Option<Self>, StatementError> {
        let statement = accounts.settle()?;
        let Some(window) = statement.window else {
            return Ok(None);
        };
        let state = claim_state(accounts, &statement);
        let StatementKey {
            provider,
            world,
            cycle,
        } = accounts.terms.key.clone();
        let days_left = accounts.now.day().days_until(window.closes) + 1;
        Ok(Some(Self {
            provider,
            world,
            cycle,
            start: accounts.terms.cycle.start,
            end: accounts.terms.cycle.end,
            availability_pct: statement.availability.as_ref().map(percent),
            amount_fen: amount_fen(&statement),
            state,
            opens_on: window.opens,
            closes_on: window.closes,
            days_left: (state == ClaimState::Open).then_some(days_left),
        }))
    }
}

/// Every cycle a filter admits, with what can be claimed for it. Blocks.
pub(super) fn list(
    statements: &Statements,
    store: &Arc<dyn Store>,
    filter: &ClaimFilter,
) -> Result<Vec<ClaimView>, StatementError> {
    let mut all = Vec::new();
    for key in keys(statements, &**store, filter)? {
        let terms = statements.terms(StatementRequest::new(key))?;
        let accounts = CycleAccounts::open(terms, store.clone())?;
        all.extend(ClaimView::new(&accounts)?);
    }
    Ok(all)
}

/// A month in which a world called a provider.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct MonthOfUse {
    world: String,
    provider: String,
    month: Month,
}

/// The cycles with something to settle, by world, provider and name.
fn keys(
    statements: &Statements,
    store: &dyn Store,
    filter: &ClaimFilter,
) -> Result<Vec<StatementKey>, StatementError> {
    let is_wanted = |provider: &str, world: &str| {
        filter.provider.as_deref().is_none_or(|own| own == provider)
            && filter.world.as_deref().is_none_or(|own| own == world)
    };
    let (from, to) = (Time::from_micros(i64::MIN), Time::from_micros(i64::MAX));
    let usage = store.usage(filter.world.as_deref(), from, to)?.into_iter();
    let used: BTreeSet<MonthOfUse> = usage
        .map(|day| MonthOfUse {
            world: day.world,
            provider: day.provider,
            month: day.day.month(),
        })
        .collect();
    let mut all = BTreeSet::new();
    for world in statements.worlds.all() {
        let settings = world.settings();
        for (provider, contract) in statements.providers.agreements() {
            if contract.claim.is_none() || !is_wanted(provider, &world.name) {
                continue;
            }
            let begun = begun_terms(contract, settings.subscriptions.get(provider), world.clock.now());
            let cycles = begun.unwrap_or_else(|| months_of_use(&used, &world.name, provider));
            let named = cycles
                .into_iter()
                .map(|cycle| (world.name.to_string(), provider.to_owned(), cycle));
            all.extend(named);
        }
    }
    let keys = all.into_iter().map(|(world, provider, cycle)| StatementKey {
        provider,
        world,
        cycle,
    });
    Ok(keys.collect())
}

/// The names of the cycles of bought terms that have begun; `None` where cycles are not defined by terms.
fn begun_terms(contract: &Contract, bought: Option<&Subscription>, now: Time) -> Option<Vec<String>> {
    let own = bought.filter(|own| !own.packs.is_empty() && contract.cycle == CycleRule::Term)?;
    let terms = own
        .packs
        .iter()
        .flat_map(|pack| Cycle::of_span(pack.start, pack.last()));
    let begun = terms.filter(|cycle| cycle.start.start() <= now);
    Some(begun.map(|cycle| cycle.start.to_string()).collect())
}

fn months_of_use(used: &BTreeSet<MonthOfUse>, world: &str, provider: &str) -> Vec<String> {
    used.iter()
        .filter(|own| own.world == world && own.provider == provider)
        .map(|own| own.month.to_string())
        .collect()
}
