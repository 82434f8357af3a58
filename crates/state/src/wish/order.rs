//! The order of transforms.

use super::{Pipeline, Transform};
use std::collections::BTreeSet;

impl Pipeline {
    /// The transforms in waves: each wave needs only what earlier waves wrote. None when there is a circle.
    #[must_use]
    pub fn order(&self) -> Option<Vec<Vec<&Transform>>> {
        let made: BTreeSet<&String> = self.transforms.iter().map(|transform| &transform.writes).collect();
        let mut done: BTreeSet<&String> = BTreeSet::new();
        let mut rest: Vec<&Transform> = self.transforms.iter().collect();
        let mut waves = Vec::new();
        while !rest.is_empty() {
            let (wave, later): (Vec<_>, Vec<_>) = rest.into_iter().partition(|transform| {
                transform.reads.iter().all(|table| !made.contains(table) || done.contains(table))
            });
            if wave.is_empty() {
                return None;
            }
            done.extend(wave.iter().map(|transform| &transform.writes));
            waves.push(wave);
            rest = later;
        }
        Some(waves)
    }
}
