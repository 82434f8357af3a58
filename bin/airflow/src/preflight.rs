//! What MWAA finds out late and says nothing about, asked before anything is created. A failed environment costs half an
//! hour and answers `INCORRECT_CONFIGURATION`; these questions cost a second and answer with the thing and the remedy.
//!
//! They are the checks of AWS's own environment verifier (awslabs/aws-support-tools, MWAA/verify_env) and of the guide's
//! list of prerequisites, one topic per file. A section that is not in the document yet is not asked about. Which topics
//! there are for an environment and for a workflow is in `environment/preflight.rs` and `serverless/preflight.rs`.

pub(crate) mod acl;
pub(crate) mod bucket;
mod clients;
pub(crate) mod dag;
mod found;
mod glob;
pub(crate) mod group;
pub(crate) mod network;
pub(crate) mod object;
pub(crate) mod own_dag;
mod own_uses;
mod policy;
pub(crate) mod quota;
pub(crate) mod rights;
pub(crate) mod role;
pub(crate) mod route;
mod topic;

pub(crate) use clients::Clients;
pub(crate) use found::Found;
pub(crate) use topic::look;
