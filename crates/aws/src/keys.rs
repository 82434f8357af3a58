//! Keys of S3 objects in XML. A key may have any character; XML 1.0 has not all of them, and parsers refuse a whole page of a
//! listing for one that it lacks. So listings are asked for with `encoding-type=url`, and decoded here.

use percent_encoding::percent_decode_str;

/// A key as a listing with `encoding-type=url` writes it, decoded. AWS writes a blank as `+`, as forms do, and a `+` as `%2B`.
#[must_use]
pub fn decoded(key: &str) -> String {
    percent_decode_str(&key.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// Whether a document can carry the key. AWS answers `MalformedXML` to a DeleteObjects with one that it cannot.
#[must_use]
pub fn fits_xml(key: &str) -> bool {
    let fits =
        |char: char| matches!(char, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    key.chars().all(fits)
}

#[cfg(test)]
mod tests {
    use super::{decoded, fits_xml};

    #[test]
    fn a_listing_is_decoded_as_aws_encodes_it() {
        assert_eq!(decoded("data/a+b%2Bc%25.csv"), "data/a b+c%.csv");
        assert_eq!(decoded("weird/%EF%BF%BE%01"), "weird/\u{fffe}\u{1}");
        assert_eq!(decoded("\u{21b}"), "\u{21b}");
    }

    #[test]
    fn characters_that_xml_lacks_are_known() {
        for key in ["a", "tab\tline\r\n", "\u{7f}\u{85}\u{2028}", "\u{fffd}", "\u{1f600}", ""] {
            assert!(fits_xml(key), "{key:?}");
        }
        for key in ["\u{0}", "a\u{1}b", "\u{b}", "\u{1f}", "\u{fffe}", "\u{ffff}"] {
            assert!(!fits_xml(key), "{key:?}");
        }
    }
}
