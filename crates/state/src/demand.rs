//! What a layer asks of the layers below it. Those fold the demands of whatever layers a pipeline asks for, and know none of
//! them by name.

mod file;
mod fold;
mod network;
mod role;

pub use file::{Body, File, MAIN_BUCKET};
pub use fold::{files, key_services, network, prefixes, roles, service_roles};
pub use network::{Class, Group, Network, Rule, Source};
pub use role::{Role, ServiceRole, Text};
