//! The pure heart of the server: from a request's head to a response, without IO and without a clock of its own.
//!
//! 1. the method: GET and HEAD go on, all others are answered here;
//! 2. [`crate::request::host`]: one well-formed `Host`;
//! 3. [`crate::request::target`]: from the request target to a path;
//! 4. [`crate::site::resolve`] and [`crate::request::accept`]: from the path to a page, in one of its types;
//! 5. [`crate::request::accept_encoding`]: to one of its variants;
//! 6. [`crate::request::conditional`]: whether the client has it already;
//! 7. [`crate::request::range`]: whether it wants a part only;
//! 8. the answer is written into fields.
//!
//! HEAD is GET, and then the content is left out: so the two cannot differ.

pub(crate) mod body;
mod decide;
pub(crate) mod fields;
mod head;
mod outcome;
pub(crate) mod plain;
mod write;

use http::request::Parts;
use http::uri::Authority;
use http::{Method, Response, Version};

use self::body::Body;
use self::decide::decide;
use self::outcome::Outcome;
use crate::request::Request;
use crate::request::target::Target;
use crate::site::Site;
use crate::site::route_class::RouteClass;

/// Answers a request from the site, as it stands at the time `now` (in Unix seconds, see [`crate::time::now`]).
///
/// The request's field map becomes the response's, so that hyper can use one for all requests of a connection.
#[must_use]
pub fn respond(site: &Site, now: i64, request: Parts) -> Response<Body> {
    respond_to(site, now, request).0
}

/// The same, and what it is that was asked for.
pub(crate) fn respond_to(site: &Site, now: i64, request: Parts) -> (Response<Body>, RouteClass) {
    let Parts { method, uri, version, mut headers, .. } = request;
    let authority = uri.authority().filter(|_| version == Version::HTTP_2).map(Authority::as_str);
    let (target, query) = (Target::of(&uri), uri.query());
    let head = Request { method: &method, target, query, version, authority, fields: &headers };
    let answer = decide(site, now, &head);
    headers.clear();
    let answer = answer.unwrap_or(Outcome::Fault);
    let route = answer.route_class();
    let mut response = answer.write(headers);
    if method == Method::HEAD {
        response = response.map(Body::without_content);
    }
    (response, route)
}

/// Refuses a request whose target is none.
pub(crate) fn refuse_target(request: Parts) -> (Response<Body>, RouteClass) {
    let mut headers = request.headers;
    headers.clear();
    let response = Outcome::BadTarget.write(headers);
    let response = if request.method == Method::HEAD { response.map(Body::without_content) } else { response };
    (response, RouteClass::None)
}
