//! Documents: written by hand, since the order and the presence of elements matter; read by quick-xml.

use serde::de::DeserializeOwned;

use crate::error::{Error, Result};

const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

/// A document being written.
pub(crate) struct Xml {
    text: String,
    root: &'static str,
}

impl Xml {
    pub(crate) fn new(root: &'static str) -> Self {
        let text = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root} xmlns=\"{NAMESPACE}\">");
        Self { text, root }
    }

    /// Errors have no namespace.
    pub(crate) fn error() -> Self {
        Self { text: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>".to_string(), root: "Error" }
    }

    /// An element with text.
    pub(crate) fn add(&mut self, name: &str, text: impl AsRef<str>) -> &mut Self {
        self.open(name);
        escape(text.as_ref(), &mut self.text);
        self.close(name)
    }

    /// The same, of a number or a truth value.
    pub(crate) fn show(&mut self, name: &str, value: impl std::fmt::Display) -> &mut Self {
        self.add(name, value.to_string())
    }

    /// The same, where there is something.
    pub(crate) fn add_some(&mut self, name: &str, text: Option<impl AsRef<str>>) -> &mut Self {
        match text {
            Some(text) => self.add(name, text),
            None => self,
        }
    }

    /// An ETag, which is in quotes.
    pub(crate) fn etag(&mut self, etag: &str) -> &mut Self {
        self.add("ETag", format!("\"{etag}\""))
    }

    pub(crate) fn open(&mut self, name: &str) -> &mut Self {
        self.text.push('<');
        self.text.push_str(name);
        self.text.push('>');
        self
    }

    pub(crate) fn close(&mut self, name: &str) -> &mut Self {
        self.text.push_str("</");
        self.text.push_str(name);
        self.text.push('>');
        self
    }

    pub(crate) fn end(mut self) -> String {
        let root = self.root;
        self.close(root);
        self.text
    }
}

/// By hand: quick-xml leaves control characters as they are, which no XML may hold; S3 writes references for them.
fn escape(text: &str, out: &mut String) {
    for char in text.chars() {
        match char {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            char if (char as u32) < 0x20 => out.push_str(&format!("&#{};", char as u32)),
            char => out.push(char),
        }
    }
}

/// Whether XML 1.0 has all of these characters, raw or as references. quick-xml does not check it.
pub(crate) fn is_text(text: &str) -> bool {
    let has = |char| matches!(char, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    text.chars().all(has)
}

/// Reads a document.
pub(crate) fn read<T: DeserializeOwned>(data: &[u8]) -> Result<T> {
    let text = std::str::from_utf8(data).map_err(|_| Error::malformed_xml())?;
    if !is_text(text) {
        return Err(Error::malformed_xml());
    }
    quick_xml::de::from_str(text).map_err(|_| Error::malformed_xml())
}
