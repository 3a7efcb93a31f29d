//! One rule each: claim windows, buckets, budgets, inputs, notices, tickets, logs, liability.

use super::json::{instant, number, window_to_json};
use super::{VectorCase, count, parsed, parsed_or_none, small, text};
use crate::clock::{Day, Month, Time};
use crate::sla::{
    BurnRates, ChangeNotice, ClaimFacts, ClaimWindow, Cycle, ErrorRate, FaultTicket, InputRules, PictureSize,
    TextLength, keep_through, liability, or_null, to_json, whole,
};
use serde_json::{Value, json};

impl VectorCase<'_> {
    fn claim_window_of_input(&self) -> Result<ClaimWindow, String> {
        let rule = self.contract.claim.ok_or("the agreement has no claims")?;
        let month: Month = parsed(self.input, "service_month")?;
        let cycle_end = parsed_or_none(self.input, "cycle_end")?;
        Ok(ClaimWindow::new(
            &rule,
            month,
            cycle_end,
            self.calendar,
            &self.policy,
        ))
    }

    pub(super) fn claim_window(&self) -> Result<Value, String> {
        Ok(window_to_json(
            self.contract,
            Some(&self.claim_window_of_input()?),
        ))
    }

    pub(super) fn claim(&self) -> Result<Value, String> {
        let window = self.claim_window_of_input()?;
        let is = |name: &str| self.input[name].as_bool().unwrap_or(false);
        let claim = ClaimFacts {
            submitted: parsed(self.input, "submitted_at")?,
            breached: self.input["breached"]
                .as_bool()
                .ok_or("breached: expected true or false")?,
            free: is("free"),
            already_granted: is("already_granted"),
        };
        Ok(json!({
            "decision": window.decide(&claim),
            "opens_at": window.opens_at().map(instant),
            "closes_before": instant(window.closes_before()),
        }))
    }

    pub(super) fn bucket(&self) -> Result<Value, String> {
        let at: Time = parsed(self.input, "at")?;
        let start = at.bucket();
        let of_day = start.since(at.day().start()).as_secs() / 300;
        Ok(json!({
            "local_date": at.day().to_string(),
            "bucket_of_day": of_day,
            "bucket_start": instant(start),
            "service_month": at.day().month().to_string(),
        }))
    }

    pub(super) fn budget(&self) -> Result<Value, String> {
        let days = i64::try_from(small(self.input, "days")?).map_err(|_| "days: expected fewer")?;
        let first: Day = "2025-01-01".parse()?;
        let cycle = Cycle::of_package(first, first.plus(days - 1));
        let mut rates = BurnRates::new(&cycle, small(self.input, "now")?);
        for rate in self.input["rates"].as_array().into_iter().flatten() {
            let part = |at: usize| {
                rate[at]
                    .as_u64()
                    .ok_or_else(|| format!("rates: expected [bucket, num, den], found {rate}"))
            };
            if part(2)? == 0 {
                return Err(format!("rates: expected a denominator above 0, found {rate}"));
            }
            let own = ErrorRate {
                errors: part(1)?,
                of: part(2)?,
            };
            rates.by_bucket.insert(part(0)?, own);
        }
        Ok(self.budget_to_json(&rates))
    }

    fn budget_to_json(&self, rates: &BurnRates) -> Value {
        let (allowed, spent) = (rates.allowed(self.contract), rates.spent());
        let share = |buckets: u64| (buckets > 0).then(|| whole(1) - &spent / whole(buckets));
        let windows = self.input["windows"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_u64);
        let burn = windows.map(|window| {
            (
                window.to_string(),
                or_null(rates.burn(self.contract, window).as_ref()),
            )
        });
        let alerts = rates.alerts(self.contract);
        let alerts = alerts.iter().map(|alert| {
            json!({
                "severity": alert.severity,
                "long": alert.long,
                "short": alert.short,
                "factor": to_json(&alert.factor),
                "fires": alert.fires,
            })
        });
        json!({
            "buckets": rates.buckets,
            "budget_bucket_errors": to_json(&allowed),
            "spent": to_json(&spent),
            "spent_ratio": to_json(&(&spent / &allowed)),
            "left": to_json(&(&allowed - &spent)),
            "availability_to_date": or_null(share(rates.elapsed).as_ref()),
            "availability_best_case": or_null(share(rates.buckets).as_ref()),
            "breach_certain": spent > allowed,
            "breach_certain_after_bucket": rates.breached_after(self.contract),
            "burn": Value::Object(burn.collect()),
            "alerts": alerts.collect::<Vec<_>>(),
        })
    }

    fn input_rules(&self) -> Result<InputRules, String> {
        let rules = self.contract.inputs;
        rules.ok_or_else(|| "the agreement has no rules for inputs".to_owned())
    }

    pub(super) fn image(&self) -> Result<Value, String> {
        let is_declared = !self.input["orig_width"].is_null();
        let original = is_declared.then(|| {
            Ok((
                small(self.input, "orig_width")?,
                small(self.input, "orig_height")?,
            ))
        });
        let picture = PictureSize {
            width: small(self.input, "width")?,
            height: small(self.input, "height")?,
            original: original.transpose().map_err(|why: String| why)?,
        };
        let violations = picture.violations(self.input_rules()?.picture_side, &self.policy);
        Ok(json!({
            "in_spec": violations.is_empty(),
            "failure_counts": violations.is_empty(),
            "violations": violations,
        }))
    }

    pub(super) fn frames(&self) -> Result<Value, String> {
        let rule = self.input_rules()?.frames;
        let plan = rule.count(small(self.input, "duration_ms")?);
        Ok(json!({
            "frames_min": plan.map(|plan| plan.allowed.least),
            "frames_max": plan.map(|plan| plan.allowed.most),
            "minutes_charged": plan.map(|plan| plan.minutes),
            "error": plan.is_none().then_some("duration_not_positive"),
        }))
    }

    pub(super) fn text(&self) -> Result<Value, String> {
        let is_async = match text(self.input, "interface")? {
            "sync" => false,
            "async" => true,
            other => return Err(format!("interface: expected sync or async, found {other:?}")),
        };
        let mut length = TextLength::default();
        for part in self.input["parts"].as_array().ok_or("parts: expected a list")? {
            length.add(text(part, "s")?, small(part, "times")?);
        }
        let (counted, limit) = (
            length.counted(&self.policy),
            self.input_rules()?.characters(is_async),
        );
        Ok(json!({
            "scalars": length.scalars,
            "utf16_units": length.utf16,
            "utf8_bytes": length.utf8,
            "counted": counted,
            "limit": limit,
            "in_spec": counted <= limit,
        }))
    }

    pub(super) fn audio(&self) -> Result<Value, String> {
        let least = self.input_rules()?.sample_rate_hz;
        Ok(json!({"in_spec": small(self.input, "sample_rate_hz")? >= least}))
    }

    pub(super) fn notice(&self) -> Result<Value, String> {
        let rule = self
            .contract
            .notice
            .ok_or("the agreement has no rule for notices")?;
        let asked = text(self.input, "rule")?;
        if asked != rule.name {
            return Err(format!("rule: expected {}, found {asked:?}", rule.name));
        }
        let notice = ChangeNotice {
            sent: parsed(self.input, "sent_at")?,
            effective: parsed(self.input, "effective_at")?,
        };
        let unknown = |why: crate::sla::UnknownYearError| why.to_string();
        let latest = notice
            .latest(rule.lead, self.calendar, &self.policy)
            .map_err(unknown)?;
        let ok = notice
            .is_in_time(rule.lead, self.calendar, &self.policy)
            .map_err(unknown)?;
        Ok(json!({"ok": ok, "latest_ok": latest.map(|day| day.to_string()), "needed": rule.needed}))
    }

    pub(super) fn ticket(&self) -> Result<Value, String> {
        let ticket = FaultTicket {
            registered: parsed(self.input, "registered_at")?,
            contacted: parsed_or_none(self.input, "contacted_at")?,
            resolved: parsed_or_none(self.input, "resolved_at")?,
        };
        let now: Time = parsed(self.input, "now")?;
        let no_rule = "the agreement has no rule for fault tickets";
        let rule = self.contract.fault_tickets.ok_or(no_rule)?;
        let (response, resolution) = (
            ticket.response_due(rule),
            ticket.resolution_due(rule, &self.policy),
        );
        Ok(json!({
            "response_due": instant(response),
            "response": FaultTicket::state(Some(response), ticket.contacted, now),
            "resolve_due": resolution.map(instant),
            "resolve": FaultTicket::state(resolution, ticket.resolved, now),
        }))
    }

    pub(super) fn retention(&self) -> Result<Value, String> {
        let no_rule = "the agreement has no rule for billing logs";
        let months = self.contract.billing_log_months.ok_or(no_rule)?;
        let keep = keep_through(parsed(self.input, "billed_on")?, months);
        let today: Day = parsed(self.input, "today")?;
        Ok(json!({"keep_through": keep.to_string(), "may_purge": today > keep}))
    }

    pub(super) fn liability(&self) -> Result<Value, String> {
        let list = |name: &str| -> Result<Vec<u128>, String> {
            let all = self.input[name]
                .as_array()
                .ok_or_else(|| format!("{name}: expected a list"))?;
            let one = |fen: &Value| count(&json!({name: fen}), name);
            all.iter().map(one).collect()
        };
        let (paid, consumed) = (
            list("paid_fen_last_6_months")?,
            list("consumed_fen_last_6_months")?,
        );
        let cap = liability(&paid, &consumed, count(self.input, "claimed_fen")?);
        Ok(
            json!({"cap_7_4_paid_fen": number(cap.paid), "cap_11_16_consumed_fen": number(cap.consumed), "applied_fen": number(cap.applied)}),
        )
    }
}
