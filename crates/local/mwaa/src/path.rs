//! MWAA's REST paths.

use http::Method;

use strata_local_wire::form;

/// The operation, and the name or ARN in the path.
pub(crate) fn operation(method: &Method, path: &str) -> Option<(&'static str, String)> {
    let path = path.trim_start_matches('/');
    let (kind, rest) = path.split_once('/').unwrap_or((path, ""));
    let rest = form::decode(rest);
    let named = |name| if rest.is_empty() { None } else { Some((name, rest.clone())) };
    match (method, kind) {
        (&Method::GET, "environments") if rest.is_empty() => Some(("ListEnvironments", rest)),
        (&Method::PUT, "environments") => named("CreateEnvironment"),
        (&Method::GET, "environments") => named("GetEnvironment"),
        (&Method::PATCH, "environments") => named("UpdateEnvironment"),
        (&Method::DELETE, "environments") => named("DeleteEnvironment"),
        (&Method::POST, "clitoken") => named("CreateCliToken"),
        (&Method::POST, "webtoken") => named("CreateWebLoginToken"),
        (&Method::POST, "restapi") => named("InvokeRestApi"),
        (&Method::GET, "tags") => named("ListTagsForResource"),
        (&Method::POST, "tags") => named("TagResource"),
        (&Method::DELETE, "tags") => named("UntagResource"),
        (&Method::POST, "metrics") => {
            let name = rest.strip_prefix("environments/")?.to_string();
            Some(("PublishMetrics", name))
        }
        _ => None,
    }
}

/// The first value of a query parameter.
pub(crate) fn parameter(query: &str, name: &str) -> Option<String> {
    form::parameter(query, name)
}

/// All values of a query parameter.
pub(crate) fn parameters(query: &str, name: &str) -> Vec<String> {
    form::parameters(query, name).collect()
}
