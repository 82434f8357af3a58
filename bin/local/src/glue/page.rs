//! Lists in pages, as Glue refuses a wrong token.

use super::check::invalid;
use crate::call::Answer;
use serde_json::Value;

/// One page of `items` under `key`.
pub(super) fn page<T: Into<Value>>(body: &Value, key: &str, items: Vec<T>) -> Answer {
    crate::page::page(body, key, items, || invalid("Pagination token is invalid."))
}
