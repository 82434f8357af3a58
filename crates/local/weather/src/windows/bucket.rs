//! The name of a deleted bucket: for a while S3 will not have it again.

use strata_local_wire::{AwsError, Seen};

use super::Windows;
use crate::strike::Strike;

impl Windows {
    pub(super) fn refuse_bucket(&mut self, call: &Seen) -> Option<Strike> {
        let refusal = self.buckets.get_mut(name(call)).filter(|_| call.operation == "CreateBucket")?;
        refusal.refuses().then(|| Strike::refusal("bucket_name", operation_aborted()))
    }

    pub(super) fn learn_bucket(&mut self, call: &Seen) {
        if call.operation == "DeleteBucket" {
            let refusal = self.refusal("bucket", 70, 2.0, 10.0, 3);
            self.buckets.insert(name(call).to_string(), refusal);
        }
    }
}

fn name<'a>(call: &Seen<'a>) -> &'a str {
    call.path.trim_matches('/')
}

/// S3's error while a bucket is being made, deleted or set by another call.
pub fn operation_aborted() -> AwsError {
    let why = "A conflicting conditional operation is currently in progress against this resource. Please try again.";
    AwsError::new("OperationAborted", why).with_status(409)
}
