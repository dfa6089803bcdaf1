//! Answers that a server with HTTPS has in addition to those of its site: to challenges, to requests without TLS on the port of HTTPS, and redirects.

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONNECTION, CONTENT_TYPE, HOST, LOCATION, X_CONTENT_TYPE_OPTIONS};
use http::request::Parts;
use http::{HeaderValue, Method, Response, StatusCode, Version};

use super::body::Body;
use super::field_values;
use crate::request::host;
use crate::tls::{Tls, challenge};

/// The media type of the answer to a challenge (RFC 8555 §8.3).
const OCTETS: HeaderValue = HeaderValue::from_static("application/octet-stream");
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

/// Answers a challenge of a certificate authority; `None` if the request is none, or one that `notes certificate` knows nothing of.
pub(crate) fn answer_challenge(request: &Parts, tls: &Tls) -> Option<Response<Body>> {
    let token = request.uri.path().strip_prefix(challenge::PATH)?;
    if ![Method::GET, Method::HEAD].contains(&request.method) {
        return None;
    }
    let answer = tls.store.challenges().and_then(|folder| challenge::answer(&folder, token))?;
    Some(message(&request.method, StatusCode::OK, OCTETS, answer))
}

/// Redirects to HTTPS. `None` if the site has to answer: there is no certificate yet, or none for the host that is asked for, such as the name of the
/// computer in its own network. A redirect would lead there to a warning of the browser.
pub(crate) fn to_https(request: &Parts, tls: &Tls) -> Option<Response<Body>> {
    if request.method == Method::CONNECT {
        return None;
    }
    let (host, has_port) = host_of(request)?;
    if !tls.store.is_for(host) {
        return None;
    }
    let location = location(host, port(has_port, tls.port), path_of(request));
    let mut response = Response::new(Body::default());
    *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
    response.headers_mut().insert(LOCATION, HeaderValue::try_from(location).ok()?);
    response.headers_mut().insert(CACHE_CONTROL, field_values::AN_HOUR.clone());
    Some(response)
}

/// Refuses a request that came without TLS to the port of HTTPS, and says where the page is. It is no redirect, which a proxy that is set to the wrong
/// scheme would pass on for ever.
pub(crate) fn refuse_plain(request: &Parts, tls: &Tls) -> Response<Body> {
    let place = host_of(request).map(|(host, _)| format!(" Use {}", location(host, tls.port, path_of(request))));
    let text = format!("This port is for HTTPS, and the request came without it.{}\n", place.unwrap_or_default());
    let mut response = message(&request.method, StatusCode::BAD_REQUEST, TEXT, text);
    if request.version != Version::HTTP_2 {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

fn message(method: &Method, status: StatusCode, media_type: HeaderValue, content: impl Into<Bytes>) -> Response<Body> {
    let mut response = Response::new(Body::new(content.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, media_type);
    response.headers_mut().insert(CACHE_CONTROL, field_values::NO_STORE.clone());
    response.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, field_values::NOSNIFF.clone());
    if method == Method::HEAD { response.map(Body::without_content) } else { response }
}

/// Returns the host that a request is for, and whether it names a port; `None` if that cannot be told.
fn host_of(request: &Parts) -> Option<(&str, bool)> {
    let authority = request.uri.authority().map(http::uri::Authority::as_str);
    if !host::is_valid(&request.headers, request.version, authority) {
        return None;
    }
    let named = request.headers.get(HOST).and_then(|host| host.to_str().ok()).or(authority)?;
    Some(without_port(named)).filter(|(host, _)| !host.is_empty())
}

fn path_of(request: &Parts) -> &str {
    let path = request.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    if path.starts_with('/') { path } else { "/" }
}

fn without_port(named: &str) -> (&str, bool) {
    let host_end = named.rfind(']').map_or(0, |end| end + 1);
    match named[host_end..].rfind(':') {
        Some(colon) => (&named[..host_end + colon], named.len() > host_end + colon + 1),
        None => (named, false),
    }
}

/// Returns the port to redirect to. A request that names no port has come to port 80, maybe by a router that forwards it from there: then the
/// default port of HTTPS is open in the same way. One that names a port has come directly.
fn port(has_port: bool, own: u16) -> u16 {
    if has_port { own } else { 443 }
}

/// Returns the address over HTTPS.
fn location(host: &str, port: u16, path: &str) -> String {
    if port == 443 { format!("https://{host}{path}") } else { format!("https://{host}:{port}{path}") }
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
            let (host, has_port) = without_port(named);
            assert_eq!(location(host, super::port(has_port, port), "/a?b"), expected, "{named} {port}");
        }
    }
}
