"""What exists of EC2's network."""

from look import client, each, every, listed, optional


def alive(kind, operation, key, name):
    """AWS lists some things for an hour after they are gone."""

    def look():
        found = every("ec2", operation, key)
        return [(kind, item[name], item) for item in found if item.get("State", "").lower() != "deleted"]

    look.__name__ = f"ec2:{operation}"
    return look


def vpcs():
    ec2 = client("ec2")

    def ask(vpc):
        for name in ("enableDnsSupport", "enableDnsHostnames"):
            answer = optional(ec2.describe_vpc_attribute, VpcId=vpc["VpcId"], Attribute=name)
            if answer is None:
                return None
            vpc[name] = answer[name[0].upper() + name[1:]]["Value"]
        return "vpc", vpc["VpcId"], vpc

    return each(every("ec2", "describe_vpcs", "Vpcs"), ask)


LOOKS = (
    vpcs,
    listed("subnet", "ec2", "describe_subnets", "Subnets", "SubnetId"),
    listed("internet-gateway", "ec2", "describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
    listed("route-table", "ec2", "describe_route_tables", "RouteTables", "RouteTableId"),
    listed("security-group", "ec2", "describe_security_groups", "SecurityGroups", "GroupId"),
    listed("rule", "ec2", "describe_security_group_rules", "SecurityGroupRules", "SecurityGroupRuleId"),
    alive("nat-gateway", "describe_nat_gateways", "NatGateways", "NatGatewayId"),
    listed("address", "ec2", "describe_addresses", "Addresses", "AllocationId"),
    alive("endpoint", "describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId"),
    listed("interface", "ec2", "describe_network_interfaces", "NetworkInterfaces", "NetworkInterfaceId"),
    listed("network-acl", "ec2", "describe_network_acls", "NetworkAcls", "NetworkAclId"),
)
KINDS = "vpc subnet internet-gateway route-table security-group rule nat-gateway address endpoint interface network-acl".split()
