//! Which operation a call is for: by method, path pattern and host, from the tables of all providers.

use crate::exchange::{Call, PathParameters};
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
pub struct Routes(Vec<ProviderRoutes>);

/// The paths of one provider.
struct ProviderRoutes {
    provider: &'static dyn Provider,
    /// The operations of each path pattern, one for each method.
    patterns: matchit::Router<Vec<&'static Operation>>,
}

impl ProviderRoutes {
    /// # Panics
    /// When two operations are served at one path for one method, or patterns conflict; a test asks for it.
    fn new(provider: &'static dyn Provider) -> Self {
        let mut by_pattern: Vec<(&'static str, Vec<&'static Operation>)> = Vec::new();
        for operation in provider.spec().operations {
            for path in operation.paths {
                let known = by_pattern.iter_mut().find(|(own, _)| own == path);
                match known {
                    None => by_pattern.push((path, vec![operation])),
                    Some((_, others)) => {
                        let apart = |other: &&&Operation| match (other.method, operation.method) {
                            (Some(one), Some(two)) => one != two,
                            (None, _) | (_, None) => false,
                        };
                        assert!(others.iter().all(|other| apart(&other)), "{path} is served twice");
                        others.push(operation);
                    }
                }
            }
        }
        let mut patterns = matchit::Router::new();
        for (pattern, operations) in by_pattern {
            patterns
                .insert(pattern, operations)
                .unwrap_or_else(|why| panic!("{pattern}: {why}"));
        }
        Self { provider, patterns }
    }

    /// The operation of a path and method, with the variable parts of the path; of another method where there is
    /// none of this one.
    fn find<'a>(&self, path: &'a str, method: &str) -> Option<(&'static Operation, matchit::Params<'_, 'a>)> {
        let found = self.patterns.at(path).ok()?;
        let fitting = found.value.iter().find(|operation| operation.takes(method));
        let operation = fitting.or_else(|| found.value.first())?;
        Some((operation, found.params))
    }

    fn owns_path(&self, path: &str) -> bool {
        let mut prefixes = self.provider.spec().prefixes.iter();
        prefixes.any(|prefix| path.starts_with(prefix))
    }
}

impl Routes {
    /// The table.
    ///
    /// # Panics
    /// When two operations of a provider are served at one path for one method; a test asks for it.
    pub fn new(providers: Providers) -> Self {
        let routes = providers.0.iter().map(|provider| ProviderRoutes::new(*provider));
        Self(routes.collect())
    }

    /// Where a call leads: by path and method; else the provider whose host or path prefix it shows; else nowhere.
    /// Where several providers serve a path, the one whose host the call names, else the first of them. Enters the
    /// variable parts of the path into the call.
    pub fn find(&self, call: &mut Call) -> Option<Route> {
        let path = without_doubled_slashes(&call.path);
        let host = call.host();
        let by_host = |routes: &&ProviderRoutes| routes.provider.spec().host_suffix_match_len(host);
        // Of equals the last is taken, so they are gone through from the end.
        let served = self.0.iter().rev().filter_map(|routes| {
            let (operation, parameters) = routes.find(&path, &call.method)?;
            Some((routes, operation, parameters))
        });
        let served =
            served.max_by_key(|(routes, operation, _)| (operation.takes(&call.method), by_host(routes)));
        if let Some((routes, operation, parameters)) = served {
            let route = Route {
                provider: routes.provider,
                operation: Some(operation),
                method_fits: operation.takes(&call.method),
            };
            let parameters: PathParameters = parameters.iter().collect();
            call.path_parameters = parameters;
            return Some(route);
        }
        let named = self
            .0
            .iter()
            .filter(|routes| by_host(routes) > 0)
            .max_by_key(by_host);
        let owner = named.or_else(|| self.0.iter().find(|routes| routes.owns_path(&path)))?;
        Some(Route {
            provider: owner.provider,
            operation: None,
            method_fits: false,
        })
    }
}

/// Clients that join a base URL and a path double a slash.
fn without_doubled_slashes(path: &str) -> Cow<'_, str> {
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
    fn no_two_operations_are_served_at_one_path_for_one_method() {
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
        assert!(routes.find(&mut call).is_none());
        call.headers
            .push("host", "WKO7luloi5tj.cn-north-1.jdcloud-api.net:80");
        let route = routes.find(&mut call).unwrap();
        assert_eq!(route.provider.spec().id, "jdcloud-matting");
        assert!(route.operation.is_none());
    }

    #[test]
    fn the_variable_part_of_a_path_reaches_the_call() {
        let mut call = Call {
            path: "//v3/recognition/text/5d3a5d3a5d3a5d3a5d3a0001".into(),
            method: "POST".into(),
            ..Call::default()
        };
        let route = Routes::new(Providers::default()).find(&mut call).unwrap();
        assert_eq!(route.operation.unwrap().full_name, "tupu/text-sync");
        assert_eq!(call.path_parameters.text("sid"), Some("5d3a5d3a5d3a5d3a5d3a0001"));
    }
}
