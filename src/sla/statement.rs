//! The statement of a cycle: availability, commitment, tier, money, claim window.

use super::clauses::TierOnReading;
use super::{
    AvailabilityKind, ClaimWindow, Contract, CountedRequests, Cycle, CycleFees, CycleTraffic,
    MeasuredTraffic, Ratio, ReadingPolicy, Settlement, StatementInput, WorkdayCalendar, is_met, ratio,
    settle, whole,
};

/// The statement of a cycle.
#[derive(Clone, Debug)]
pub struct Statement {
    /// The agreement.
    pub contract: &'static Contract,
    /// The readings in force.
    pub policy: ReadingPolicy,
    /// The figures it was computed from.
    pub figures: StatementInput,
    /// The requests that count, for a ratio of requests.
    pub counted: Option<CountedRequests>,
    /// The mean, for a mean over buckets.
    pub mean: Option<BucketMean>,
    /// The availability that decides; `None` where it is undefined.
    pub availability: Option<Ratio>,
    /// The fees in this reading.
    pub fees: CycleFees,
    /// The compensation.
    pub settlement: Settlement,
    /// When compensation can be claimed; `None` where the agreement has no claims.
    pub window: Option<ClaimWindow>,
}

/// A mean over buckets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketMean {
    /// The number of buckets in the denominator.
    pub denominator: u64,
    /// The sum of rates that decides.
    pub sum: Ratio,
    /// The availability that the provider publishes.
    pub published: Option<Ratio>,
    /// Whether the published availability keeps the promise.
    pub met_published: Option<bool>,
    /// The availability that decides on compensation.
    pub compensable: Option<Ratio>,
}

impl Statement {
    /// Settles a cycle.
    ///
    /// # Errors
    /// When the figures are of another kind than the agreement's formula takes.
    pub fn new(
        contract: &'static Contract,
        figures: StatementInput,
        policy: &ReadingPolicy,
        calendar: &WorkdayCalendar,
    ) -> Result<Self, String> {
        let cycle = figures.place.as_ref().map(|place| place.cycle);
        let (mut counted, mut mean) = (None, None);
        let availability = match &figures.measured {
            MeasuredTraffic::Requests(requests) => {
                let own = requests.counted(policy);
                counted = Some(own);
                own.availability(policy)
            }
            MeasuredTraffic::Traffic(traffic) => {
                let cycle = cycle.ok_or("a mean over buckets needs its cycle")?;
                let own = BucketMean::new(traffic, contract, &cycle, policy);
                let by_published = policy.is(TierOnReading::Published);
                let deciding = if by_published {
                    &own.published
                } else {
                    &own.compensable
                };
                let deciding = deciding.clone();
                mean = Some(own);
                deciding
            }
            MeasuredTraffic::Plain { sent, failed } => (*sent > 0).then(|| whole(1) - ratio(*failed, *sent)),
        };
        let fees = figures.bill.fees(figures.place.as_ref(), policy);
        let settlement = settle(contract, availability.as_ref(), &fees, policy);
        let window = contract
            .claim
            .zip(cycle)
            .map(|(rule, cycle)| ClaimWindow::new(&rule, cycle.month(), Some(cycle.end), calendar, policy));
        Ok(Self {
            contract,
            policy: policy.clone(),
            figures,
            counted,
            mean,
            availability,
            fees,
            settlement,
            window,
        })
    }

    /// The cycle.
    pub fn cycle(&self) -> Option<&Cycle> {
        self.figures.place.as_ref().map(|place| &place.cycle)
    }
}

impl BucketMean {
    fn new(traffic: &CycleTraffic, contract: &Contract, cycle: &Cycle, policy: &ReadingPolicy) -> Self {
        let denominator = traffic.denominator(cycle, policy);
        let sum = |view| traffic.sum_of_rates(contract, view, policy);
        let published = sum(AvailabilityKind::Published);
        let compensable = if contract.has_two_availabilities() {
            sum(AvailabilityKind::Compensable)
        } else {
            published.clone()
        };
        let share = |sum: &Ratio| traffic.availability(sum, denominator);
        let (published_share, compensable_share) = (share(&published), share(&compensable));
        let met = published_share
            .as_ref()
            .and_then(|share| is_met(contract, share, policy));
        Self {
            denominator,
            sum: if policy.is(TierOnReading::Published) {
                published
            } else {
                compensable
            },
            published: published_share,
            met_published: met,
            compensable: compensable_share,
        }
    }
}
