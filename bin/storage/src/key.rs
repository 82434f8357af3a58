//! The pipeline's key in KMS.

use strata_layer::{Context, Promise};

/// Its ARN, once it is made.
pub(crate) fn arn(cx: &Context) -> Promise {
    Promise::of(cx.doc.keys.as_ref().map(|keys| keys.arn.clone()), "keys")
}
