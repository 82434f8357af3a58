"""EC2: the address of a NAT gateway, and the filter of security groups by their id."""

import re
import urllib.parse

from asked import body, call, reply

GATEWAY = re.compile(rb"(<natGatewayId>([^<]+)</natGatewayId>(?:(?!<natGatewayId>).)*?)<natGatewayAddressSet/>", re.S)
SET = b"<natGatewayAddressSet><item><allocationId>%s</allocationId></item></natGatewayAddressSet>"


def filled(app):
    addresses = {}

    def with_address(match):
        address = addresses.get(match[2])
        return match[1] + SET % address if address else match[0]

    async def serve(scope, receive, send):
        headers = dict(scope.get("headers") or [])
        if b"/ec2/aws4_request" not in headers.get(b"authorization", b""):
            return await app(scope, receive, send)
        fields = dict(urllib.parse.parse_qsl((await body(receive)).decode(), keep_blank_values=True))
        if fields.get("Action") == "DescribeSecurityGroups":
            fields = by_id(fields)
        status, told, answer = await call(app, scope, urllib.parse.urlencode(fields).encode())
        if fields.get("Action") == "CreateNatGateway" and status == 200:
            gateway = re.search(rb"<natGatewayId>([^<]+)", answer)[1]
            addresses[gateway] = fields.get("AllocationId", "").encode()
        if b"NatGateway" in answer:
            answer = GATEWAY.sub(with_address, answer)
        await reply(send, status, told, answer)

    return serve


def by_id(fields):
    """The filter `group-id` as the parameter that says the same."""
    for key, value in list(fields.items()):
        number = re.fullmatch(r"Filter\.(\d+)\.Name", key)
        if number and value == "group-id":
            del fields[key]
            values = [one for one in fields if one.startswith(f"Filter.{number[1]}.Value.")]
            fields.update({f"GroupId.{n}": fields.pop(one) for n, one in enumerate(values, 1)})
    return fields
