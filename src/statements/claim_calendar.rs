//! The windows of claims as a calendar (RFC 5545), with an alarm three days before each closes.

use super::ClaimView;
use crate::clock::Day;
use crate::sla::yuan;
use ics::components::{Parameter, Property};
use ics::properties::{Description, Summary, Trigger};
use ics::{Alarm, Event, ICalendar};

/// The calendar of the claims that are worth something and whose window is known.
pub fn claim_calendar(claims: &[ClaimView]) -> String {
    let mut calendar = ICalendar::new("2.0", "-//Understudy//claims//EN");
    for claim in claims {
        if let Some(opens) = claim.opens_on.filter(|_| claim.amount_fen > 0) {
            calendar.add_event(event(claim, opens));
        }
    }
    calendar.to_string()
}

fn event(claim: &ClaimView, opens: Day) -> Event<'static> {
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
    let stamp = format!("{}T000000Z", basic(claim.end.plus(1)));
    let mut event = Event::new(uid, stamp);
    event.push(whole_day("DTSTART", opens));
    event.push(whole_day("DTEND", claim.closes_on.plus(1)));
    event.push(Summary::new(ics::escape_text(title.clone())));
    event.push(Description::new(ics::escape_text(text)));
    // Before the end of an event of whole days, which is the midnight after its last day.
    let mut trigger = Trigger::new("-P3D");
    trigger.add(Parameter::new("RELATED", "END"));
    event.add_alarm(Alarm::display(trigger, Description::new(ics::escape_text(title))));
    event
}

fn whole_day(name: &'static str, day: Day) -> Property<'static> {
    let mut property = Property::new(name, basic(day));
    property.add(Parameter::new("VALUE", "DATE"));
    property
}

/// A day in ISO 8601 basic format, `20261127`.
fn basic(day: Day) -> String {
    day.to_string().replace('-', "")
}
