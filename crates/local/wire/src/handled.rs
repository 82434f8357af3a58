//! What a service does with a call.

use axum::response::Response;

use crate::call::Call;
use crate::error::Answer;

/// The outcome of a call.
#[derive(Debug)]
pub enum Handled {
    /// Answered: JSON, or AWS's error.
    Answer(Answer),
    /// Answered with a response of the service's own; the second part is the error code in it.
    Response(Box<Response>, Option<String>),
    /// Not done here: moto has this operation.
    Moto(Box<Call>),
}

impl Handled {
    /// Answered with a response.
    pub fn response((response, code): (Response, Option<String>)) -> Self {
        Self::Response(Box::new(response), code)
    }
}

impl From<Answer> for Handled {
    fn from(answer: Answer) -> Self {
        Self::Answer(answer)
    }
}
