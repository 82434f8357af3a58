"""Weather: NAT gateways and endpoints that take their time to come and to go.

`local` says how long in headers, in seconds. Without them everything happens at once.
"""

import threading

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import ec2_backends
from moto.ec2.responses import EC2Response

LEFT = ("deleting", "deleted")


def patch():
    """Has to come after `tokens`: a repeated call brings the same thing, which does not come twice."""
    EC2Response.create_nat_gateway = coming(EC2Response.create_nat_gateway, "NatGateway")
    EC2Response.create_vpc_endpoint = coming(EC2Response.create_vpc_endpoint, "VpcEndpoint")
    EC2Response.delete_nat_gateway = leaving(EC2Response.delete_nat_gateway, leave_gateway)
    EC2Response.delete_vpc_endpoints = leaving(EC2Response.delete_vpc_endpoints, leave_endpoints)


def seconds(response, name):
    return float(response.headers.get(f"X-Local-{name}", 0))


def later(wait, work, *args):
    timer = threading.Timer(wait, work, args)
    timer.daemon = True
    timer.start()


def coming(create, name):
    def created(self):
        answer = create(self)
        made, wait = answer.result[name], seconds(self, "Coming")
        if wait and not hasattr(made, "came"):
            made.came = True
            made.state = "pending"
            later(wait, arrive, made)
        return answer

    return created


def arrive(made):
    if made.state == "pending":
        made.state = "available"


def leaving(delete, leave):
    def deleted(self):
        return leave(self) if seconds(self, "Leaving") else delete(self)

    return deleted


def leave_gateway(self):
    backend, gateway_id = self.ec2_backend, self._get_param("NatGatewayId")
    gateway = backend.nat_gateways.get(gateway_id)
    if gateway is None or gateway.state == "deleted":
        raise EC2ClientError("NatGatewayNotFound", f"The Nat Gateway {gateway_id} was not found")
    go(self, backend.nat_gateways, gateway, lambda: backend.delete_nat_gateway(gateway_id))
    return ActionResult({"NatGatewayId": gateway_id})


def leave_endpoints(self):
    backend = self.ec2_backend
    for endpoint_id in self._get_param("VpcEndpointIds", []):
        endpoint = backend.vpc_end_points.get(endpoint_id)
        if endpoint is not None and endpoint.state != "deleted":
            go(self, backend.vpc_end_points, endpoint, lambda name=endpoint_id: backend.delete_vpc_endpoints([name]))
    return ActionResult({"Unsuccessful": []})


def go(self, all_of_them, one, delete):
    """It is `deleting`, then `deleted` and still listed, then gone."""
    if one.state == "deleting":
        return
    one.state = "deleting"
    listed = seconds(self, "Listed")

    def end():
        # A reset may have come in between.
        if all_of_them.get(one.id) is one:
            delete()
            later(listed, all_of_them.pop, one.id, None)

    later(seconds(self, "Leaving"), end)


def settle():
    """After a restart: what was coming is there, what was leaving is gone. Both transitions are over."""
    for regions in list(ec2_backends.values()):
        for backend in list(regions.values()):
            for all_of_them in (backend.nat_gateways, backend.vpc_end_points):
                for one in list(all_of_them.values()):
                    arrive(one)
            for gateway in [one for one in backend.nat_gateways.values() if one.state in LEFT]:
                if gateway.state == "deleting":
                    backend.delete_nat_gateway(gateway.id)
                backend.nat_gateways.pop(gateway.id, None)
            for endpoint in [one for one in backend.vpc_end_points.values() if one.state in LEFT]:
                if endpoint.state == "deleting":
                    backend.delete_vpc_endpoints([endpoint.id])
                backend.vpc_end_points.pop(endpoint.id, None)
