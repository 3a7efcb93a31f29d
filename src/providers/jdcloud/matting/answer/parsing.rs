//! Human parsing: a picture in, a class for each pixel out.

use super::super::super::envelope::Envelope;
use super::super::super::ling;
use crate::exchange::{Call, Decision, Failure, InputFlaw, Reply, Stage};
use crate::imaging::{Kind, Person, PixelRange};
use crate::providers::{Answer, Desk};
use serde_json::json;

const SIZES: PixelRange = PixelRange {
    least: 256,
    most: 4096,
};

pub(in super::super) fn parsing(call: &Call, desk: &Desk) -> Result<Answer, Failure> {
    let body = call.body.clone();
    ling::check(&body, |kind| matches!(kind, Kind::Jpeg | Kind::Png))?;
    let desk = desk.clone();
    Ok(Answer::Work(Box::new(move || {
        let people = desk
            .studio
            .people(&body, SIZES)
            .map_err(|flaw| Failure::Input(flaw.into()))?;
        if people.is_empty() && desk.strict("jdcloud-matting.person") {
            return Err(Failure::Input(InputFlaw::NoPerson));
        }
        Ok(reply(&people, &desk))
    })))
}

fn reply(people: &[Person], desk: &Desk) -> Reply {
    let boxes: Vec<_> = people
        .iter()
        .map(|person| json!([person.left, person.top, person.right, person.bottom, person.score]))
        .collect();
    let mut classes: Vec<Vec<&[u8]>> = people
        .iter()
        .map(|person| person.classes.chunks(person.width).collect())
        .collect();
    if desk.lie.is_some() {
        // A lie about a person: upside down, so that the boxes fit and the classes do not.
        for rows in &mut classes {
            rows.reverse();
        }
    }
    let result = json!({
        "status": 0,
        "message": "ok",
        "request_id": desk.request_id.hyphenated(),
        "used_time": desk.elapsed_ms(),
        "humanDetectionResult": boxes,
        "humanParsingResult": classes,
    });
    let mut reply = Envelope::Jdai.served(&result, "0", desk);
    let because = format!("{} faces were found, each with the body below it", people.len());
    reply
        .notes
        .push(Decision::choose(Stage::Answer, "people", because));
    reply
}
