//! In whose name MWAA calls other services.

use strata_local_wire::Caller;

/// MWAA on its own account: it has a service-linked role.
pub(crate) const CALLER: Caller = Caller::Service { principal: "airflow.amazonaws.com", role: None };
