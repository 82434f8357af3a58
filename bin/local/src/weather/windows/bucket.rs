//! The name of a deleted bucket: for a while S3 will not have it again.

use super::{Seen, Strike, Windows};
use crate::weather::{Kind, conflict};
use std::time::Instant;

impl Windows {
    pub(super) fn refuse_bucket(&mut self, call: &Seen) -> Option<Strike> {
        let until = self.buckets.get(name(call))?;
        let open = call.operation == "CreateBucket" && Instant::now() < *until;
        open.then(|| Strike { name: "bucket_name", kind: Kind::Error, error: conflict::bucket() })
    }

    pub(super) fn learn_bucket(&mut self, call: &Seen) {
        if call.operation == "DeleteBucket" {
            let until = self.until("bucket", 70, 2.0, 10.0);
            self.buckets.insert(name(call).to_string(), until);
        }
    }
}

fn name<'a>(call: &Seen<'a>) -> &'a str {
    call.path.trim_matches('/')
}
