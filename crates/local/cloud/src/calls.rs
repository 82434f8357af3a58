//! Calls of services to others. All of them come through `perform`, with the one in whose name they are made.
//!
//! Weather does not strike them and the record leaves them out: AWS's services try again among themselves, and the policies that
//! are made from the record are for those who call from outside.

use http_body_util::BodyExt;
use serde_json::Value;
use strata_local_wire::{Answer, AwsError, Call, Caller, Handled};

use crate::Cloud;

/// The longest answer of one service to another.
const LONGEST: usize = 64 << 20;

impl Cloud {
    /// Lets the service that has the operation do a call; moto is left to the caller.
    pub async fn perform(&self, call: Call) -> Handled {
        match self.services.find(&call.service) {
            Some(service) => service.handle(call).await,
            None => Handled::Moto(Box::new(call)),
        }
    }

    /// A JSON 1.1 call: `target` is the X-Amz-Target, `AWSGlue.GetTable`.
    ///
    /// # Errors
    /// The service's.
    pub async fn json(&self, caller: &Caller, region: &str, service: &str, target: &str, input: Value) -> Answer {
        match self.perform(Call::json(caller, region, service, target, input)).await {
            Handled::Answer(answer) => answer,
            Handled::Moto(call) => self.moto.json(*call).await,
            Handled::Response(..) => Err(AwsError::unavailable(&format!("{service} does not answer with JSON"))),
        }
    }

    /// A query-protocol call (EC2, IAM, STS); the answer is AWS's XML.
    ///
    /// # Errors
    /// The service's.
    pub async fn query(
        &self,
        caller: &Caller,
        region: &str,
        service: &str,
        params: &[(&str, &str)],
    ) -> Result<String, AwsError> {
        self.text(Call::query(caller, region, service, params)).await
    }

    /// A GET of a service that speaks REST with XML; the answer is its XML.
    ///
    /// # Errors
    /// The service's.
    pub async fn get(
        &self,
        caller: &Caller,
        region: &str,
        service: &str,
        operation: &str,
        path_and_query: &str,
    ) -> Result<String, AwsError> {
        self.text(Call::get(caller, region, service, operation, path_and_query)).await
    }

    async fn text(&self, call: Call) -> Result<String, AwsError> {
        let response = match self.perform(call).await {
            Handled::Answer(answer) => return answer.map(|answer| answer.to_string()),
            Handled::Response(response, _) => *response,
            Handled::Moto(call) => self.moto.forward(*call).await.0,
        };
        let (head, body) = response.into_parts();
        let limited = http_body_util::Limited::new(body, LONGEST);
        let whole = limited.collect().await.map_err(|why| AwsError::unavailable(&why.to_string()))?.to_bytes();
        let (status, text) = (head.status.as_u16(), String::from_utf8_lossy(&whole));
        if status < 300 { Ok(text.into_owned()) } else { Err(AwsError::in_xml(status, &text)) }
    }
}
