//! Lists in pages, as Glue refuses a wrong token.

use crate::check::invalid;
use serde_json::Value;
use strata_local_wire::Answer;

/// One page of `items` under `key`.
pub(crate) fn page<T: Into<Value>>(body: &Value, key: &str, items: Vec<T>) -> Answer {
    strata_local_wire::page::page(body, key, items, || invalid("Pagination token is invalid."))
}
