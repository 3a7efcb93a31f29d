//! What a statement is made of: the agreement, the cycle, its counts, its charges.

use super::{impossible, place};
use crate::admin::{AdminState, ProblemDetails, input, worlds};
use crate::clock::Time;
use crate::exchange::{ChainHash, SERVICE_COUNTS, ServiceBucket, ServiceCounts};
use crate::sla::{
    CauseAuthority, Contract, Cycle, CycleBill, ExclusionRules, FIVE_MINUTES, FiveMinutes, ReadingPolicy,
    Statement, WorkdayCalendar,
};
use crate::spelling::{nearest_name, suggest};
use crate::world::World;
use actix_web::HttpRequest;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Which statement is asked for.
#[derive(Clone)]
pub(super) struct StatementKey {
    /// The provider's id.
    pub(super) provider: String,
    /// The world's name.
    pub(super) world: String,
    /// The cycle's name.
    pub(super) cycle: String,
}

impl From<(String, String, String)> for StatementKey {
    fn from((provider, world, cycle): (String, String, String)) -> Self {
        Self {
            provider,
            world,
            cycle,
        }
    }
}

/// What counts are made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum CountSource {
    /// Five-minute counts kept as rows arrive.
    #[default]
    Rollups,
    /// Every row, counted anew.
    Rows,
}

/// What a statement's query may say.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StatementQuery {
    /// `truth` or `provider`.
    #[serde(default)]
    pub(super) word: CauseAuthority,
    /// Other readings than the defaults, as a JSON object.
    pub(super) policy: Option<String>,
    /// `rollups` or `rows`.
    #[serde(default)]
    pub(super) from: CountSource,
    /// Which table a CSV holds.
    #[serde(default)]
    pub(super) table: StatementTable,
}

/// A table of a statement, as CSV.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum StatementTable {
    /// Step by step.
    #[default]
    Steps,
    /// Five-minute buckets that had calls.
    Buckets,
}

/// The books of a cycle.
pub(super) struct CycleAccounts {
    pub(super) asked: StatementKey,
    pub(super) title: &'static str,
    pub(super) contract: &'static Contract,
    pub(super) policy: ReadingPolicy,
    /// The readings that were asked for, others than the defaults.
    pub(super) readings: Value,
    pub(super) word: CauseAuthority,
    pub(super) source: CountSource,
    pub(super) table: StatementTable,
    pub(super) world: Arc<World>,
    pub(super) calendar: Arc<WorkdayCalendar>,
    pub(super) cycle: Cycle,
    pub(super) rows: Vec<ServiceBucket>,
    pub(super) now: Time,
    /// Whether the cycle is only assumed: nothing was bought that says where it lies.
    pub(super) is_assumed: bool,
    /// The last hash of the ledger's rows, and how many rows it goes over.
    pub(super) chain: (ChainHash, i64),
}

impl CycleAccounts {
    /// Opens the books of a cycle.
    pub(super) async fn open(
        admin: &AdminState,
        asked: StatementKey,
        request: &HttpRequest,
    ) -> Result<Self, ProblemDetails> {
        Self::with(admin, asked, input::query(request)?).await
    }

    /// The same, with the query read.
    pub(super) async fn with(
        admin: &AdminState,
        asked: StatementKey,
        query: StatementQuery,
    ) -> Result<Self, ProblemDetails> {
        let (title, contract) = agreement(admin, &asked.provider)?;
        let world = worlds::find(admin, &asked.world)?;
        let readings = query
            .policy
            .as_deref()
            .map(serde_json::from_str::<Value>)
            .transpose();
        let readings = readings
            .map_err(|why| impossible("policy", format!("expected JSON: {why}")))?
            .unwrap_or_else(|| json!({}));
        let policy =
            ReadingPolicy::read(contract.settings, &readings).map_err(|why| impossible("policy", why))?;
        let settings = world.settings();
        let bought = settings.subscriptions.get(&asked.provider);
        let cycle = place::place(contract, bought, &asked.cycle, &policy)?.cycle;
        admin.gateway.ledger.flush().await;
        // A day more: another reading can end the cycle a day later.
        let (from, to) = (cycle.start.start(), cycle.end.plus(2).start());
        let of = (&*world.name, asked.provider.as_str());
        let rows = match query.from {
            CountSource::Rollups => admin.store.service(of, from, to)?,
            CountSource::Rows => admin.store.recount(of, from, to)?,
        };
        Ok(Self {
            is_assumed: place::is_assumed(contract, bought),
            chain: admin.store.chain_head(of.0, of.1)?,
            now: world.clock.now(),
            calendar: admin.calendar.clone(),
            word: query.word,
            source: query.from,
            table: query.table,
            asked,
            title,
            contract,
            policy,
            readings,
            world,
            cycle,
            rows,
        })
    }

    /// Whether the cycle is over on the world's clock.
    pub(super) fn is_final(&self) -> bool {
        self.now >= self.cycle.end.plus(1).start()
    }

    /// The counts of a cycle.
    pub(super) fn rows_of(&self, cycle: &Cycle) -> &[ServiceBucket] {
        let end = cycle.end.plus(1).start();
        &self.rows[..self.rows.partition_point(|row| row.bucket < end)]
    }

    /// What causes are granted by, in a reading.
    pub(super) fn grants<'a>(&'a self, policy: &'a ReadingPolicy) -> ExclusionRules<'a> {
        self.grants_by(policy, self.word)
    }

    fn grants_by<'a>(&'a self, policy: &'a ReadingPolicy, word: CauseAuthority) -> ExclusionRules<'a> {
        ExclusionRules {
            contract: self.contract,
            policy,
            calendar: &self.calendar,
            word,
        }
    }

    /// What the five minutes of the cycle come to, by when they begin.
    pub(super) fn five_minutes(&self) -> BTreeMap<Time, FiveMinutes> {
        self.grants(&self.policy).five_minutes(self.rows_of(&self.cycle))
    }

    /// The place of five minutes of the cycle, from 0.
    pub(super) fn bucket(&self, at: Time) -> u64 {
        at.since(self.cycle.start.start()).as_secs() / FIVE_MINUTES.as_secs()
    }

    /// The statement in a reading.
    pub(super) fn settle(&self, policy: &ReadingPolicy) -> Result<Statement, ProblemDetails> {
        self.settle_by(policy, self.word, None)
    }

    /// The statement by somebody's word on causes.
    pub(super) fn settle_by_word(&self, word: CauseAuthority) -> Result<Statement, ProblemDetails> {
        self.settle_by(&self.policy, word, None)
    }

    /// The statement of other counts than the ledger's.
    pub(super) fn settle_rows(&self, rows: &[ServiceBucket]) -> Result<Statement, ProblemDetails> {
        self.settle_by(&self.policy, self.word, Some(rows))
    }

    fn settle_by(
        &self,
        policy: &ReadingPolicy,
        word: CauseAuthority,
        rows: Option<&[ServiceBucket]>,
    ) -> Result<Statement, ProblemDetails> {
        let settings = self.world.settings();
        let bought = settings.subscriptions.get(&self.asked.provider);
        let place = place::place(self.contract, bought, &self.asked.cycle, policy)?;
        let rows = rows.unwrap_or_else(|| self.rows_of(&place.cycle));
        let mut bill = self.bill(rows);
        bill.is_free = bought.is_some_and(|own| own.free);
        place::add_packs(&mut bill, &place, bought);
        let figures = self.grants_by(policy, word).figures(place, rows, bill);
        let statement = Statement::new(self.contract, figures, policy, &self.calendar);
        statement.map_err(|why| impossible("cycle", why))
    }

    /// What calls were charged. Granted money is no cash, so it stands beside coupons.
    fn bill(&self, rows: &[ServiceBucket]) -> CycleBill {
        let sum = sum(rows);
        let (gross, coupon) = (sum.fee_fen, sum.coupon_fen + sum.granted_fen);
        let debt = self
            .world
            .admission
            .usage(|usage| usage.wallet().debt_fen(self.world.settings().balance_fen));
        let unpaid = sum.owed_fen.min(debt);
        CycleBill {
            gross: u128::try_from(gross).unwrap_or(0),
            coupon: u128::try_from(coupon).unwrap_or(0),
            cash_paid: (unpaid > 0).then(|| u128::try_from(gross - coupon - unpaid).unwrap_or(0)),
            ..CycleBill::default()
        }
    }

    /// Calls of the cycle by class.
    pub(super) fn counts(&self) -> Map<String, Value> {
        let all = sum(self.rows_of(&self.cycle));
        let named = SERVICE_COUNTS.into_iter().zip(all.values());
        named
            .map(|(name, count)| (name.to_owned(), json!(count)))
            .collect()
    }
}

fn sum(rows: &[ServiceBucket]) -> ServiceCounts {
    let mut all = ServiceCounts::default();
    for row in rows {
        all.add(&row.counts);
    }
    all
}

/// A provider's title and agreement; also of products that are not emulated yet.
pub(super) fn agreement(
    admin: &AdminState,
    id: &str,
) -> Result<(&'static str, &'static Contract), ProblemDetails> {
    let providers = admin.gateway.providers;
    let all = providers.agreements();
    let found = all.iter().find(|(own, _)| *own == id);
    let (own, contract) = found.ok_or_else(|| {
        let ids: Vec<_> = all.iter().map(|(id, _)| *id).collect();
        let mut detail = format!("there is no provider {id:?}, only {}", ids.join(", "));
        suggest(&mut detail, nearest_name(id, ids));
        ProblemDetails::not_found(detail)
    })?;
    Ok((providers.spec(id).map_or(own, |spec| spec.title), contract))
}
