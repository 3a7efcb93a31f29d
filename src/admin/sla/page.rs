//! The statement as a page that prints well.

use super::chart::chart;
use super::query;
use crate::admin::{AdminState, ProblemDetails};
use crate::sla::{CauseAuthority, Statement, grouped, percent, promised, yuan};
use crate::statements::{
    AlternativeReading, CycleAccounts, StatementError, StatementKey, alternative_readings, incidents, minute,
};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use num_traits::Zero;

const STYLE: &str = include_str!("page.css");
/// The most times of failure the page lists; the evidence lists all.
const MOST_INCIDENTS: usize = 24;

/// The statement as a page.
#[utoipa::path(tag = "sla", params(
        ("word" = Option<String>, Query, description = "as for the statement"),
        ("policy" = Option<String>, Query, description = "as for the statement"),
        ("from" = Option<String>, Query, description = "as for the statement"),
    ),
    responses((status = 200, content_type = "text/html", body = String), (status = 404, body = ProblemDetails),
        (status = 422, body = ProblemDetails)))]
#[get("/sla/{provider}/{world}/{cycle}.html")]
pub(in crate::admin) async fn show(
    admin: Data<AdminState>,
    path: Path<(String, String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, ProblemDetails> {
    let asked = query::statement(path, &request)?;
    let make = |accounts: CycleAccounts| {
        let readings = alternative_readings(&accounts)?;
        Ok(render(&accounts, &readings)?.into_string())
    };
    let text = admin.statements.report(asked, make).await?;
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .body(text))
}

/// Renders the statement of a cycle, with what other readings are worth.
pub(super) fn render(
    accounts: &CycleAccounts,
    worth: &[AlternativeReading],
) -> Result<Markup, StatementError> {
    let statement = accounts.settle()?;
    let StatementKey {
        provider,
        world,
        cycle,
    } = &accounts.terms.key;
    let title = format!("Service level statement, {}, {}", accounts.terms.title, cycle);
    Ok(html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    header {
                        p.kind { "Service level statement" @if !accounts.is_final() { " · provisional" } }
                        h1 { (accounts.terms.title) }
                        (parties(accounts))
                    }
                    (summary(accounts, &statement))
                    section {
                        h2 { "How it was reckoned" }
                        (steps(&statement))
                    }
                    section {
                        h2 { "Five-minute rates" }
                        (chart(accounts))
                    }
                    (failures(accounts))
                    (readings(worth))
                    footer {
                        p {
                            "All figures are exact: integers and fractions, compared as they are, money rounded once. "
                            "Percentages are cut off after four decimals, never rounded up. "
                            "The figures as a vector that anybody can compute again: "
                            code { "GET /_understudy/sla/" (provider) "/" (world) "/" (cycle) } ", field "
                            code { "vector" } ", through " code { "understudy sla eval" } ". Rows, notices and hashes: "
                            code { (cycle) "/evidence.zip" } "."
                        }
                    }
                }
            }
        }
    })
}

fn parties(accounts: &CycleAccounts) -> Markup {
    let StatementKey { provider, world, .. } = &accounts.terms.key;
    let state = if accounts.is_final() {
        "final".to_owned()
    } else {
        format!("provisional as of {}", minute(accounts.now))
    };
    html! {
        dl.parties {
            div { dt { "Provider" } dd { (provider) } }
            div { dt { "Agreement" } dd { (accounts.terms.contract.agreement) } }
            div { dt { "Account" } dd { "world " (world) } }
            div {
                dt { "Service cycle" }
                dd {
                    (accounts.terms.cycle.start) " to " (accounts.terms.cycle.end)
                    @if accounts.terms.is_assumed { ", assumed: no term was bought" }
                }
            }
            div { dt { "State" } dd { (state) } }
            div { dt { "Causes by" } dd { (match accounts.terms.word { CauseAuthority::Provider => "the provider's word", CauseAuthority::Truth => "what was so" }) } }
        }
    }
}

fn summary(accounts: &CycleAccounts, statement: &Statement) -> Markup {
    let settlement = &statement.settlement;
    let least = accounts.terms.contract.commitment.map(promised);
    let verdict = match settlement.met {
        Some(true) => ("kept", "Commitment kept"),
        Some(false) => ("broken", "Commitment broken"),
        None => ("none", "No commitment"),
    };
    html! {
        section class={ "summary " (verdict.0) } {
            div {
                span.label { "Availability" }
                strong { (statement.availability.as_ref().map_or_else(|| "undefined".to_owned(), percent)) }
                span { (verdict.1) @if let Some(least) = least { ", at least " (least) } }
            }
            div {
                span.label { "Compensation" }
                strong { (yuan(&settlement.amount)) }
                span {
                    @match settlement.reason {
                        Some(reason) => { (reason.in_words()) }
                        None => { (settlement.percent()) " % of the fee, as " (accounts.terms.contract.form.replace('_', " ")) }
                    }
                }
            }
            @if let Some(window) = &statement.window {
                div {
                    span.label { "Claim" }
                    @if settlement.amount.is_zero() {
                        strong { "–" }
                        span { "nothing to claim" }
                    } @else {
                        strong { (window.opens.map_or_else(|| "not known".to_owned(), |day| day.to_string())) }
                        span { "first day; last day " (window.closes) }
                    }
                }
            }
        }
    }
}

fn steps(statement: &Statement) -> Markup {
    html! {
        table.steps {
            thead { tr { th { "Step" } th { "Reckoning" } th.figure { "Figure" } th { "Clause" } } }
            tbody {
                @for step in statement.steps() {
                    tr {
                        th scope="row" { (step.step) }
                        td { (step.reckoning) }
                        td.figure { (step.figure) }
                        td.clause { (step.clause) }
                    }
                }
            }
        }
    }
}

fn failures(accounts: &CycleAccounts) -> Markup {
    let all = incidents(accounts);
    html! {
        section {
            h2 { "Times of failure" }
            @if all.is_empty() { p { "None." } } @else {
                table {
                    thead { tr { th { "From" } th { "To" } th.figure { "Requests" } th.figure { "Failures" } } }
                    tbody {
                        @for incident in all.iter().take(MOST_INCIDENTS) {
                            tr {
                                td { (minute(incident.from)) }
                                td { (minute(incident.to)) }
                                td.figure { (grouped(incident.requests)) }
                                td.figure { (grouped(incident.failures)) }
                            }
                        }
                    }
                }
                @if all.len() > MOST_INCIDENTS { p.note { (all.len() - MOST_INCIDENTS) " more are in the evidence." } }
            }
        }
    }
}

fn readings(all: &[AlternativeReading]) -> Markup {
    let settings = all.chunk_by(|a, b| a.setting == b.setting);
    html! {
        section {
            h2 { "Readings of clauses that leave room" }
            table {
                thead { tr { th { "Setting" } th { "In force" } th { "Others, and what each is worth more or less" } } }
                tbody {
                    @for own in settings {
                        tr {
                            th scope="row" { (own[0].setting) span.source { (own[0].source) } }
                            td { @for one in own.iter().filter(|one| one.in_force) { (one.name) } }
                            td {
                                @for one in own.iter().filter(|one| !one.in_force) {
                                    span.reading.differs[differs(one, own)] {
                                        (one.name) " " b { (signed(one.difference_fen)) }
                                        @if let Some(window) = other_window(one, own) { ", claim " (window) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The window of a claim in a reading, where it differs from that of the reading in force.
fn other_window(one: &AlternativeReading, all: &[AlternativeReading]) -> Option<String> {
    let in_force = all.iter().find(|own| own.in_force)?;
    let window = |own: &AlternativeReading| (own.opens_on.clone(), own.closes_on.clone());
    let (opens, closes) = window(one);
    (window(one) != window(in_force)).then(|| {
        format!(
            "{} to {}",
            opens.unwrap_or_else(|| "not known".to_owned()),
            closes.unwrap_or_default()
        )
    })
}

fn differs(one: &AlternativeReading, all: &[AlternativeReading]) -> bool {
    one.difference_fen != 0 || other_window(one, all).is_some()
}

fn signed(fen: i64) -> String {
    let amount = yuan(&fen.into());
    if fen > 0 { format!("+{amount}") } else { amount }
}
