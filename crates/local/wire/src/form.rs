//! Forms and query strings: percent-encoded pairs of names and values.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What is escaped: everything but RFC 3986's unreserved characters, as AWS's signature wants it.
const ESCAPED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The first value of a parameter in a query string or form.
pub fn parameter(query: &str, name: &str) -> Option<String> {
    parameters(query, name).next()
}

/// All values of a parameter.
pub fn parameters<'a>(query: &'a str, name: &'a str) -> impl Iterator<Item = String> + 'a {
    form_urlencoded::parse(query.as_bytes()).filter(move |(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// The pairs of a form, in their order.
pub fn pairs(form: &[u8]) -> impl Iterator<Item = (String, String)> {
    form_urlencoded::parse(form).into_owned()
}

/// Pairs as a form.
pub fn encode(pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect();
    pairs.join("&")
}

/// Percent-encodes everything but unreserved characters.
pub fn escape(text: &str) -> String {
    utf8_percent_encode(text, &ESCAPED).to_string()
}

/// The path of an object: slashes in the key stay.
pub fn object_path(bucket: &str, key: &str) -> String {
    let key: Vec<String> = key.split('/').map(escape).collect();
    format!("/{}/{}", escape(bucket), key.join("/"))
}

/// Percent-decodes a part of a path, in which `+` is itself.
pub fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::{decode, encode, escape, object_path, parameter, parameters};

    #[test]
    fn parameters_are_found_by_their_names() {
        let query = "a=1&Action=Describe%20x+y&b&a=2";
        assert_eq!(parameter(query, "Action").as_deref(), Some("Describe x y"));
        assert_eq!(parameter(query, "b").as_deref(), Some(""));
        assert_eq!(parameter(query, "Act"), None);
        assert_eq!(parameters(query, "a").collect::<Vec<_>>(), ["1", "2"]);
    }

    #[test]
    fn what_is_escaped_comes_back() {
        assert_eq!(escape("a b/c+é~"), "a%20b%2Fc%2B%C3%A9~");
        assert_eq!(decode("a%20b+c%2"), "a b+c%2");
        assert_eq!(encode(&[("a", "1 2"), ("b", "&")]), "a=1%202&b=%26");
        assert_eq!(object_path("b", "dt=1/a b"), "/b/dt%3D1/a%20b");
    }
}
