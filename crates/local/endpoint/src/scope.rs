//! Service and region of a request, out of the scope of its signature.

use http::request::Parts;
use strata_local_wire::form;

/// What a signature says about its request.
#[derive(Debug, PartialEq)]
pub(crate) struct Scope {
    /// The signing name of the service.
    pub service: String,
    /// The region.
    pub region: String,
}

/// Reads the scope of a signed header or of a presigned URL.
pub(crate) fn of(parts: &Parts) -> Option<Scope> {
    if let Some(header) = parts.headers.get("authorization").and_then(|value| value.to_str().ok()) {
        if let Some(credential) = header.split("Credential=").nth(1) {
            return parse(credential.split([',', ' ']).next()?);
        }
        // The signature of version 2, which only S3 still takes.
        return header.starts_with("AWS ").then(s3);
    }
    let query = parts.uri.query()?;
    let credential = form::parameter(query, "X-Amz-Credential");
    if let Some(credential) = credential {
        return parse(&credential);
    }
    form::parameter(query, "AWSAccessKeyId").map(|_| s3())
}

fn s3() -> Scope {
    Scope { service: "s3".to_string(), region: "us-east-1".to_string() }
}

/// `key/date/region/service/aws4_request`; without the region when it was signed for several.
fn parse(credential: &str) -> Option<Scope> {
    let mut fields = credential.rsplit('/');
    let end = fields.next()?;
    let service = fields.next()?.to_lowercase();
    let region = fields.next()?;
    let many = !region.contains('-');
    let region = if many { "us-east-1" } else { region };
    (end == "aws4_request" && !service.is_empty()).then(|| Scope { service, region: region.to_string() })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::parse;

    #[test]
    fn a_scope_names_region_and_service() {
        let scope = parse("AKIA/20260101/eu-central-1/Glue/aws4_request").unwrap();
        assert_eq!((scope.region.as_str(), scope.service.as_str()), ("eu-central-1", "glue"));
        let scope = parse("AKIA/20260101/s3/aws4_request").unwrap();
        assert_eq!((scope.region.as_str(), scope.service.as_str()), ("us-east-1", "s3"));
        assert!(parse("nonsense").is_none());
    }
}
