//! Charges by world, operation and day: what was used, how it was paid, what is left; and the same as FOCUS rows.

use super::csv::{CsvTable, download_csv};
use super::{AdminState, ProblemDetails, input, usage, worlds};
use crate::clock::Day;
use crate::providers::Providers;
use crate::sla::{decimal, keep_through};
use crate::store::DayUsage;
use crate::world::World;
use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, HttpResponse, get};
use serde::{Deserialize, Serialize};

/// Charges of one operation on one local day, in fen.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct ChargeView {
    day: Day,
    world: String,
    provider: String,
    operation: String,
    /// Billable units, and those of them that packs paid for.
    units: i64,
    pack_units: i64,
    /// The price of the others, and how it was paid.
    fee_fen: i64,
    coupon_fen: i64,
    granted_fen: i64,
    cash_fen: i64,
    owed_fen: i64,
    /// Until when the billing log of the day must be kept, where the agreement says so (000 2.9, 001 2.9); nothing is
    /// purged by itself.
    keep_through: Option<Day>,
}

/// What a world has left.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct AccountView {
    world: String,
    /// Cash that is left; unlimited where absent.
    cash_left_fen: Option<i64>,
    granted_left_fen: i64,
    debt_fen: i64,
    coupons: Vec<RemainderView>,
    packs: Vec<RemainderView>,
}

/// What is left of a coupon (fen) or a pack (units).
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct RemainderView {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<String>,
    used: i64,
    /// Unlimited where absent.
    remaining: Option<i64>,
    /// Its last day; it has none where absent.
    until: Option<Day>,
}

/// Charges and accounts.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct ChargesView {
    charges: Vec<ChargeView>,
    accounts: Vec<AccountView>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChargeQuery {
    world: Option<String>,
    provider: Option<String>,
    from: Option<Day>,
    to: Option<Day>,
}

impl ChargeView {
    fn of(usage: DayUsage, providers: Providers) -> Self {
        let spec = providers.spec(&usage.provider);
        let kept_months = spec.and_then(|spec| spec.contract.billing_log_months);
        let sums = usage.sums;
        Self {
            day: usage.day,
            world: usage.world,
            provider: usage.provider,
            operation: usage.operation,
            units: sums.units,
            pack_units: sums.pack_units,
            fee_fen: sums.fee_fen,
            coupon_fen: sums.coupon_fen,
            granted_fen: sums.granted_fen,
            cash_fen: sums.fee_fen - sums.coupon_fen - sums.granted_fen - sums.owed_fen,
            owed_fen: sums.owed_fen,
            keep_through: kept_months.map(|months| keep_through(usage.day, months)),
        }
    }
}

async fn read(admin: &AdminState, query: &ChargeQuery) -> Result<Vec<ChargeView>, ProblemDetails> {
    if let Some(provider) = &query.provider
        && admin.gateway.providers.spec(provider).is_none()
    {
        let ids = admin.gateway.providers.specs().map(|spec| spec.id);
        return Err(ProblemDetails::unknown("provider", provider, ids));
    }
    let from = query.from.map(Day::start);
    let to = query.to.map(|day| day.plus(1).start());
    let usage = usage::read(admin, query.world.as_deref(), from, to).await?;
    let wanted = |usage: &DayUsage| {
        usage.sums.units > 0 && query.provider.as_ref().is_none_or(|own| *own == usage.provider)
    };
    let view = |usage| ChargeView::of(usage, admin.gateway.providers);
    Ok(usage.into_iter().filter(wanted).map(view).collect())
}

fn account(world: &World) -> AccountView {
    let settings = world.settings();
    world.admission.usage(|usage| {
        let wallet = usage.wallet();
        let coupons = settings.coupons.iter().map(|coupon| {
            let used = wallet.drawn(&coupon.pot());
            RemainderView {
                id: coupon.id.clone(),
                provider: coupon.provider.clone(),
                used,
                remaining: Some(coupon.fen.cast_signed() - used),
                until: coupon.until,
            }
        });
        let bought = settings.subscriptions.iter();
        let packs = bought.flat_map(|(provider, own)| own.packs.iter().map(move |pack| (provider, pack)));
        let packs = packs.map(|(provider, pack)| {
            let used = wallet.drawn(&pack.pot(provider));
            RemainderView {
                id: pack.id.clone(),
                provider: Some(provider.clone()),
                used,
                remaining: pack.units.map(|units| units.cast_signed() - used),
                until: Some(pack.last()),
            }
        });
        AccountView {
            world: world.name.to_string(),
            cash_left_fen: settings.balance_fen.map(|balance| wallet.cash_left_fen(balance)),
            granted_left_fen: (settings.granted_fen - wallet.granted_fen()).max(0),
            debt_fen: wallet.debt_fen(settings.balance_fen),
            coupons: coupons.collect(),
            packs: packs.collect(),
        }
    })
}

/// Charges by world, operation and local day, and what each world has left.
#[utoipa::path(tag = "usage", params(
        ("world" = Option<String>, Query), ("provider" = Option<String>, Query),
        ("from" = Option<String>, Query, description = "first day; that of the month where absent"),
        ("to" = Option<String>, Query, description = "last day; no end where absent"),
    ),
    responses((status = 200, body = ChargesView), (status = 400, body = ProblemDetails), (status = 404, body = ProblemDetails)))]
#[get("/charges")]
pub(super) async fn list(
    admin: Data<AdminState>,
    request: HttpRequest,
) -> Result<Json<ChargesView>, ProblemDetails> {
    let query: ChargeQuery = input::query(&request)?;
    let charges = read(&admin, &query).await?;
    let worlds = match &query.world {
        Some(name) => vec![worlds::find(&admin, name)?],
        None => admin.gateway.worlds.all(),
    };
    Ok(Json(ChargesView {
        charges,
        accounts: worlds.iter().map(|world| account(world)).collect(),
    }))
}

/// Columns of FOCUS 1.2 that charges of calls have.
const FOCUS: [&str; 17] = [
    "BillingAccountId",
    "BillingCurrency",
    "BillingPeriodStart",
    "BillingPeriodEnd",
    "ChargePeriodStart",
    "ChargePeriodEnd",
    "ChargeCategory",
    "ChargeFrequency",
    "ChargeDescription",
    "ServiceName",
    "ServiceProviderName",
    "SkuId",
    "ConsumedQuantity",
    "ConsumedUnit",
    "ListCost",
    "BilledCost",
    "EffectiveCost",
];

/// Fen as yuan with two decimals.
fn yuan(fen: i64) -> String {
    decimal(&fen.into(), 2)
}

fn utc(day: Day) -> String {
    // FOCUS asks for UTC; a local day begins at sixteen hundred of the day before.
    format!("{}T16:00:00Z", day.plus(-1))
}

/// The same as FOCUS 1.2 rows: usage, and a credit for what coupons and granted money paid.
#[utoipa::path(tag = "usage", params(
        ("world" = Option<String>, Query), ("provider" = Option<String>, Query),
        ("from" = Option<String>, Query, description = "first day; that of the month where absent"),
        ("to" = Option<String>, Query, description = "last day; no end where absent"),
    ),
    responses((status = 200, content_type = "text/csv", body = String), (status = 400, body = ProblemDetails),
        (status = 404, body = ProblemDetails)))]
#[get("/charges.csv")]
pub(super) async fn focus(
    admin: Data<AdminState>,
    request: HttpRequest,
) -> Result<HttpResponse, ProblemDetails> {
    let query: ChargeQuery = input::query(&request)?;
    let mut sheet = CsvTable::new(&FOCUS);
    for charge in read(&admin, &query).await? {
        sheet.raw(&focus_row(&charge, "Usage", charge.fee_fen));
        let credit = charge.coupon_fen + charge.granted_fen;
        if credit > 0 {
            sheet.raw(&focus_row(&charge, "Credit", -credit));
        }
    }
    Ok(download_csv(sheet, "charges-focus.csv"))
}

fn focus_row(charge: &ChargeView, category: &str, fen: i64) -> [String; FOCUS.len()] {
    let month = charge.day.month();
    let is_usage = category == "Usage";
    let quantity = if is_usage {
        charge.units.to_string()
    } else {
        String::new()
    };
    let what = if is_usage {
        "calls"
    } else {
        "coupons and granted money"
    };
    let unit = if is_usage { "Calls" } else { "" };
    let list_cost = if is_usage { yuan(fen) } else { "0.00".to_owned() };
    [
        charge.world.clone(),
        "CNY".to_owned(),
        utc(month.first()),
        utc(month.plus(1).first()),
        utc(charge.day),
        utc(charge.day.plus(1)),
        category.to_owned(),
        "Usage-Based".to_owned(),
        format!("{}/{}, {what}", charge.provider, charge.operation),
        charge.provider.clone(),
        "Understudy".to_owned(),
        format!("{}/{}", charge.provider, charge.operation),
        quantity,
        unit.to_owned(),
        list_cost,
        yuan(fen),
        yuan(fen),
    ]
}
