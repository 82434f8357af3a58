//! Why MWAA and MWAA Serverless refuse a call. `ValidationException` is their one code for many things, so their sentences
//! are told apart, here and nowhere else.

use strata_aws::{Error, Exit};

/// What a refusal means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// There is one of this name: an earlier answer was lost.
    Exists,
    /// What it is doing has to end first. It may have begun that by itself.
    Busy,
    /// It is deleted already.
    Deleted,
    /// A new role is not known to every service yet.
    NewRole,
    /// Anything else.
    Other,
}

/// Codes that say too little by themselves.
const VAGUE: [&str; 2] = ["ValidationException", "AccessDeniedException"];

/// What it means that AWS has answered so.
pub(crate) fn refusal(error: &Error) -> Refusal {
    let says = |words: &str| error.message.contains(words);
    match error.code.as_deref() {
        Some("ValidationException") if says("already exists") => Refusal::Exists,
        Some("ValidationException") if says("must complete previous operation") => Refusal::Busy,
        Some("ValidationException") if says("DELETED") => Refusal::Deleted,
        Some(code) if VAGUE.contains(&code) && (says("assume") || says("Assume")) => Refusal::NewRole,
        _ => Refusal::Other,
    }
}

/// The answer; a refusal of this kind may pass.
pub(crate) fn passing<T>(answer: Result<T, Error>, kind: Refusal) -> Result<T, Error> {
    answer.map_err(|error| if refusal(&error) == kind { Error { exit: Exit::Again, ..error } } else { error })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(code: &str, message: &str) -> Error {
        Error { code: Some(code.into()), ..Error::failed("creating it", message) }
    }

    #[test]
    fn sentences_count_with_their_code_only() {
        let busy =
            "Environments with CREATING status must complete previous operation before initiating a new operation.";
        assert_eq!(refusal(&answered("ValidationException", busy)), Refusal::Busy);
        assert_eq!(refusal(&answered("InternalServerException", busy)), Refusal::Other);
        assert_eq!(refusal(&Error::failed("creating it", busy)), Refusal::Other);
        let role = "Unable to assume role arn:aws:iam::123456789012:role/x";
        assert_eq!(refusal(&answered("AccessDeniedException", role)), Refusal::NewRole);
        assert_eq!(refusal(&answered("ValidationException", "Invalid name")), Refusal::Other);
    }

    #[test]
    fn only_the_kind_that_is_named_passes() {
        let there = || Err::<(), _>(answered("ValidationException", "Environment with name x already exists."));
        assert_eq!(passing(there(), Refusal::Exists).map_err(|error| error.exit), Err(Exit::Again));
        assert_eq!(passing(there(), Refusal::Busy).map_err(|error| error.exit), Err(Exit::Failed));
    }
}
