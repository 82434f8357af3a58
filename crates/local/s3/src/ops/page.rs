//! What all listings share: encoded keys, tokens, owners.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::call::OWNER;
use crate::error::{Error, Result};
use crate::protocol::{Request, Xml};
use crate::store::Item;

/// What stays as it is in an encoded key.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'*').remove(b'/');

/// How keys are written.
pub(super) struct Keys {
    encoded: bool,
}

impl Keys {
    pub(super) fn of(request: &Request) -> Result<Self> {
        match request.given("encoding-type") {
            None => Ok(Self { encoded: false }),
            Some("url") => Ok(Self { encoded: true }),
            Some(other) => Err(Error::argument("encoding-type", other, "Invalid Encoding Method specified in Request")),
        }
    }

    pub(super) fn show(&self, key: &str) -> String {
        if self.encoded { utf8_percent_encode(key, ENCODED).to_string() } else { key.to_string() }
    }

    pub(super) fn show_some(&self, key: Option<&str>) -> Option<String> {
        key.map(|key| self.show(key))
    }

    pub(super) fn name(&self, xml: &mut Xml) {
        if self.encoded {
            xml.add("EncodingType", "url");
        }
    }
}

/// The token of the page after this item.
pub(super) fn token(last: &Item) -> String {
    let kind = if matches!(last, Item::Folder(_)) { 'f' } else { 'k' };
    URL_SAFE_NO_PAD.encode(format!("{kind}{}", last.name()))
}

/// What a token says: after which key, and whether it is a folder.
pub(super) fn after(token: &str) -> Result<(String, bool)> {
    let text = URL_SAFE_NO_PAD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let parsed = text.as_deref().and_then(|text| Some((text.strip_prefix(['f', 'k'])?, text.starts_with('f'))));
    let wrong = || Error::argument("continuation-token", token, "The continuation token provided is incorrect");
    parsed.map(|(key, folder)| (key.to_string(), folder)).ok_or_else(wrong)
}

/// Whose everything is.
pub(super) fn owner(xml: &mut Xml, element: &str) {
    xml.open(element).add("ID", OWNER).close(element);
}

/// A folder.
pub(super) fn folder(xml: &mut Xml, name: String) {
    xml.open("CommonPrefixes").add("Prefix", name).close("CommonPrefixes");
}
