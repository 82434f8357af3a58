//! Texts of elements in AWS's XML answers, wherever they are.

use quick_xml::Reader;
use quick_xml::events::Event;

/// The text of the first element of that name; empty where it has elements in it.
pub fn first_element(xml: &str, name: &str) -> Option<String> {
    texts(xml, name, 1).pop()
}

/// The texts of all elements of that name that hold text only.
pub fn elements(xml: &str, name: &str) -> Vec<String> {
    texts(xml, name, usize::MAX)
}

/// At most `limit` texts. A document that ends early or is none gives what was read of it.
fn texts(xml: &str, name: &str, limit: usize) -> Vec<String> {
    let mut reader = Reader::from_str(xml);
    let mut found = Vec::new();
    // The text of the element that is being read.
    let mut open: Option<String> = None;
    while found.len() < limit {
        match reader.read_event() {
            Ok(Event::Start(start)) => open = (start.local_name().as_ref() == name.as_bytes()).then(String::new),
            Ok(Event::Empty(empty)) if empty.local_name().as_ref() == name.as_bytes() => found.push(String::new()),
            Ok(Event::Text(text)) => {
                if let (Some(open), Ok(plain)) = (&mut open, text.decode()) {
                    open.push_str(&plain);
                }
            }
            Ok(Event::CData(text)) => {
                if let (Some(open), Ok(plain)) = (&mut open, text.decode()) {
                    open.push_str(&plain);
                }
            }
            Ok(Event::GeneralRef(name)) => {
                if let (Some(open), Ok(name)) = (&mut open, name.decode()) {
                    let entity = format!("&{name};");
                    let plain =
                        quick_xml::escape::unescape(&entity).map_or(entity.clone(), std::borrow::Cow::into_owned);
                    open.push_str(&plain);
                }
            }
            Ok(Event::End(_)) => found.extend(open.take()),
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{elements, first_element};

    const XML: &str = "<?xml version='1.0'?><R xmlns='x'><Code>A&amp;B &#65;</Code><List><member>1</member>\
        <member><member>2</member></member><member/></List><Empty></Empty></R>";

    #[test]
    fn texts_are_found_in_any_depth() {
        assert_eq!(first_element(XML, "Code").as_deref(), Some("A&B A"));
        assert_eq!(first_element(XML, "Empty").as_deref(), Some(""));
        assert_eq!(first_element(XML, "Cod"), None);
        assert_eq!(elements(XML, "member"), ["1", "2", ""]);
        assert_eq!(first_element("<Code>cut off", "Code"), None);
        assert_eq!(first_element("no XML", "Code"), None);
    }
}
