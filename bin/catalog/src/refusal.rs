//! Why Athena refuses a call. It has one code for all reasons, `InvalidRequestException`, so its sentences are told apart,
//! here and nowhere else.

use strata_aws::Error;

/// What a refusal means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// There is no workgroup of this name (Terraform, internal/service/athena/workgroup.go).
    NoWorkgroup,
    /// Anything else.
    Other,
}

/// What it means that Athena has answered so.
pub(crate) fn refusal(error: &Error) -> Refusal {
    let says = |words: &str| error.message.contains(words);
    match error.code.as_deref() {
        Some("InvalidRequestException") if says("WorkGroup") && says("not found") => Refusal::NoWorkgroup,
        _ => Refusal::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_workgroup_is_missing() {
        let answered =
            |message: &str| Error { code: Some("InvalidRequestException".into()), ..Error::failed("asking", message) };
        assert_eq!(refusal(&answered("WorkGroup a-b is not found.")), Refusal::NoWorkgroup);
        assert_eq!(refusal(&answered("QueryExecution 7 was not found")), Refusal::Other);
        assert_eq!(refusal(&Error::failed("asking", "WorkGroup a-b is not found.")), Refusal::Other);
    }
}
