//! Rows that share a key. A copy of a row is kept once; rows that contradict each other are all set aside, since nobody
//! can tell which of them is right. Either way a join on the key never multiplies rows.

use super::layout::Layout;
use super::part::{Aside, row, text_of};
use super::scan;
use crate::twice::twice;
use std::collections::BTreeMap;

/// One of the rows that share a key: its place in the list, where the next one starts, its values.
type Copy = (usize, usize, Vec<String>);

/// Decide about rows that share a key: returns which rows stay, or None when all do. `keys` holds hash and start of each.
pub(super) fn decide(
    text: &str,
    layout: &Layout<'_>,
    keys: &[(u64, usize)],
    aside: &mut Vec<Aside>,
) -> Option<Vec<bool>> {
    let twice = twice(keys.iter().map(|(hash, _)| *hash).collect());
    if twice.is_empty() {
        return None;
    }
    // Few rows come here; equal hashes are not yet equal keys, so the rows are compared as they are.
    let mut groups: BTreeMap<Vec<String>, Vec<Copy>> = BTreeMap::new();
    for (index, (_, start)) in keys.iter().enumerate().filter(|(_, (hash, _))| twice.contains(hash)) {
        let mut fields = Vec::new();
        let Ok(next) = scan::record(text.as_bytes(), *start, false, &mut fields) else { continue };
        let values: Vec<String> = fields.iter().map(|field| text_of(text, *field).into_owned()).collect();
        let key = layout.slots.iter().zip(&values).filter(|(slot, _)| slot.key).map(|(_, value)| value.clone());
        groups.entry(key.collect()).or_default().push((index, next, values));
    }
    let name: Vec<&str> = layout.slots.iter().filter(|slot| slot.key).map(|slot| slot.column.name.as_str()).collect();
    let mut stays = vec![true; keys.len()];
    for rows in groups.values().filter(|rows| rows.len() > 1) {
        let same = rows.iter().all(|(_, _, values)| *values == rows[0].2);
        for (index, next, _) in rows.iter().skip(usize::from(same)) {
            let reason = match same {
                true => "the same row is there already".to_owned(),
                false => format!("another row has the same {} and differs", name.join(", ")),
            };
            aside.push(Aside { text: row(text.as_bytes(), keys[*index].1, *next), reason });
            stays[*index] = false;
        }
    }
    Some(stays)
}
