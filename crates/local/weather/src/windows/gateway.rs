//! NAT gateways and VPC endpoints, which are pending before they work, and deleting before they are gone. moto holds
//! their state, so it is told how long in headers; `moto/weather.py` reads them.

use strata_local_wire::Seen;

use super::Windows;

impl Windows {
    /// Headers for moto: the name, and seconds.
    pub(crate) fn slow(&mut self, call: &Seen) -> Vec<(&'static str, f64)> {
        let mut header = |name, topic: &str, low, high| (name, self.lasts(topic, low, high).as_secs_f64());
        match (call.service, call.operation) {
            ("ec2", "CreateNatGateway") => vec![header("x-local-coming", "nat coming", 1.0, 4.0)],
            ("ec2", "CreateVpcEndpoint") => vec![header("x-local-coming", "endpoint coming", 0.2, 3.0)],
            ("ec2", "DeleteNatGateway") => vec![
                header("x-local-leaving", "nat leaving", 1.0, 3.0),
                // AWS goes on listing it for about an hour.
                header("x-local-listed", "nat listed", 50.0, 70.0),
            ],
            ("ec2", "DeleteVpcEndpoints") => vec![
                header("x-local-leaving", "endpoint leaving", 0.5, 5.0),
                header("x-local-listed", "endpoint listed", 1.0, 10.0),
            ],
            _ => Vec::new(),
        }
    }
}
