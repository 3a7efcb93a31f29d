//! Service levels in exact arithmetic: contracts as data, with the clause beside each fact, and pure engines that
//! count, settle and say when to claim. Codes such as J5 and K1 number the ambiguities of the
//! agreements (`ARCHITECTURE.md`, "What comments cite").
#![deny(clippy::float_arithmetic)]

mod bucket_mean;
mod budget;
mod calendar;
mod claim;
pub mod clauses;
mod contract;
mod cycle;
mod duty;
mod error_rate;
mod exclusions;
mod five_minutes;
mod fraction;
mod input;
mod readings;
pub mod reconcile;
mod request_ratio;
mod row;
mod settlement;
mod statement;
mod statement_input;
mod steps;
mod text;
pub mod vectors;

pub use bucket_mean::{AvailabilityKind, BucketRun, CauseErrors, CycleTraffic};
pub use budget::{BurnAlert, BurnRates, RequestVolume};
pub use calendar::{CalendarError, UnknownYearError, WorkdayCalendar, Workdays};
pub use claim::{ClaimDecision, ClaimFacts, ClaimWindow};
pub use clauses::ClauseReading;
pub use contract::{
    AvailabilityMeasure, CapBasis, ClaimRule, CompensationCap, CompensationTier, Contract, ContractCause,
    ContractTerm, CycleRule, ExclusionScope, NoticeCondition, NoticeLead, NoticeRule,
};
pub use cycle::{BUCKETS_OF_DAY, Cycle};
pub use duty::{
    ChangeNotice, FaultTicket, FaultTicketRule, LiabilityCap, TicketState, keep_through, liability,
};
pub use error_rate::ErrorRate;
pub use exclusions::{CauseAuthority, ExclusionRules};
pub use five_minutes::{FIVE_MINUTES, FiveMinutes};
pub use fraction::{Ratio, decimal, or_null, percent_floor, percent_half_up, ratio, to_json, whole};
pub use input::{FrameCount, FrameRule, InputRules, NumberRange, PictureSize, TextLength};
pub use readings::{AmbiguousClause, ReadingPolicy};
pub use request_ratio::{CountedRequests, CycleRequests, RequestCounts};
pub use row::{BucketReading, RatioReading, SlaRow, buckets, requests};
pub use settlement::{CycleFees, NoCompensation, Settlement, budget_used, is_met, settle};
pub use statement::{BucketMean, Statement};
pub use statement_input::{CycleBill, CyclePlacement, MeasuredTraffic, PackPrice, StatementInput};
pub use steps::StatementStep;
pub use text::{exact_yuan, grouped, percent, promised, yuan};
