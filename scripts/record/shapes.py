"""Whether parameters are what AWS's model of an operation says: types, required, enums, patterns, lengths, ranges."""

import functools

import regex
from botocore.validate import ParamValidator


def violations(operation, params):
    """What AWS would refuse, one line each."""
    shape = operation.input_shape
    if shape is None:
        return []
    found = ParamValidator().validate(params, shape).generate_report()
    return found.splitlines() + list(walk(shape, params, operation.name))


def walk(shape, value, path):
    """What botocore itself does not look at: enums, patterns, and the upper ends of ranges."""
    kind, rules = shape.type_name, shape.metadata
    if kind == "structure" and isinstance(value, dict):
        for name, inner in value.items():
            if name in shape.members:
                yield from walk(shape.members[name], inner, f"{path}.{name}")
    elif kind == "list" and isinstance(value, list):
        yield from limits(len(value), rules, path, "items")
        for n, inner in enumerate(value):
            yield from walk(shape.member, inner, f"{path}[{n}]")
    elif kind == "map" and isinstance(value, dict):
        yield from limits(len(value), rules, path, "entries")
        for key, inner in value.items():
            yield from walk(shape.key, key, f"{path} (key)")
            yield from walk(shape.value, inner, f"{path}.{key}")
    elif kind == "string" and isinstance(value, str):
        yield from limits(len(value), rules, path, "characters")
        if value not in (rules.get("enum") or [value]):
            yield f"{path} is {value!r}; AWS knows {', '.join(rules['enum'])}"
        if "pattern" in rules and not compiled(rules["pattern"]).fullmatch(value):
            yield f"{path} is {value!r}, which does not match {rules['pattern']}"
    elif kind in ("integer", "long", "float", "double") and isinstance(value, (int, float)):
        yield from limits(value, rules, path, "")


def limits(size, rules, path, unit):
    low, high = rules.get("min"), rules.get("max")
    if low is not None and size < low or high is not None and size > high:
        yield f"{path} is {size} {unit}; AWS takes {low if low is not None else ''} to {high if high is not None else ''}"


@functools.cache
def compiled(pattern):
    """AWS writes patterns as Java does: characters above U+FFFF as pairs."""
    pattern = pattern.replace(r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF")
    return regex.compile(pattern.replace(r"\uD800-\uDBFF", "").replace(r"\uDC00-\uDFFF", ""), regex.V0)
