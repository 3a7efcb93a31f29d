//! The accounts of a cycle: its contract, its counts, its charges, and the settlement they give.

use super::{StatementError, cycles};
use crate::clock::Time;
use crate::exchange::{ChainHash, SERVICE_COUNTS, ServiceBucket, ServiceCounts};
use crate::sla::{
    CauseAuthority, Contract, Cycle, CycleBill, ExclusionRules, FIVE_MINUTES, FiveMinutes, ReadingPolicy,
    Statement, WorkdayCalendar,
};
use crate::store::{CallRange, Store};
use crate::world::World;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Names a statement: a provider's cycle for a world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementKey {
    /// The provider's id.
    pub provider: String,
    /// The world's name.
    pub world: String,
    /// The cycle's name: a month, or the first day of a cycle.
    pub cycle: String,
}

/// What the counts of a statement are computed from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CountSource {
    /// Five-minute counts that the ledger keeps as rows arrive.
    #[default]
    Rollups,
    /// Every row, counted again.
    Rows,
}

/// Which statement to make, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementRequest {
    /// The statement.
    pub key: StatementKey,
    /// Who decides what caused a failure.
    pub word: CauseAuthority,
    /// Readings other than the defaults, as the text of a JSON object.
    pub policy: Option<String>,
    /// What the counts are computed from.
    pub source: CountSource,
}

impl StatementRequest {
    /// A request in the default readings.
    pub fn new(key: StatementKey) -> Self {
        Self {
            key,
            word: CauseAuthority::default(),
            policy: None,
            source: CountSource::default(),
        }
    }
}

/// What a request names, resolved.
pub struct CycleTerms {
    /// The statement that was asked for.
    pub key: StatementKey,
    /// The provider's title.
    pub title: &'static str,
    /// The provider's contract.
    pub contract: &'static Contract,
    /// The reading of every ambiguous clause.
    pub policy: ReadingPolicy,
    /// The readings the request gave, as JSON.
    pub readings: Value,
    /// Who decides what caused a failure.
    pub word: CauseAuthority,
    /// What the counts are computed from.
    pub source: CountSource,
    /// The world.
    pub world: Arc<World>,
    /// Working days.
    pub calendar: Arc<WorkdayCalendar>,
    /// The cycle.
    pub cycle: Cycle,
    /// Whether the cycle is only assumed, because the world bought nothing that defines one.
    pub is_assumed: bool,
}

/// The accounts of a cycle, read from the store.
pub struct CycleAccounts {
    /// What was asked for.
    pub terms: CycleTerms,
    /// The world's time when the accounts were opened.
    pub now: Time,
    /// The last hash of the ledger's rows.
    pub chain_head: ChainHash,
    /// How many rows the hash covers.
    pub chain_rows: i64,
    pub(super) store: Arc<dyn Store>,
    /// Five-minute counts of the cycle and of the day after it.
    rows: Vec<ServiceBucket>,
}

impl CycleAccounts {
    /// Reads the counts of a cycle. Blocks.
    ///
    /// # Errors
    /// When the store fails.
    pub(super) fn open(terms: CycleTerms, store: Arc<dyn Store>) -> Result<Self, StatementError> {
        // One more day: another reading may end the cycle a day later.
        let (from, to) = (terms.cycle.start.start(), terms.cycle.end.plus(2).start());
        let range = CallRange {
            world: &terms.world.name,
            provider: &terms.key.provider,
            from,
            to,
        };
        let rows = match terms.source {
            CountSource::Rollups => store.service(range)?,
            CountSource::Rows => store.recount(range)?,
        };
        let (chain_head, chain_rows) = store.chain_head(range.world, range.provider)?;
        Ok(Self {
            now: terms.world.clock.now(),
            terms,
            chain_head,
            chain_rows,
            store,
            rows,
        })
    }

    /// Whether the cycle is over on the world's clock.
    pub fn is_final(&self) -> bool {
        self.now >= self.terms.cycle.end.plus(1).start()
    }

    /// The calls of the cycle.
    pub(super) fn range(&self) -> CallRange<'_> {
        CallRange {
            world: &self.terms.world.name,
            provider: &self.terms.key.provider,
            from: self.terms.cycle.start.start(),
            to: self.terms.cycle.end.plus(1).start(),
        }
    }

    /// The counts of the cycle.
    pub(super) fn rows(&self) -> &[ServiceBucket] {
        self.rows_of(&self.terms.cycle)
    }

    fn rows_of(&self, cycle: &Cycle) -> &[ServiceBucket] {
        let end = cycle.end.plus(1).start();
        &self.rows[..self.rows.partition_point(|row| row.bucket < end)]
    }

    /// The rules that decide which causes exclude a failure.
    pub(super) fn exclusion_rules(&self) -> ExclusionRules<'_> {
        self.exclusion_rules_in(&self.terms.policy, self.terms.word)
    }

    fn exclusion_rules_in<'a>(
        &'a self,
        policy: &'a ReadingPolicy,
        word: CauseAuthority,
    ) -> ExclusionRules<'a> {
        ExclusionRules {
            contract: self.terms.contract,
            policy,
            calendar: &self.terms.calendar,
            word,
        }
    }

    /// The figures of each five minutes of the cycle that had calls, by their start.
    pub fn five_minutes(&self) -> BTreeMap<Time, FiveMinutes> {
        self.exclusion_rules().five_minutes(self.rows())
    }

    /// The index of five minutes within the cycle, from 0.
    pub fn bucket(&self, at: Time) -> u64 {
        at.since(self.terms.cycle.start.start()).as_secs() / FIVE_MINUTES.as_secs()
    }

    /// Settles the cycle in the readings that were asked for.
    ///
    /// # Errors
    /// When the contract cannot be settled for this cycle.
    pub fn settle(&self) -> Result<Statement, StatementError> {
        self.settle_with(&self.terms.policy, self.terms.word, None)
    }

    /// Settles the cycle in other readings.
    pub(super) fn settle_in(&self, policy: &ReadingPolicy) -> Result<Statement, StatementError> {
        self.settle_with(policy, self.terms.word, None)
    }

    /// Settles the cycle with somebody else deciding on causes.
    pub(super) fn settle_by_word(&self, word: CauseAuthority) -> Result<Statement, StatementError> {
        self.settle_with(&self.terms.policy, word, None)
    }

    /// Settles the cycle with other counts than the ledger's.
    pub(super) fn settle_rows(&self, rows: &[ServiceBucket]) -> Result<Statement, StatementError> {
        self.settle_with(&self.terms.policy, self.terms.word, Some(rows))
    }

    fn settle_with(
        &self,
        policy: &ReadingPolicy,
        word: CauseAuthority,
        rows: Option<&[ServiceBucket]>,
    ) -> Result<Statement, StatementError> {
        let terms = &self.terms;
        let settings = terms.world.settings();
        let bought = settings.subscriptions.get(&terms.key.provider);
        let placement = cycles::find(terms.contract, bought, &terms.key.cycle, policy)?;
        let rows = rows.unwrap_or_else(|| self.rows_of(&placement.cycle));
        let mut bill = self.bill(rows);
        bill.is_free = bought.is_some_and(|own| own.free);
        cycles::add_packs(&mut bill, &placement, bought);
        let figures = self
            .exclusion_rules_in(policy, word)
            .figures(placement, rows, bill);
        let statement = Statement::new(terms.contract, figures, policy, &terms.calendar);
        statement.map_err(|why| StatementError::impossible("cycle", why))
    }

    /// What the calls were charged. Granted money is no cash, so it is added to the coupons.
    fn bill(&self, rows: &[ServiceBucket]) -> CycleBill {
        let sum = sum(rows);
        let (gross, coupon) = (sum.fee_fen, sum.coupon_fen + sum.granted_fen);
        let world = &self.terms.world;
        let debt = world
            .admission
            .usage(|usage| usage.wallet().debt_fen(world.settings().balance_fen));
        let unpaid = sum.owed_fen.min(debt);
        CycleBill {
            gross: u128::try_from(gross).unwrap_or(0),
            coupon: u128::try_from(coupon).unwrap_or(0),
            cash_paid: (unpaid > 0).then(|| u128::try_from(gross - coupon - unpaid).unwrap_or(0)),
            ..CycleBill::default()
        }
    }

    /// The calls of the cycle by class, and their charges.
    pub(super) fn counts(&self) -> Map<String, Value> {
        let all = sum(self.rows());
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
