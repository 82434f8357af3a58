//! Listings of EC2, which lag behind: new things appear late, and their tags later.

use std::time::Instant;

use strata_local_wire::Seen;

use super::Windows;
use super::new_id::{named, names};
use super::xml::items;

impl Windows {
    /// The answer without what AWS would not list yet; `None` where that is nothing.
    pub(super) fn hide_new(&mut self, call: &Seen, answer: &str) -> Option<String> {
        let names = names().find(|names| names.describe == call.operation)?;
        let now = Instant::now();
        let by_tag = filters_by_tag(call);
        let asked = named(call);
        let mut text = answer.to_string();
        // From the end, so that the places of those before stay.
        for item in items(answer, names.set, names.id).into_iter().rev() {
            let Some(new) = self.ids.get(&item.id) else { continue };
            let unlisted = now < new.listed && !asked.contains(&item.id);
            if unlisted || (now < new.tagged && by_tag) {
                text.replace_range(item.whole, "");
            } else if let (true, Some(tags)) = (now < new.tagged, item.tags) {
                text.replace_range(tags, "<tagSet/>");
            }
        }
        (text.len() != answer.len()).then_some(text)
    }
}

fn filters_by_tag(call: &Seen) -> bool {
    let form = std::str::from_utf8(call.body).unwrap_or_default();
    let pairs = form.split('&').filter_map(|pair| pair.split_once('='));
    let mut names = pairs.filter(|(key, _)| key.starts_with("Filter.") && key.ends_with(".Name"));
    names.any(|(_, value)| value.starts_with("tag"))
}
