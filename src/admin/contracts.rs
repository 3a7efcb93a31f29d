//! Limits, errors, prices and terms of each provider, with their clauses.

use super::{AdminState, ProblemDetails};
use crate::billing::PriceTier;
use crate::providers::{DocumentedError, ProviderSpec};
use crate::sla::{Contract, ContractTerm};
use crate::spelling::{nearest_name, suggest};
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
    limits: &'static [ContractTerm],
    /// Every documented error; `x-understudy-refusal: <code>` on a call asks for it.
    errors: &'static [DocumentedError],
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

fn view(spec: &'static ProviderSpec) -> ContractView {
    ContractView {
        provider: spec.id,
        title: spec.title,
        vendor: spec.vendor.id,
        hosts: spec.hosts,
        operations: spec
            .operations
            .iter()
            .map(|operation| OperationView {
                id: operation.full_name.to_owned(),
                title: operation.title,
                paths: operation.paths,
                methods: operation.method.as_slice(),
                prices: operation.tiers,
            })
            .collect(),
        limits: spec.limits,
        errors: spec.catalogue,
        contract: spec.contract,
    }
}

/// All providers.
#[utoipa::path(tag = "contracts", responses((status = 200, body = Vec<ContractView>)))]
#[get("/contracts")]
pub(super) async fn list(admin: Data<AdminState>) -> Json<Vec<ContractView>> {
    Json(admin.gateway.providers.specs().map(view).collect())
}

/// One provider.
#[utoipa::path(tag = "contracts", responses((status = 200, body = ContractView), (status = 404, body = ProblemDetails)))]
#[get("/contracts/{provider}")]
pub(super) async fn show(
    admin: Data<AdminState>,
    id: Path<String>,
) -> Result<Json<ContractView>, ProblemDetails> {
    let providers = admin.gateway.providers;
    let found = providers.spec(&id).ok_or_else(|| {
        let all: Vec<_> = providers.specs().map(|spec| spec.id).collect();
        let mut detail = format!("there is no provider {:?}, only {}", *id, all.join(", "));
        suggest(&mut detail, nearest_name(&id, all));
        ProblemDetails::not_found(detail)
    })?;
    Ok(Json(view(found)))
}
