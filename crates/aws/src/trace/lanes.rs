//! Rows of the picture. Viewers nest what is in one row, so what goes on side by side needs rows of its own.

use std::collections::BTreeMap;

/// A row has as many lanes as things went on in it at once.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    rows: BTreeMap<String, Vec<Lane>>,
    last: u64,
}

#[derive(Debug)]
struct Lane {
    number: u64,
    taken: bool,
}

impl Lanes {
    /// A free lane of this row, and its name where it is a new one.
    pub(super) fn take(&mut self, row: &str) -> (u64, Option<String>) {
        let lanes = self.rows.entry(row.to_owned()).or_default();
        if let Some(lane) = lanes.iter_mut().find(|lane| !lane.taken) {
            lane.taken = true;
            return (lane.number, None);
        }
        self.last += 1;
        let name = if lanes.is_empty() { row.to_owned() } else { format!("{row} ({})", lanes.len() + 1) };
        lanes.push(Lane { number: self.last, taken: true });
        (self.last, Some(name))
    }

    /// Nothing goes on in this lane any more.
    pub(super) fn free(&mut self, number: u64) {
        for lane in self.rows.values_mut().flatten().filter(|lane| lane.number == number) {
            lane.taken = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Lanes;

    #[test]
    fn what_goes_on_at_once_has_lanes_of_its_own() {
        let mut lanes = Lanes::default();
        assert_eq!(lanes.take("subnet"), (1, Some("subnet".to_owned())));
        assert_eq!(lanes.take("subnet"), (2, Some("subnet (2)".to_owned())));
        assert_eq!(lanes.take("vpc"), (3, Some("vpc".to_owned())));
        lanes.free(1);
        assert_eq!(lanes.take("subnet"), (1, None));
    }
}
