"""From a request on the wire back to the operation's parameters: botocore's serializers, backwards.

Each protocol's parser returns the parameters and what it could not place, which AWS would refuse or, worse, ignore.
"""

import base64
import datetime
import json
import re
import urllib.parse
import xml.etree.ElementTree as ElementTree

# Parts of a request that no operation has as parameters.
NO_PARAMETERS = {"x-amz-target", "x-amz-api-version", "x-amzn-query-mode"}
CONTENT = b"(left out of the record)"


def parse(call, operation):
    """The parameters of a call and a list of what is in it that AWS does not know."""
    service = operation.service_model
    if service.signature_version == "s3" or service.protocol in ("rest-json", "rest-xml"):
        return rest(call, operation, service.protocol)
    shape = operation.input_shape
    if "x-amz-target" in call.headers:
        return json_body(call.body or "{}", shape)
    return form(call, shape, ec2=service.protocol == "ec2")


def scalar(shape, value):
    """A text or JSON value as the type that botocore wants."""
    kind = shape.type_name
    if kind in ("integer", "long") and isinstance(value, str) and re.fullmatch(r"-?\d+", value):
        return int(value)
    if kind in ("float", "double") and isinstance(value, (int, str)):
        return float(value)
    if kind == "boolean" and value in ("true", "false"):
        return value == "true"
    if kind == "blob" and isinstance(value, str):
        return base64.b64decode(value)
    if kind == "timestamp" and isinstance(value, (int, float)):
        return datetime.datetime.fromtimestamp(value, datetime.timezone.utc)
    return value


# JSON -----------------------------------------------------------------------------------------------------------------


def json_body(text, shape):
    unknown = []
    return json_value(shape, json.loads(text), "", unknown), unknown


def json_value(shape, value, path, unknown):
    if getattr(shape, "is_document_type", False):
        return value  # Any JSON at all: AWS hands it on.
    kind = shape.type_name if shape is not None else "structure"
    if kind == "structure" and isinstance(value, dict):
        members = shape.members if shape is not None else {}
        names = {member.serialization.get("name", name): name for name, member in members.items()}
        unknown += [f"{path}{name}" for name in value if name not in names]
        known = {names[name]: inner for name, inner in value.items() if name in names and inner is not None}
        return {name: json_value(members[name], inner, f"{path}{name}.", unknown) for name, inner in known.items()}
    if kind == "list" and isinstance(value, list):
        return [json_value(shape.member, inner, f"{path}{n}.", unknown) for n, inner in enumerate(value)]
    if kind == "map" and isinstance(value, dict):
        return {key: json_value(shape.value, inner, f"{path}{key}.", unknown) for key, inner in value.items()}
    return scalar(shape, value)


# Forms: query and EC2 -------------------------------------------------------------------------------------------------


def form(call, shape, ec2):
    fields = dict(urllib.parse.parse_qsl(call.body or call.query, keep_blank_values=True))
    for name in ("Action", "Version"):
        fields.pop(name, None)
    left = set(fields)
    params = form_structure(shape, fields, "", left, ec2) if shape is not None else {}
    return params, sorted(left)


def form_name(member, name, ec2):
    """What a member is called in a form."""
    told = member.serialization
    if not ec2:
        return told.get("name", name)
    if "queryName" in told:
        return told["queryName"]
    return told["name"][0].upper() + told["name"][1:] if "name" in told else name


def form_structure(shape, fields, prefix, left, ec2):
    params = {}
    for name, member in shape.members.items():
        key = prefix + form_name(member, name, ec2)
        if key in fields or any(field.startswith(key + ".") for field in fields):
            params[name] = form_value(member, fields, key, left, ec2)
    return params


def form_value(shape, fields, key, left, ec2):
    kind = shape.type_name
    if kind == "structure":
        return form_structure(shape, fields, key + ".", left, ec2)
    if kind == "list":
        flat = ec2 or shape.serialization.get("flattened")
        if not flat:
            key += "." + shape.member.serialization.get("name", "member")
        return [form_value(shape.member, fields, f"{key}.{n}", left, ec2) for n in numbers(fields, key)]
    if kind == "map":
        key += "" if shape.serialization.get("flattened") else ".entry"
        pairs = [(f"{key}.{n}.key", f"{key}.{n}.value") for n in numbers(fields, key)]
        return {
            form_value(shape.key, fields, name, left, ec2): form_value(shape.value, fields, value, left, ec2)
            for name, value in pairs
        }
    left.discard(key)
    return scalar(shape, fields.get(key))


def numbers(fields, key):
    """The numbers that follow a key, in order."""
    found = (re.match(re.escape(key) + r"\.(\d+)(\.|$)", field) for field in fields)
    return sorted({int(match[1]) for match in found if match})


# REST -----------------------------------------------------------------------------------------------------------------


def rest(call, operation, protocol):
    shape, http = operation.input_shape, operation.http
    params, unknown = {}, []
    members = shape.members if shape is not None else {}
    at = {place: {} for place in ("uri", "header", "querystring", "headers", "body")}
    for name, member in members.items():
        told = member.serialization
        at[told.get("location", "body")][told.get("name", name)] = (name, member)
    template, _, fixed = http["requestUri"].partition("?")
    params.update(uri(call, template, at["uri"], unknown))
    params.update(query(call, fixed, at["querystring"], unknown))
    params.update(headers(call, at["header"], at["headers"], unknown))
    payload = shape.serialization.get("payload") if shape is not None else None
    if payload and members[payload].type_name in ("blob", "string"):
        content = CONTENT if call.body is None else call.body.encode()
        params[payload] = content if members[payload].type_name == "blob" else content.decode()
    elif payload and call.body:
        value, more = body(call, members[payload], protocol)
        params[payload], unknown = value, unknown + more
    elif call.body and protocol == "rest-xml":
        unknown.append("the body")
    elif call.body:
        value = json.loads(call.body)
        unknown += [key for key in value if key not in at["body"]]
        for key, (name, member) in at["body"].items():
            if value.get(key) is not None:
                params[name] = json_value(member, value[key], f"{key}.", unknown)
    return params, unknown


def body(call, shape, protocol):
    unknown = []
    if protocol == "rest-json":
        return json_value(shape, json.loads(call.body), "", unknown), unknown
    return xml_value(shape, ElementTree.fromstring(call.body), "", unknown), unknown


def uri(call, template, places, unknown):
    """The members in a path, by the operation's template: `/{Bucket}/{Key+}`."""
    if call.service == "s3" and not template.startswith("/{Bucket}") and "Bucket" in places:
        template = "/{Bucket}" + template
    parts = re.split(r"\{(\w+\+?)\}", template)
    pattern = re.escape(parts[0])
    for name, text in zip(parts[1::2], parts[2::2]):
        pattern += f"(?P<{name.rstrip('+')}>{'.+' if name.endswith('+') else '[^/]+'}){re.escape(text)}"
    match = re.fullmatch(pattern.rstrip("/") + "/?", call.path)
    if match is None:
        unknown.append(f"the path {call.path}, which is not {template}")
        return {}
    found = {key: urllib.parse.unquote(value) for key, value in match.groupdict().items()}
    return {places[key][0]: scalar(places[key][1], value) for key, value in found.items()}


def query(call, fixed, places, unknown):
    fields = urllib.parse.parse_qs(call.query, keep_blank_values=True)
    for name in urllib.parse.parse_qs(fixed, keep_blank_values=True):
        fields.pop(name, None)
    # SDKs say the operation's name in it.
    fields.pop("x-id", None)
    params = {}
    for key, values in fields.items():
        if key not in places:
            unknown.append(f"the query parameter {key}")
            continue
        name, member = places[key]
        many = member.type_name == "list"
        params[name] = [scalar(member.member, value) for value in values] if many else scalar(member, values[0])
    return params


def headers(call, places, prefixes, unknown):
    params = {}
    lower = {key.lower(): place for key, place in places.items()}
    for key, value in call.headers.items():
        prefix = next((prefix for prefix in prefixes if key.startswith(prefix.lower())), None)
        if key in lower:
            name, member = lower[key]
            params[name] = scalar(member, value)
        elif prefix is not None:
            params.setdefault(prefixes[prefix][0], {})[key[len(prefix) :]] = value
        elif key.startswith("x-amz-") and key not in NO_PARAMETERS and not key.startswith("x-amz-checksum-"):
            unknown.append(f"the header {key}")
    return params


def xml_value(shape, element, path, unknown):
    kind = shape.type_name
    if kind == "structure":
        return xml_structure(shape, element, path, unknown)
    if kind == "list":
        return [xml_value(shape.member, inner, path, unknown) for inner in element]
    return scalar(shape, element.text or "")


def xml_structure(shape, element, path, unknown):
    names = {}
    for name, member in shape.members.items():
        flat = member.type_name == "list" and member.serialization.get("flattened")
        inner = member.member.serialization.get("name") if flat else None
        names[inner or member.serialization.get("name", name)] = (name, member, flat)
    params = {}
    for child in element:
        key = child.tag.rsplit("}", 1)[-1]
        if key not in names:
            unknown.append(f"{path}{key}")
            continue
        name, member, flat = names[key]
        if flat:
            params.setdefault(name, []).append(xml_value(member.member, child, f"{path}{key}.", unknown))
        else:
            params[name] = xml_value(member, child, f"{path}{key}.", unknown)
    for name, member in shape.members.items():
        # An attribute, such as xsi:type.
        if member.serialization.get("xmlAttribute"):
            values = [v for k, v in element.attrib.items() if k.rsplit("}", 1)[-1] == name.lower()]
            params.update({name: value for value in values})
    return params
