//! Rows that share a key. A copy of a row is kept once; rows that contradict each other are all rejected, since nothing
//! says which of them is right. Either way a join on the key never multiplies rows.

use super::layout::Layout;
use super::part::{Removed, Shared};
use std::collections::BTreeMap;

/// Decide about rows whose keys have equal hashes, which are not yet equal keys.
pub(super) fn decide(layout: &Layout<'_>, rows: Vec<Shared>) -> Removed {
    let mut groups: BTreeMap<Vec<String>, Vec<Shared>> = BTreeMap::new();
    for row in rows {
        let key = layout.slots.iter().zip(&row.values).filter(|(slot, _)| slot.key).map(|(_, value)| value.clone());
        groups.entry(key.collect()).or_default().push(row);
    }
    let name: Vec<&str> = layout.slots.iter().filter(|slot| slot.key).map(|slot| slot.column.name.as_str()).collect();
    let mut removed = Removed::default();
    for rows in groups.values().filter(|rows| rows.len() > 1) {
        let same = rows.iter().all(|row| row.values == rows[0].values);
        let reason = match same {
            true => "the same row is there already".to_owned(),
            false => format!("another row has the same {} and differs", name.join(", ")),
        };
        removed.extend(rows.iter().skip(usize::from(same)).map(|row| (row.start, reason.clone())));
    }
    removed
}
