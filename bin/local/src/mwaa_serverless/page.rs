//! Lists in pages, as MWAA Serverless refuses a wrong token.

use serde_json::Value;

use super::failure::invalid;
use crate::call::Answer;

/// One page of `items` under `key`.
pub(super) fn page(body: &Value, key: &str, items: Vec<Value>) -> Answer {
    crate::page::page(body, key, items, || invalid("other", "NextToken is not one of this list"))
}
