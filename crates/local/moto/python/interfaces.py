"""Network interfaces as AWS keeps them: an endpoint's are in its groups, an instance's first one goes with it."""

from moto.ec2.models import EC2Backend
from moto.ec2.models.instances import Instance
from moto.ec2.models.vpcs import VPCEndPoint


def patch():
    EC2Backend.create_vpc_endpoint = in_its_groups(EC2Backend.create_vpc_endpoint)
    VPCEndPoint.modify = in_its_groups(VPCEndPoint.modify)
    Instance.terminate = with_its_interface(Instance.terminate)


def in_its_groups(change):
    """moto puts an endpoint's interfaces into the VPC's default group, and does not say whose they are."""

    def changed(self, *args, **kwargs):
        made = change(self, *args, **kwargs)
        endpoint = made or self
        backend = endpoint.ec2_backend
        groups = [backend.get_security_group_from_id(group) for group in endpoint.security_group_ids]
        for interface in [backend.enis[name] for name in endpoint.network_interface_ids if name in backend.enis]:
            interface.description = f"VPC Endpoint Interface {endpoint.id}"
            if groups:
                interface._group_set = groups
        return made

    return changed


def with_its_interface(terminate):
    """RunInstances makes the first interface by itself, and AWS deletes that one at the end."""

    def terminated(self):
        for interface in self.nics.values():
            if interface.description == "Primary network interface":
                interface.delete_on_termination = True
        return terminate(self)

    return terminated
