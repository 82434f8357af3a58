"""EC2's client tokens: the same call with the same token makes one thing. moto makes another one."""

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.responses import EC2Response

# What the answer calls the thing, and whether it still is there.
ACTIONS = {
    "create_nat_gateway": ("NatGateway", lambda backend, made: made.state != "deleted"),
    "create_route_table": ("RouteTable", lambda backend, made: made.id in backend.route_tables),
    "create_vpc_endpoint": ("VpcEndpoint", lambda backend, made: made.id in backend.vpc_end_points),
    "create_network_interface": ("NetworkInterface", lambda backend, made: made.id in backend.enis),
}


def patch():
    for action, (name, alive) in ACTIONS.items():
        setattr(EC2Response, action, once(action, getattr(EC2Response, action), name, alive))


def once(action, create, name, alive):
    def created(self):
        token = self._get_param("ClientToken")
        if not token:
            return create(self)
        backend = self.ec2_backend
        known = backend.__dict__.setdefault("client_tokens", {})
        wish = {key: value for key, value in self.querystring.items() if key != "ClientToken"}
        earlier = known.get((action, token))
        # AWS remembers a token for hours. The thing may have been deleted since: then it is created again.
        if earlier is not None and alive(backend, earlier[1][name]):
            if earlier[0] != wish:
                raise EC2ClientError(
                    "IdempotentParameterMismatch",
                    "The client token you have provided is associated with a resource that was made with other parameters.",
                )
            return ActionResult({**earlier[1], "ClientToken": token})
        answer = create(self)
        known[(action, token)] = (wish, answer.result)
        return answer

    return created
