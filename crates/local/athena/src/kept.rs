//! What Athena knows, for the next start of the endpoint. The rows of results are files already.

use serde_json::Result;
use strata_local_cloud::ENDED;

use crate::query::{End, Query};
use crate::store::{Athena, Place};

/// All queries.
pub(crate) fn save(athena: &Athena) -> Result<Option<Vec<u8>>> {
    let shelves = athena.shelves();
    let mut all: Vec<(&Place, &Vec<Query>)> = shelves.iter().filter(|(_, queries)| !queries.is_empty()).collect();
    if all.is_empty() {
        return Ok(None);
    }
    // Always in the same order: what has not changed is the same bytes.
    all.sort_by_key(|(place, _)| *place);
    serde_json::to_vec(&all).map(Some)
}

/// Takes all queries. What was under way has failed. A query is a part of a history, no resource.
pub(crate) fn load(athena: &Athena, kept: &[u8]) -> Result<usize> {
    let mut all: Vec<(Place, Vec<Query>)> = serde_json::from_slice(kept)?;
    all.iter_mut().flat_map(|(_, queries)| queries).for_each(interrupt);
    *athena.shelves() = all.into_iter().collect();
    Ok(0)
}

fn interrupt(query: &mut Query) {
    if query.end.is_some() {
        return;
    }
    query.state = "FAILED";
    let completed = chrono::Utc::now().timestamp_millis() as f64 / 1000.0;
    query.end = Some(End {
        state: query.state,
        error: Some(format!("GENERIC_INTERNAL_ERROR: {ENDED}")),
        completed,
        ..End::default()
    });
}
