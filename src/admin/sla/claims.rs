//! Claims of compensation: what can be claimed and when, as a list and as a calendar; and claiming.

use super::books::{CycleAccounts, StatementKey, StatementQuery};
use super::impossible;
use super::page::minute;
use super::readings::amount;
use crate::admin::{AdminState, ProblemDetails, input};
use crate::billing::Coupon;
use crate::clock::{Day, Month, Time};
use crate::sla::{ClaimOutcome, Cycle, CycleRule, Statement, percent, reason, yuan};
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Json};
use actix_web::{HttpRequest, HttpResponse, get, post};
use ics::components::{Parameter, Property};
use ics::properties::{Description, Summary, Trigger};
use ics::{Alarm, Event, ICalendar};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A cycle and what can be claimed for it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub(in crate::admin) struct ClaimView {
    provider: String,
    world: String,
    cycle: String,
    start: Day,
    end: Day,
    availability_pct: Option<String>,
    amount_fen: i64,
    /// `not_over`, `nothing_to_claim`, `too_early`, `open`, `too_late`, `already_granted`, `calendar_unknown_year`.
    state: &'static str,
    /// First day of the window; `null` where the working days of its month are not published.
    opens_on: Option<Day>,
    /// Last day of the window, to its end.
    closes_on: Day,
    /// Days from the world's today to the last, both counted, while the window is open.
    days_left: Option<i64>,
}

/// A claim to make.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct NewClaim {
    provider: String,
    world: String,
    cycle: String,
}

/// A claim that was granted.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::admin) struct GrantedClaim {
    decision: &'static str,
    /// The coupon the world now holds.
    coupon: Coupon,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClaimQuery {
    world: Option<String>,
    provider: Option<String>,
}

fn coupon_id(asked: &StatementKey, start: Day) -> String {
    format!("compensation-{}-{start}", asked.provider)
}

/// What becomes of a claim now.
fn decide(accounts: &CycleAccounts, statement: &Statement) -> &'static str {
    let Some(window) = &statement.window else {
        return "no_claims";
    };
    if !accounts.is_final() {
        return "not_over";
    }
    let id = coupon_id(&accounts.asked, accounts.cycle.start);
    let settings = accounts.world.settings();
    let claim = ClaimOutcome {
        submitted: accounts.now,
        breached: statement.settlement.met == Some(false) && amount(statement) > 0,
        free: false,
        already_granted: settings.coupons.iter().any(|coupon| coupon.id == id),
    };
    match window.decide(&claim) {
        "accepted" => "open",
        "commitment_met" => "nothing_to_claim",
        other => other,
    }
}

fn view(accounts: &CycleAccounts) -> Result<Option<ClaimView>, ProblemDetails> {
    let statement = accounts.settle(&accounts.policy)?;
    let Some(window) = statement.window else {
        return Ok(None);
    };
    let state = decide(accounts, &statement);
    let StatementKey {
        provider,
        world,
        cycle,
    } = accounts.asked.clone();
    Ok(Some(ClaimView {
        provider,
        world,
        cycle,
        start: accounts.cycle.start,
        end: accounts.cycle.end,
        availability_pct: statement.availability.as_ref().map(percent),
        amount_fen: amount(&statement),
        state,
        opens_on: window.opens,
        closes_on: window.closes,
        days_left: (state == "open").then(|| accounts.now.day().days_until(window.closes) + 1),
    }))
}

/// The cycles of all worlds there is something to settle for.
fn cycles(admin: &AdminState, query: &ClaimQuery) -> Result<Vec<StatementKey>, ProblemDetails> {
    if let Some(world) = &query.world {
        crate::admin::worlds::find(admin, world)?;
    }
    if let Some(provider) = &query.provider {
        super::books::agreement(admin, provider)?;
    }
    let wanted = |provider: &str, world: &str| {
        query.provider.as_deref().is_none_or(|own| own == provider)
            && query.world.as_deref().is_none_or(|own| own == world)
    };
    let mut all: BTreeSet<(String, String, String)> = BTreeSet::new();
    let ever = (Time::from_micros(i64::MIN), Time::from_micros(i64::MAX));
    let used: BTreeSet<(String, String, Month)> = admin
        .store
        .usage(query.world.as_deref(), ever.0, ever.1)?
        .into_iter()
        .map(|day| (day.world, day.provider, day.day.month()))
        .collect();
    for world in admin.gateway.worlds.all() {
        let settings = world.settings();
        for (provider, contract) in admin.gateway.providers.agreements() {
            if contract.claim.is_none() || !wanted(provider, &world.name) {
                continue;
            }
            let bought = settings
                .subscriptions
                .get(provider)
                .filter(|own| !own.packs.is_empty());
            let named = |cycle: String| (world.name.to_string(), provider.to_owned(), cycle);
            if let Some(own) = bought.filter(|_| contract.cycle == CycleRule::Term) {
                let terms = own
                    .packs
                    .iter()
                    .flat_map(|pack| Cycle::of_span(pack.start, pack.last()));
                let begun = terms.filter(|cycle| cycle.start.start() <= world.clock.now());
                all.extend(begun.map(|cycle| named(cycle.start.to_string())));
            } else {
                let own = used
                    .iter()
                    .filter(|(name, of, _)| **name == *world.name && of == provider);
                all.extend(own.map(|(.., month)| named(month.to_string())));
            }
        }
    }
    let asked = all.into_iter().map(|(world, provider, cycle)| StatementKey {
        provider,
        world,
        cycle,
    });
    Ok(asked.collect())
}

async fn listed(admin: &AdminState, request: &HttpRequest) -> Result<Vec<ClaimView>, ProblemDetails> {
    let query: ClaimQuery = input::query(request)?;
    admin.gateway.ledger.flush().await;
    let mut all = Vec::new();
    for asked in cycles(admin, &query)? {
        let accounts = CycleAccounts::with(admin, asked, StatementQuery::default()).await?;
        all.extend(view(&accounts)?);
    }
    Ok(all)
}

/// Every cycle with what can be claimed for it and when.
#[utoipa::path(tag = "sla",
    params(("world" = Option<String>, Query), ("provider" = Option<String>, Query)),
    responses((status = 200, body = Vec<ClaimView>), (status = 404, body = ProblemDetails)))]
#[get("/sla/claims")]
pub(in crate::admin) async fn list(
    admin: Data<AdminState>,
    request: HttpRequest,
) -> Result<Json<Vec<ClaimView>>, ProblemDetails> {
    Ok(Json(listed(&admin, &request).await?))
}

/// Claims the compensation of a cycle at the world's time; it is given as a coupon.
#[utoipa::path(tag = "sla", request_body = NewClaim,
    responses((status = 201, body = GrantedClaim), (status = 404, body = ProblemDetails), (status = 409, body = ProblemDetails),
        (status = 422, body = ProblemDetails)))]
#[post("/sla/claims")]
pub(in crate::admin) async fn submit(
    admin: Data<AdminState>,
    body: Bytes,
) -> Result<HttpResponse, ProblemDetails> {
    let new: NewClaim = input::json(&body)?;
    let asked = StatementKey {
        provider: new.provider,
        world: new.world,
        cycle: new.cycle,
    };
    let accounts = CycleAccounts::with(&admin, asked, StatementQuery::default()).await?;
    let statement = accounts.settle(&accounts.policy)?;
    let decision = decide(&accounts, &statement);
    if decision != "open" {
        let why = statement.settlement.reason.map_or("", reason);
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
        let text = format!("{decision}: {why}{window}").replace(": ;", ":");
        return Err(ProblemDetails::new(StatusCode::CONFLICT, text).field("cycle"));
    }
    let coupon = Coupon {
        id: coupon_id(&accounts.asked, accounts.cycle.start),
        provider: Some(accounts.asked.provider.clone()),
        fen: u64::try_from(amount(&statement)).map_err(|why| impossible("cycle", why.to_string()))?,
        from: Some(accounts.now.day()),
        until: None,
    };
    let mut settings = (*accounts.world.settings()).clone();
    settings.coupons.push(coupon.clone());
    admin.gateway.worlds.configure(&accounts.world, settings)?;
    Ok(HttpResponse::Created().json(GrantedClaim {
        decision: "accepted",
        coupon,
    }))
}

/// The windows of all claims as a calendar (RFC 5545), with an alarm three days before each closes.
#[utoipa::path(tag = "sla",
    params(("world" = Option<String>, Query), ("provider" = Option<String>, Query)),
    responses((status = 200, content_type = "text/calendar", body = String), (status = 404, body = ProblemDetails)))]
#[get("/sla/claims.ics")]
pub(in crate::admin) async fn calendar(
    admin: Data<AdminState>,
    request: HttpRequest,
) -> Result<HttpResponse, ProblemDetails> {
    let mut calendar = ICalendar::new("2.0", "-//Understudy//claims//EN");
    for claim in listed(&admin, &request).await? {
        if let Some(opens) = claim.opens_on.filter(|_| claim.amount_fen > 0) {
            calendar.add_event(event(&claim, opens));
        }
    }
    Ok(HttpResponse::Ok()
        .content_type("text/calendar; charset=utf-8")
        .body(calendar.to_string()))
}

fn event(claim: &ClaimView, opens: Day) -> Event<'static> {
    let day = |day: Day| day.to_string().replace('-', "");
    let whole_day = |name: &'static str, of: Day| {
        let mut property = Property::new(name, day(of));
        property.add(Parameter::new("VALUE", "DATE"));
        property
    };
    let uid = format!("{}-{}-{}@understudy", claim.provider, claim.world, claim.start);
    let title = format!(
        "Claim {} from {} for {}",
        yuan(&claim.amount_fen.into()),
        claim.provider,
        claim.cycle
    );
    let text = format!(
        "World {}. Availability {}. The last day is {}: later claims are not accepted.",
        claim.world,
        claim.availability_pct.as_deref().unwrap_or("undefined"),
        claim.closes_on
    );
    let stamp = format!("{}T000000Z", day(claim.end.plus(1)));
    let mut event = Event::new(uid, stamp);
    event.push(whole_day("DTSTART", opens));
    event.push(whole_day("DTEND", claim.closes_on.plus(1)));
    event.push(Summary::new(ics::escape_text(title.clone())));
    event.push(Description::new(ics::escape_text(text)));
    // Before the end of an event that lasts whole days, which is the midnight after its last.
    let mut trigger = Trigger::new("-P3D");
    trigger.add(Parameter::new("RELATED", "END"));
    event.add_alarm(Alarm::display(trigger, Description::new(ics::escape_text(title))));
    event
}
