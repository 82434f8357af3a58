//! Lists in pages, as MWAA Serverless refuses a wrong token.

use serde_json::Value;

use crate::failure::invalid;
use strata_local_wire::Answer;

/// One page of `items` under `key`.
pub(crate) fn page(body: &Value, key: &str, items: Vec<Value>) -> Answer {
    strata_local_wire::page::page(body, key, items, || invalid("other", "NextToken is not one of this list"))
}
