//! Answers of an address that redirects to HTTPS.

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HOST, LOCATION, X_CONTENT_TYPE_OPTIONS};
use http::request::Parts;
use http::{HeaderValue, Method, Response, StatusCode};

use super::body::Body;
use super::field_values;
use crate::request::host;
use crate::tls::{Tls, challenge};

/// The media type of the answer to a challenge (RFC 8555 §8.3).
const OCTETS: HeaderValue = HeaderValue::from_static("application/octet-stream");

/// Answers a request; `None` if the site has to: its host cannot be told, or there is no certificate yet, and so no HTTPS to redirect to.
pub(crate) fn respond(request: &Parts, tls: &Tls) -> Option<Response<Body>> {
    if let Some(token) = request.uri.path().strip_prefix(challenge::PATH)
        && [Method::GET, Method::HEAD].contains(&request.method)
        && let Some(answer) = tls.store.challenges().and_then(|folder| challenge::answer(&folder, token))
    {
        let mut response = Response::new(Body::new(Bytes::from(answer)));
        response.headers_mut().insert(CONTENT_TYPE, OCTETS);
        response.headers_mut().insert(CACHE_CONTROL, field_values::NO_STORE.clone());
        response.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, field_values::NOSNIFF.clone());
        return Some(if request.method == Method::HEAD { response.map(Body::without_content) } else { response });
    }
    if request.method == Method::CONNECT || !tls.store.has_certificate() {
        return None;
    }
    let authority = request.uri.authority().map(http::uri::Authority::as_str);
    if !host::is_valid(&request.headers, request.version, authority) {
        return None;
    }
    let named = request.headers.get(HOST).and_then(|host| host.to_str().ok()).or(authority)?;
    let path = request.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    let path = if path.starts_with('/') { path } else { "/" };
    let mut response = Response::new(Body::default());
    *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
    response.headers_mut().insert(LOCATION, HeaderValue::try_from(location(named, tls.port, path)).ok()?);
    response.headers_mut().insert(CACHE_CONTROL, field_values::AN_HOUR.clone());
    Some(response)
}

/// Returns the address over HTTPS. A request that names no port has come to port 80, maybe by a router that forwards it from there: then the
/// default port of HTTPS is open in the same way. One that names a port has come directly.
fn location(named: &str, port: u16, path: &str) -> String {
    let host_end = named.rfind(']').map_or(0, |end| end + 1);
    let (host, has_port) = match named[host_end..].rfind(':') {
        Some(colon) => (&named[..host_end + colon], named.len() > host_end + colon + 1),
        None => (named, false),
    };
    if has_port && port != 443 { format!("https://{host}:{port}{path}") } else { format!("https://{host}{path}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_of_https_is_named_where_the_request_names_one() {
        for (named, port, expected) in [
            ("example.org", 443, "https://example.org/a?b"),
            ("example.org", 8443, "https://example.org/a?b"),
            ("example.org:", 8443, "https://example.org/a?b"),
            ("example.org:8080", 8443, "https://example.org:8443/a?b"),
            ("example.org:80", 443, "https://example.org/a?b"),
            ("[::1]", 8443, "https://[::1]/a?b"),
            ("[::1]:8080", 8443, "https://[::1]:8443/a?b"),
        ] {
            assert_eq!(location(named, port, "/a?b"), expected, "{named} {port}");
        }
    }
}
