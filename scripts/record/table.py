"""Whether rights.py fits AWS's reference: what it gives exists, works where it is asked for, and opens nothing else."""

import re

import reference
import rights
from policies import STATEMENTS


def keys_of(statement):
    """The condition keys of a statement, without tag names."""
    operators = (statement.condition or {}).values()
    return {re.sub(r"Tag/.*", "Tag", key) for operator in operators for key in operator}


def grants(statement, action, kind):
    """Whether the statement gives the right on this kind: the resource fits, and its conditions are known there."""
    form = reference.arn(action.split(":")[0], kind)
    fits = any(reference.fits(one, form) for one in statement.resources)
    return fits and keys_of(statement) <= reference.keys(action, kind)


def breaches():
    """All that does not fit."""
    for statement in STATEMENTS:
        for action in statement.actions():
            if reference.right(action) is None:
                yield f"{statement.sid}: AWS knows no right {action}"
                continue
            yield from of_pair(statement, action)
    for action in sorted({action for statement in STATEMENTS for action in statement.actions()}):
        yield from of_right(action)


def of_pair(statement, action):
    service = action.split(":")[0]
    kinds = reference.types(action)
    if statement.resources == ["*"]:
        if kinds:
            yield f"{statement.sid}: {action} is on *, and AWS knows resources for it"
        if not keys_of(statement) <= reference.keys(action, None):
            yield f"{statement.sid}: AWS does not know its condition for {action}"
        return
    fitting = [kind for kind in kinds for one in statement.resources if reference.fits(one, reference.arn(service, kind))]
    if not fitting:
        yield f"{statement.sid}: none of its resources is one that {action} is asked for"
    if statement.needs_tags:
        # Tags in a call must open only what the call makes.
        for kind in fitting:
            if "aws:RequestTag" not in reference.keys(action, kind):
                yield f"{statement.sid}: the tags of {action} say nothing about its {kind}"


def of_right(action):
    """The right is given on each kind that AWS always asks for, and with what AWS asks for as well."""
    having = [statement for statement in STATEMENTS if action in statement.actions()]
    if [statement for statement in having if statement.resources == ["*"]]:
        return
    given = {kind for kind in reference.types(action) for statement in having if grants(statement, action, kind)}
    required = {kind for kind, always in reference.types(action).items() if always}
    missing = required - given
    if missing and not (action in rights.ANY_KIND and given) or not given:
        yield f"{action} is not given on {', '.join(sorted(missing)) or 'anything'}"
    everything = {name for statement in STATEMENTS for name in statement.actions()}
    for more in reference.dependent(action):
        knows_none = not reference.types(more)
        if action not in rights.NEEDS_NO_MORE and more not in everything and not knows_none:
            yield f"{action} also asks for {more}"
