//! The items of a list in EC2's XML, as places in the text.

use std::ops::Range;

use quick_xml::Reader;
use quick_xml::events::Event;

/// An item of the list.
#[derive(Debug, PartialEq)]
pub(super) struct Item {
    /// All of it.
    pub whole: Range<usize>,
    /// Its own id; it may name others.
    pub id: String,
    /// Its element `tagSet`.
    pub tags: Option<Range<usize>>,
}

/// The items of the list `set`, whose ids are in elements `id`.
pub(super) fn items(xml: &str, set: &str, id: &str) -> Vec<Item> {
    let mut reader = Reader::from_str(xml);
    let mut path: Vec<(String, usize)> = Vec::new();
    let mut found: Vec<Item> = Vec::new();
    loop {
        let start = usize::try_from(reader.buffer_position()).unwrap_or_default();
        let event = reader.read_event();
        let end = usize::try_from(reader.buffer_position()).unwrap_or_default();
        match event {
            Ok(Event::Start(tag)) => {
                path.push((String::from_utf8_lossy(tag.name().as_ref()).into_owned(), start));
                if is_item(&path, set) {
                    found.push(Item { whole: start..end, id: String::new(), tags: None });
                }
            }
            Ok(Event::End(_)) => {
                if let (Some(item), true) = (found.last_mut(), is_item(&path, set)) {
                    item.whole.end = end;
                }
                let closed = path.pop();
                if let (Some(item), Some((name, start)), true) = (found.last_mut(), closed, is_item(&path, set))
                    && name == "tagSet"
                {
                    item.tags = Some(start..end);
                }
            }
            Ok(Event::Text(text)) => {
                let own =
                    path.last().is_some_and(|(name, _)| name == id) && path.len() == 4 && is_item(&path[..3], set);
                if let (Some(item), true) = (found.last_mut(), own) {
                    item.id = String::from_utf8_lossy(&text).into_owned();
                }
            }
            Ok(Event::Eof) | Err(_) => return found,
            Ok(_) => {}
        }
    }
}

/// Whether the path ends at an item of the list: answer, list, item.
fn is_item(path: &[(String, usize)], set: &str) -> bool {
    matches!(path, [_, (list, _), (item, _)] if list == set && item == "item")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::items;

    #[test]
    fn items_have_their_own_ids_and_tags() {
        let xml = "<?xml version=\"1.0\"?>\n<A xmlns=\"u\"><vpcSet><item><s><item><vpcId>vpc-9</vpcId></item></s>\
             <tagSet><item><key>a</key></item></tagSet><vpcId>vpc-1</vpcId></item><item><vpcId>vpc-2</vpcId><tagSet/>\
             </item></vpcSet><requestId>r</requestId></A>";
        let found = items(xml, "vpcSet", "vpcId");
        assert_eq!(found.iter().map(|item| item.id.as_str()).collect::<Vec<_>>(), ["vpc-1", "vpc-2"]);
        assert!(xml[found[0].whole.clone()].starts_with("<item><s>"));
        assert!(xml[found[0].whole.clone()].ends_with("</vpcId></item>"));
        assert_eq!(&xml[found[0].tags.clone().unwrap()], "<tagSet><item><key>a</key></item></tagSet>");
        assert_eq!(found[1].tags, None);
    }
}
