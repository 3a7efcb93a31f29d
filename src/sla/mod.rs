//! Service levels in exact arithmetic: contracts as data, with the clause beside each fact, and pure engines that
//! count, settle and say when to claim. `contract/sla.md` is cited by its own numbers (J5, K1 …).
#![deny(clippy::float_arithmetic)]

mod bucket_mean;
mod budget;
mod calendar;
mod claim;
mod contract;
mod cycle;
mod duty;
mod error_rate;
mod figures;
mod five_minutes;
mod fraction;
mod grants;
mod input;
pub mod reconcile;
mod request_ratio;
mod row;
mod setting;
mod settlement;
mod statement;
mod steps;
pub mod vectors;

pub use bucket_mean::{Errors, Run, Traffic, View};
pub use budget::{Alert, Rates, Volume};
pub use calendar::{Calendar, CalendarFile, UnknownYear, Workdays};
pub use claim::{Claim, ClaimWindow};
pub use contract::{
    Announced, Cap, Cash, Cause, ClaimRule, Contract, CycleRule, Lead, Leaves, Measure, NoticeRule, Term,
    Tier,
};
pub use cycle::{BUCKETS_OF_DAY, Cycle};
pub use duty::{Notice, Ticket, keep_through, liability};
pub use error_rate::ErrorRate;
pub use figures::{Bill, Figures, Measured, PackPrice, Place};
pub use five_minutes::{FIVE_MINUTES, FiveMinutes};
pub use fraction::{Ratio, decimal, or_null, percent_floor, percent_half_up, ratio, to_json, whole};
pub use grants::{Grants, Word};
pub use input::{Frames, PictureSize, TextLength, audio_fits, text_limit};
pub use request_ratio::{Counted, RequestCounts, Requests};
pub use row::{BucketReading, RatioReading, Row, buckets, requests};
pub use setting::{Policy, Setting};
pub use settlement::{Fees, Settlement, budget_used, is_met, settle};
pub use statement::{Mean, Statement};
pub use steps::{Step, exact_yuan, grouped, percent, promised, reason, yuan};
