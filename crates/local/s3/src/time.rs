//! Times as headers and documents write them. S3 tells whole seconds.

use chrono::{DateTime, Utc};

/// Milliseconds since 1970.
pub(crate) fn now() -> i64 {
    Utc::now().timestamp_millis()
}

fn utc(ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(ms).unwrap_or_default()
}

/// `Wed, 21 Oct 2015 07:28:00 GMT`.
pub(crate) fn http(ms: i64) -> String {
    utc(ms).format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// `2015-10-21T07:28:00.000Z`.
pub(crate) fn iso(ms: i64) -> String {
    utc(ms).format("%Y-%m-%dT%H:%M:%S.000Z").to_string()
}

/// Seconds since 1970 of a date in a header.
pub(crate) fn parse(text: &str) -> Option<i64> {
    let rfc = DateTime::parse_from_rfc2822(text).or_else(|_| DateTime::parse_from_rfc3339(text));
    rfc.ok().map(|time| time.timestamp())
}

#[cfg(test)]
mod tests {
    #[test]
    fn dates_come_back() {
        let text = super::http(1_445_412_480_123);
        assert_eq!(text, "Wed, 21 Oct 2015 07:28:00 GMT");
        assert_eq!(super::parse(&text), Some(1_445_412_480));
        assert_eq!(super::iso(1_445_412_480_123), "2015-10-21T07:28:00.000Z");
    }
}
