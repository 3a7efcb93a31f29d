//! Which operation a path is: one table made of all providers' cards.

use crate::exchange::Call;
use crate::providers::{Operation, Provider, Providers};
use std::borrow::Cow;

/// Where a call leads.
#[derive(Clone, Copy)]
pub struct Route {
    /// The provider.
    pub provider: &'static dyn Provider,
    /// The operation; absent where the path is the provider's, but no operation of it.
    pub operation: Option<&'static Operation>,
    /// Whether the operation is served for the method of the call.
    pub method_fits: bool,
}

/// All paths of all providers.
pub struct Routes {
    providers: Providers,
    paths: matchit::Router<(&'static dyn Provider, &'static Operation)>,
}

impl Routes {
    /// The table.
    ///
    /// # Panics
    /// When two operations claim one path; a test asks for it.
    pub fn new(providers: Providers) -> Self {
        let mut paths = matchit::Router::new();
        for provider in providers.0 {
            for operation in provider.spec().operations {
                for path in operation.paths {
                    paths
                        .insert(*path, (*provider, operation))
                        .expect("no two operations claim one path");
                }
            }
        }
        Self { providers, paths }
    }

    /// Where a call leads: by path; else the provider whose host or path prefix it shows; else nowhere.
    pub fn find(&self, call: &Call) -> Option<Route> {
        let path = plain(&call.path);
        if let Ok(found) = self.paths.at(&path) {
            let (provider, operation) = *found.value;
            let method_fits =
                operation.methods.is_empty() || operation.methods.contains(&call.method.as_str());
            return Some(Route {
                provider,
                operation: Some(operation),
                method_fits,
            });
        }
        let host = call.host();
        let by_host = self
            .providers
            .0
            .iter()
            .filter(|provider| provider.spec().host_suffix_match_len(host) > 0);
        let by_path = || {
            let owns = |provider: &&&dyn Provider| {
                let mut prefixes = provider.spec().prefixes.iter();
                prefixes.any(|prefix| path.starts_with(prefix))
            };
            self.providers.0.iter().find(owns)
        };
        let owner = by_host
            .max_by_key(|provider| provider.spec().host_suffix_match_len(host))
            .or_else(by_path)?;
        Some(Route {
            provider: *owner,
            operation: None,
            method_fits: false,
        })
    }
}

/// A path without doubled slashes: clients that join a base URL and a path make them.
fn plain(path: &str) -> Cow<'_, str> {
    if !path.contains("//") {
        return Cow::Borrowed(path);
    }
    let mut plain = String::with_capacity(path.len());
    for c in path.chars() {
        if c != '/' || !plain.ends_with('/') {
            plain.push(c);
        }
    }
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_operations_claim_one_path() {
        Routes::new(Providers::default());
    }

    #[test]
    fn a_strange_path_of_a_known_host_is_its_providers() {
        let mut call = Call {
            path: "/nowhere".into(),
            method: "GET".into(),
            ..Call::default()
        };
        let routes = Routes::new(Providers::default());
        assert!(routes.find(&call).is_none());
        call.headers
            .push("host", "WKO7luloi5tj.cn-north-1.jdcloud-api.net:80");
        let route = routes.find(&call).unwrap();
        assert_eq!(route.provider.spec().id, "jdcloud-matting");
        assert!(route.operation.is_none());
    }
}
