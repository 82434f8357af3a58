//! The network interfaces of an environment: while it lives, its subnets and security groups cannot be deleted.

use crate::principal::CALLER;
use serde_json::Value;
use strata_local_cloud::Cloud;

use crate::ec2::{Interfaces, ask};
use strata_local_wire::AwsError;

/// Puts one interface into each subnet.
pub(crate) async fn create(cloud: &Cloud, region: &str, environment: &Value) -> Result<(), AwsError> {
    let network = &environment["NetworkConfiguration"];
    let groups: Vec<&str> =
        network["SecurityGroupIds"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for subnet in network["SubnetIds"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        let mut params = vec![
            ("Action".to_string(), "CreateNetworkInterface".to_string()),
            ("SubnetId".to_string(), subnet.to_string()),
            ("Description".to_string(), description(environment)),
        ];
        for (at, group) in groups.iter().enumerate() {
            params.push((format!("SecurityGroupId.{}", at + 1), (*group).to_string()));
        }
        let params: Vec<(&str, &str)> = params.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        cloud.query(&CALLER, region, "ec2", &params).await?;
    }
    Ok(())
}

/// The ids of an environment's interfaces. Another one of the same name may have the same description later.
pub(crate) async fn list(cloud: &Cloud, region: &str, environment: &Value) -> Vec<String> {
    let described = description(environment);
    let params = [("Filter.1.Name", "description"), ("Filter.1.Value.1", described.as_str())];
    match ask::<Interfaces>(cloud, region, "DescribeNetworkInterfaces", &params).await {
        Ok(found) => found.network_interface_set.item.into_iter().map(|one| one.network_interface_id).collect(),
        Err(why) => {
            tracing::warn!("listing the network interfaces of {}: {}", environment["Arn"], why.message);
            Vec::new()
        }
    }
}

/// Takes them away again.
pub(crate) async fn delete(cloud: &Cloud, region: &str, ids: &[String]) {
    for id in ids {
        let params = [("Action", "DeleteNetworkInterface"), ("NetworkInterfaceId", id.as_str())];
        // After a reset it is no longer there.
        if let Err(why) = cloud.query(&CALLER, region, "ec2", &params).await
            && !why.code.ends_with(".NotFound")
        {
            tracing::warn!("deleting the network interface {id}: {}", why.message);
        }
    }
}

fn description(environment: &Value) -> String {
    format!("AWS created network interface for {}", environment["Arn"].as_str().unwrap_or_default())
}
