//! Limits, errors, prices and terms of each provider, with their clauses.

use super::{Admin, Problem};
use crate::billing::PriceTier;
use crate::providers::{Card, CatalogueRow};
use crate::sla::{Contract, Term};
use actix_web::get;
use actix_web::web::{Data, Json, Path};
use serde::Serialize;

/// The facts of a provider.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct ContractView {
    provider: &'static str,
    title: &'static str,
    vendor: &'static str,
    hosts: &'static [&'static str],
    operations: Vec<OperationView>,
    limits: &'static [Term],
    /// Every documented error; `x-understudy-refusal: <code>` on a call asks for it.
    errors: &'static [CatalogueRow],
    contract: &'static Contract,
}

#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct OperationView {
    /// `provider/operation`.
    id: String,
    title: &'static str,
    paths: &'static [&'static str],
    /// All methods where empty.
    methods: &'static [&'static str],
    /// Fen a call by monthly tier; free where empty.
    prices: &'static [PriceTier],
}

fn view(card: &'static Card) -> ContractView {
    ContractView {
        provider: card.id,
        title: card.title,
        vendor: card.vendor.id,
        hosts: card.hosts,
        operations: card
            .operations
            .iter()
            .map(|operation| OperationView {
                id: operation.full_name.to_owned(),
                title: operation.title,
                paths: operation.paths,
                methods: operation.methods,
                prices: operation.tiers,
            })
            .collect(),
        limits: card.limits,
        errors: card.catalogue,
        contract: card.contract,
    }
}

/// All providers.
#[utoipa::path(tag = "contracts", responses((status = 200, body = Vec<ContractView>)))]
#[get("/contracts")]
pub(super) async fn list(admin: Data<Admin>) -> Json<Vec<ContractView>> {
    Json(admin.gateway.providers.cards().map(view).collect())
}

/// One provider.
#[utoipa::path(tag = "contracts", responses((status = 200, body = ContractView), (status = 404, body = Problem)))]
#[get("/contracts/{provider}")]
pub(super) async fn show(admin: Data<Admin>, id: Path<String>) -> Result<Json<ContractView>, Problem> {
    let providers = admin.gateway.providers;
    let found = providers.card(&id).ok_or_else(|| {
        let all: Vec<_> = providers.cards().map(|card| card.id).collect();
        Problem::not_found(format!("there is no provider {:?}, only {}", *id, all.join(", ")))
    })?;
    Ok(Json(view(found)))
}
