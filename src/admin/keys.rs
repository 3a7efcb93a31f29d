//! Keys: rotated, disabled, expired, marked leaked, restricted to operations.

use super::health::provider_public_key;
use super::{AdminState, ProblemDetails, input, worlds};
use crate::clock::Time;
use crate::exchange::{CredentialScheme, SecretFormat};
use crate::providers::Providers;
use crate::signing::rsa;
use crate::spelling::expected_one_of;
use crate::world::{ApiKey, KeyState, covers};
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post};
use serde::{Deserialize, Deserializer, Serialize};
use std::sync::Arc;

/// A key.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct KeyView {
    /// The public part: access key, app key …
    id: String,
    vendor: String,
    scheme: String,
    /// The secret part; masked but where the key was just made or rotated, or with `?reveal=true`.
    secret: String,
    state: KeyState,
    /// Operations it may use; all where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    operations: Option<Vec<String>>,
    /// When its validity ends, on the world's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<Time>,
    /// Real time of creation.
    created: Time,
}

/// A key to make.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewKey {
    /// The vendor it is for.
    vendor: String,
    /// The vendor's first scheme where absent.
    scheme: Option<String>,
    /// The public part, where it must be a certain one.
    id: Option<String>,
    /// The secret part, where it must be a certain one; of a pair of RSA keys the public one in PEM, or empty as long
    /// as none was uploaded.
    secret: Option<String>,
    /// Operations, or providers, it may use; all where absent.
    operations: Option<Vec<String>>,
    /// When its validity ends, on the world's clock.
    expires: Option<Time>,
}

/// Changes to a key; absent fields stay.
#[expect(clippy::option_option, reason = "absent and null differ: stay, and none")]
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyChange {
    state: Option<KeyState>,
    /// `null`: all operations.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Vec<String>>)]
    operations: Option<Option<Vec<String>>>,
    /// `null`: never.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Time>)]
    expires: Option<Option<Time>>,
    /// Give it a fresh secret.
    #[serde(default)]
    rotate: bool,
    /// Give it this secret: of a pair of RSA keys the public one in PEM, or nothing to take it away.
    secret: Option<String>,
}

/// Tells `null` from absent.
#[expect(clippy::option_option, reason = "absent and null differ: stay, and none")]
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(from).map(Some)
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    #[serde(default)]
    reveal: bool,
}

fn view(key: &ApiKey, reveal: bool) -> KeyView {
    KeyView {
        id: key.credential.id.clone(),
        vendor: key.vendor.clone(),
        scheme: key.credential.scheme.clone(),
        secret: if reveal {
            key.credential.secret.clone()
        } else {
            "****".into()
        },
        state: key.state,
        operations: key.operations.clone(),
        expires: key.expires,
        created: key.created,
    }
}

/// The keys of a world, the oldest first.
#[utoipa::path(tag = "worlds", params(("reveal" = Option<bool>, Query, description = "show secrets")),
    responses((status = 200, body = Vec<KeyView>), (status = 404, body = ProblemDetails)))]
#[get("/worlds/{world}/keys")]
pub(super) async fn list(
    admin: Data<AdminState>,
    world: Path<String>,
    request: HttpRequest,
) -> Result<Json<Vec<KeyView>>, ProblemDetails> {
    let query: ListQuery = input::query(&request)?;
    let world = worlds::find(&admin, &world)?;
    Ok(Json(
        admin
            .gateway
            .worlds
            .keys_of(&world.name)
            .iter()
            .map(|key| view(key, query.reveal))
            .collect(),
    ))
}

/// Makes a key.
#[utoipa::path(tag = "worlds", request_body = NewKey,
    responses((status = 201, body = KeyView), (status = 409, body = ProblemDetails), (status = 422, body = ProblemDetails)))]
#[post("/worlds/{world}/keys")]
pub(super) async fn create(
    admin: Data<AdminState>,
    world: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, ProblemDetails> {
    let world = worlds::find(&admin, &world)?;
    let new: NewKey = input::json(&body)?;
    let known = admin.gateway.providers.vendors();
    let vendor = known
        .iter()
        .find(|vendor| vendor.id == new.vendor)
        .ok_or_else(|| {
            let all = known.iter().map(|vendor| vendor.id);
            impossible("vendor", expected_one_of(&new.vendor, all))
        })?;
    let wanted = new.scheme.as_deref();
    let scheme = vendor
        .schemes
        .iter()
        .find(|scheme| wanted.is_none_or(|name| name == scheme.name))
        .ok_or_else(|| {
            let all = vendor.schemes.iter().map(|scheme| scheme.name);
            impossible("scheme", expected_one_of(wanted.unwrap_or_default(), all))
        })?;
    check_operations(admin.gateway.providers, new.operations.as_deref())?;
    let mut key = ApiKey::further(
        vendor.id,
        scheme,
        &world.name,
        world.dice(),
        admin.clock.real_now(),
    );
    if let Some(id) = new.id {
        key.credential.id = checked_text("id", id)?;
    }
    if let Some(secret) = new.secret {
        key.credential.secret = checked_secret(scheme, secret)?;
    }
    let _changing = admin.changes.lock().await;
    if admin.gateway.worlds.key(vendor.id, &key.credential.id).is_some() {
        return Err(ProblemDetails::new(
            StatusCode::CONFLICT,
            format!("there is already a key {:?}", key.credential.id),
        ));
    }
    key.operations = new.operations;
    key.expires = new.expires;
    let key = admin.change_worlds(move |worlds| worlds.save_key(key)).await?;
    Ok(HttpResponse::Created().json(view(&key, true)))
}

/// Changes a key: its state, operations, expiry; or gives it a fresh secret.
#[utoipa::path(tag = "worlds", request_body = KeyChange,
    responses((status = 200, body = KeyView), (status = 404, body = ProblemDetails), (status = 422, body = ProblemDetails)))]
#[patch("/worlds/{world}/keys/{key}")]
pub(super) async fn change(
    admin: Data<AdminState>,
    path: Path<(String, String)>,
    body: Bytes,
) -> Result<Json<KeyView>, ProblemDetails> {
    let _changing = admin.changes.lock().await;
    let found = find(&admin, &path)?;
    let change: KeyChange = input::json(&body)?;
    let mut key = (*found).clone();
    key.state = change.state.unwrap_or(key.state);
    if let Some(operations) = change.operations {
        check_operations(admin.gateway.providers, operations.as_deref())?;
        key.operations = operations;
    }
    key.expires = change.expires.unwrap_or(key.expires);
    if let Some(scheme) = scheme_of(admin.gateway.providers, &key) {
        if let Some(secret) = change.secret {
            key.credential.secret = checked_secret(scheme, secret)?;
        }
        if change.rotate {
            let world = worlds::find(&admin, &key.world)?;
            let fresh = ApiKey::further(
                &key.vendor,
                scheme,
                &key.world,
                world.dice(),
                admin.clock.real_now(),
            );
            key.credential.secret = fresh.credential.secret;
        }
    }
    let key = admin.change_worlds(move |worlds| worlds.save_key(key)).await?;
    Ok(Json(view(&key, change.rotate)))
}

/// Removes a key.
#[utoipa::path(tag = "worlds", responses((status = 204), (status = 404, body = ProblemDetails)))]
#[delete("/worlds/{world}/keys/{key}")]
pub(super) async fn remove(
    admin: Data<AdminState>,
    path: Path<(String, String)>,
) -> Result<HttpResponse, ProblemDetails> {
    let key = find(&admin, &path)?;
    admin.change_worlds(move |worlds| worlds.remove_key(&key)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The public key a vendor signs with in a world, in PEM.
#[utoipa::path(tag = "worlds",
    responses((status = 200, body = String, content_type = "application/x-pem-file"), (status = 404, body = ProblemDetails)))]
#[get("/worlds/{world}/provider-keys/{vendor}.pem")]
pub(super) async fn export(
    admin: Data<AdminState>,
    path: Path<(String, String)>,
) -> Result<HttpResponse, ProblemDetails> {
    let (world, vendor) = path.into_inner();
    let world = worlds::find(&admin, &world)?;
    let vendors = admin.gateway.providers.vendors().into_iter();
    let mut named = vendors.filter(|own| own.id == vendor);
    let pem = named.find_map(|vendor| provider_public_key(&world, vendor));
    let pem = pem.ok_or_else(|| {
        let all = admin.gateway.providers.vendors().into_iter();
        let signing = all.filter(|own| provider_public_key(&world, own).is_some());
        ProblemDetails::unknown("vendor", &vendor, signing.map(|own| own.id))
    })?;
    Ok(HttpResponse::Ok()
        .content_type("application/x-pem-file")
        .body(pem))
}

fn find(admin: &AdminState, (world, id): &(String, String)) -> Result<Arc<ApiKey>, ProblemDetails> {
    worlds::find(admin, world)?;
    let keys = admin.gateway.worlds.keys_of(world);
    let found = keys.iter().find(|key| key.credential.id == *id).cloned();
    found.ok_or_else(|| ProblemDetails::unknown("key", id, keys.iter().map(|key| &*key.credential.id)))
}

fn impossible(field: &str, detail: String) -> ProblemDetails {
    ProblemDetails::new(StatusCode::UNPROCESSABLE_ENTITY, detail).field(field)
}

/// The scheme a key is of.
fn scheme_of(providers: Providers, key: &ApiKey) -> Option<&'static CredentialScheme> {
    let vendors = providers.vendors().into_iter();
    let mut schemes = vendors
        .filter(|vendor| vendor.id == key.vendor)
        .flat_map(|vendor| vendor.schemes);
    schemes.find(|scheme| scheme.name == key.credential.scheme)
}

fn checked_secret(scheme: &CredentialScheme, secret: String) -> Result<String, ProblemDetails> {
    match scheme.secret {
        SecretFormat::Text(_) => checked_text("secret", secret),
        SecretFormat::Rsa(_) if secret.is_empty() => Ok(secret),
        SecretFormat::Rsa(_) => {
            rsa::check(&secret).map_err(|flaw| impossible("secret", flaw.to_string()))?;
            Ok(secret)
        }
    }
}

fn checked_text(field: &str, text: String) -> Result<String, ProblemDetails> {
    let fits = (1..=256).contains(&text.len()) && text.chars().all(|c| c.is_ascii_graphic() && c != '/');
    if fits {
        Ok(text)
    } else {
        Err(impossible(
            field,
            "expected 1 to 256 visible ASCII characters without '/'".into(),
        ))
    }
}

fn check_operations(providers: Providers, scopes: Option<&[String]>) -> Result<(), ProblemDetails> {
    let names = providers.operations();
    if scopes.is_some_and(<[String]>::is_empty) {
        let expected = "expected one operation or more, or null for all";
        return Err(impossible("operations", expected.to_owned()));
    }
    for (nth, scope) in scopes.unwrap_or_default().iter().enumerate() {
        if !names.iter().any(|name| covers(scope, name)) {
            let ids = providers.specs().map(|spec| spec.id);
            let all = ids.chain(names.iter().map(String::as_str));
            return Err(impossible(
                &format!("operations[{nth}]"),
                expected_one_of(scope, all),
            ));
        }
    }
    Ok(())
}
