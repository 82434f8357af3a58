"""EC2 as strict as AWS is: what is in use cannot be deleted. moto deletes it and leaves loose ends."""

import copy

from moto.ec2.exceptions import DependencyViolationError, EC2ClientError
from moto.ec2.models import EC2Backend
from moto.ec2.models.route_tables import Route
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.ec2.responses.vpcs import VPCs


def patch():
    without_default_vpc()
    EC2Backend.create_subnet = default_in_default_vpcs(EC2Backend.create_subnet)
    EC2Backend.describe_nat_gateways = filtered_by_tags(EC2Backend.describe_nat_gateways)
    EC2Backend.delete_nat_gateway = releasing_its_interface(EC2Backend.delete_nat_gateway)
    Route.state = property(lambda route: "blackhole" if leads_nowhere(route) else "active")
    EC2Backend.release_address = unless(EC2Backend.release_address, address_in_use)
    EC2Backend.delete_subnet = unless(EC2Backend.delete_subnet, subnet_in_use)
    EC2Backend.delete_security_group = unless(EC2Backend.delete_security_group, group_in_use)
    EC2Backend.detach_internet_gateway = unless(EC2Backend.detach_internet_gateway, addresses_mapped)
    EC2Backend.delete_vpc = with_its_acls(unless(EC2Backend.delete_vpc, vpc_in_use))
    VPCs.modify_vpc_endpoint = with_private_dns(VPCs.modify_vpc_endpoint)
    EC2Backend.modify_vpc_endpoint = with_its_routes(EC2Backend.modify_vpc_endpoint)
    EC2Backend.associate_route_table = of_one_table(EC2Backend.associate_route_table)
    EC2Backend.modify_security_group_rules = with_groups(EC2Backend.modify_security_group_rules)
    SecurityGroupRule.description = property(why)
    SecurityGroupRule.__eq__ = whatever_it_says(SecurityGroupRule.__eq__)


def without_default_vpc():
    """An account whose default VPC was deleted, so that lists show what a pipeline made and nothing else."""

    def default_vpc(self):
        vpc = self.get_default_vpc()
        if vpc is None:
            raise EC2ClientError("VPCIdNotSpecified", "No default VPC for this user.")
        return vpc

    create = EC2Backend.create_default_vpc

    def create_default_vpc(self):
        # The first call comes from the constructor; later ones are a client's CreateDefaultVpc.
        if "born" in self.__dict__:
            return create(self)
        self.born = True
        return None

    EC2Backend.create_default_vpc = create_default_vpc
    EC2Backend.default_vpc = property(default_vpc, lambda self, _vpc: None)


def default_in_default_vpcs(create):
    """moto takes the first subnet of each zone for the zone's default one, which maps public addresses."""

    def create_subnet(self, vpc_id, *args, **kwargs):
        subnet = create(self, vpc_id, *args, **kwargs)
        if not self.get_vpc(vpc_id).is_default:
            subnet.default_for_az = subnet.map_public_ip_on_launch = False
        return subnet

    return create_subnet


def with_private_dns(modify):
    """moto forgets this one setting of an endpoint."""

    def modified(self):
        answer = modify(self)
        private_dns = self._get_bool_param("PrivateDnsEnabled")
        if private_dns is not None:
            ids = [self._get_param("VpcEndpointId")]
            self.ec2_backend.describe_vpc_endpoints(vpc_end_point_ids=ids)[0].private_dns_enabled = private_dns
        return answer

    return modified


def with_its_routes(modify):
    """A gateway endpoint has a route in each of its tables; moto adds them only when the endpoint is made."""

    def modify_vpc_endpoint(self, vpc_id, *args, **kwargs):
        endpoint = self.describe_vpc_endpoints(vpc_end_point_ids=[vpc_id])[0]
        before, prefixes = set(endpoint.route_table_ids or []), endpoint.destination_prefix_list_id
        modify(self, vpc_id, *args, **kwargs)
        if prefixes is None:
            return
        after = set(endpoint.route_table_ids)
        for table in after - before:
            self.create_route(table, None, gateway_id=endpoint.id, destination_prefix_list_id=prefixes)
        for table in (before - after) & set(self.route_tables):
            self.delete_route(table, prefixes)

    return modify_vpc_endpoint


def unless(delete, in_use):
    """Asks `in_use` first, which raises AWS's error."""

    def checked(self, *args, **kwargs):
        in_use(self, *args, **kwargs)
        return delete(self, *args, **kwargs)

    return checked


def with_its_acls(delete):
    """The default network ACL goes with its VPC; moto would keep it for ever."""

    def delete_vpc(self, vpc_id):
        gone = delete(self, vpc_id)
        for acl in [acl for acl in self.network_acls.values() if acl.vpc_id == vpc_id]:
            del self.network_acls[acl.id]
        return gone

    return delete_vpc


def filtered_by_tags(describe):
    """moto ignores tag filters here, and a tool that looks its gateway up by tag would get another owner's."""

    def matches(gateway, name, values):
        tags = {tag["key"]: tag["value"] for tag in gateway.get_tags()}
        if name == "tag-key":
            return any(key in values for key in tags)
        return tags.get(name.removeprefix("tag:")) in values

    def describe_nat_gateways(self, filters, nat_gateway_ids):
        found = describe(self, filters, nat_gateway_ids)
        missing = set(nat_gateway_ids or []) - set(self.nat_gateways)
        if missing:
            raise EC2ClientError("NatGatewayNotFound", f"The Nat Gateway {sorted(missing)[0]} was not found")
        by_tag = {name: values for name, values in (filters or {}).items() if name.startswith("tag")}
        return [gateway for gateway in found if all(matches(gateway, *pair) for pair in by_tag.items())]

    return describe_nat_gateways


def releasing_its_interface(delete):
    """The network interface goes with the gateway; moto would leave it in the subnet."""

    def delete_nat_gateway(self, nat_gateway_id):
        if nat_gateway_id not in self.nat_gateways:
            raise EC2ClientError("NatGatewayNotFound", f"The Nat Gateway {nat_gateway_id} was not found")
        gateway = delete(self, nat_gateway_id)
        for address in self.addresses:
            if address.eni is not None and address.eni.id == gateway._eni.id:
                self.disassociate_address(association_id=address.association_id)
        self.enis.pop(gateway._eni.id, None)
        return gateway

    return delete_nat_gateway


def leads_nowhere(route):
    """AWS keeps a route whose gateway has gone."""
    return route.nat_gateway is not None and route.nat_gateway.state == "deleted"


def address_in_use(self, address=None, allocation_id=None):
    found = self.address_by_ip([address]) if address else self.address_by_allocation([allocation_id])
    for one in found:
        if one.association_id is not None:
            raise EC2ClientError(
                "InvalidIPAddress.InUse", f"Address {one.public_ip} is in use: it has the association {one.association_id}."
            )


def subnet_in_use(self, subnet_id):
    if any(eni.subnet.id == subnet_id for eni in self.enis.values()):
        raise DependencyViolationError(f"The subnet '{subnet_id}' has dependencies and cannot be deleted.")


def group_in_use(self, name=None, group_id=None):
    if group_id is None:
        return
    used = any(group.id == group_id for eni in self.enis.values() for group in eni.group_set)
    endpoints = [endpoint for endpoint in self.vpc_end_points.values() if endpoint.state != "deleted"]
    used = used or any(group_id in (endpoint.security_group_ids or []) for endpoint in endpoints)
    if used or any(refers(group, group_id) for group in others(self, group_id)):
        raise DependencyViolationError(f"resource {group_id} has a dependent object")


def others(self, group_id):
    return [group for groups in self.groups.values() for group in groups.values() if group.id != group_id]


def refers(group, group_id):
    rules = [*group.ingress_rules, *group.egress_rules]
    return any(rule.source_group.get("GroupId") == group_id for rule in rules)


def addresses_mapped(self, internet_gateway_id, vpc_id):
    for address in self.addresses:
        if address.eni is not None and address.eni.subnet.vpc_id == vpc_id:
            raise DependencyViolationError(
                f"Network {vpc_id} has some mapped public address(es). "
                "Please unmap those public address(es) before detaching the gateway."
            )


def vpc_in_use(self, vpc_id):
    gateways = any(gateway.vpc and gateway.vpc.id == vpc_id for gateway in self.internet_gateways.values())
    groups = any(group.name != "default" for group in self.groups.get(vpc_id, {}).values())
    endpoints = any(
        endpoint.vpc_id == vpc_id and endpoint.state != "deleted" for endpoint in self.vpc_end_points.values()
    )
    if gateways or groups or endpoints:
        raise DependencyViolationError(f"The vpc '{vpc_id}' has dependencies and cannot be deleted.")


def of_one_table(associate):
    """A subnet uses one table; moto answers with the association that is there, whichever table was asked for."""

    def associate_route_table(self, route_table_id, gateway_id=None, subnet_id=None):
        others = [table for table in self.route_tables.values() if table.id != route_table_id]
        if subnet_id is not None and any(subnet_id in table._associations.values() for table in others):
            raise EC2ClientError(
                "Resource.AlreadyAssociated",
                f"the specified association for route table {route_table_id} conflicts with an existing association",
            )
        return associate(self, route_table_id, gateway_id, subnet_id)

    return associate_route_table


def why(rule):
    """moto forgets the description of a rule whose source is a group."""
    return (rule.ip_range or rule.source_group).get("Description")


def with_groups(modify):
    """moto changes ranges, and leaves a source that is a group as it is."""

    def modify_security_group_rules(self, group_id, rules):
        modify(self, group_id, rules)
        group = self.get_security_group_by_name_or_id(group_id)
        for rule, new in [(group.get_rule(name), new) for name, new in rules.items() if "ReferencedGroupId" in new]:
            rule.source_group["GroupId"] = new["ReferencedGroupId"]
            rule.source_group["Description"] = rule.ip_range.pop("Description", "")

    return modify_security_group_rules


def whatever_it_says(equals):
    """Two rules that differ only in their description are one."""

    def same(self, other):
        copied = copy.copy(other)
        copied.source_group = {**other.source_group, "Description": self.source_group.get("Description")}
        if "Description" not in self.source_group:
            del copied.source_group["Description"]
        return equals(self, copied)

    return same
