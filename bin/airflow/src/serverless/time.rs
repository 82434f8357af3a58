//! Times as the SDK has them.

use aws_smithy_types::DateTime as Moment;
use aws_smithy_types::date_time::Format;
use chrono::{DateTime, FixedOffset};

pub(super) fn time(moment: Option<&Moment>) -> Option<DateTime<FixedOffset>> {
    DateTime::parse_from_rfc3339(&moment?.fmt(Format::DateTime).ok()?).ok()
}
