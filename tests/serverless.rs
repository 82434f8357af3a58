//! The pipeline in MWAA Serverless.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
