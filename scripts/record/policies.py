"""The policy of each program: those statements of rights.py that its recorded calls need."""

import collections
import functools
import json
import re
import sys

import calls
import models
import needs
import reference
import rights

sys.path.insert(0, str(calls.ROOT / "scripts"))
from layers import layers  # noqa: E402

LAYERS = layers()
PROGRAMS = [*LAYERS, "datagen"]
# teardown makes no calls of its own: it runs the layers' `down` and `status`.
TEARDOWN = {"down", "status"}
FOLDER = calls.ROOT / "policies/deployer"


class Statement:
    """One line of the table."""

    def __init__(self, sid, words, resources, condition):
        self.sid, self.resources, self.condition = sid, resources, condition
        self.rights = words.split()
        self.needs_tags = condition == rights.NEW

    def actions(self):
        return [plain(right) for right in self.rights]


STATEMENTS = [Statement(*line) for line in rights.STATEMENTS]


def plain(right):
    """The right without its purpose: what a policy contains."""
    return ":".join(right.split(":")[:2])


@functools.cache
def pattern(resource):
    """A resource of a statement as an expression, with the values that its placeholders may have."""
    parts = re.split(r"(\$\{\w+\}|\*)", resource)
    stand_in = lambda part: rights.PLACEHOLDERS.get(part[2:-1], "[^/:]+")  # noqa: E731
    return re.compile("".join(
        ".*" if part == "*" else stand_in(part) if part.startswith("${") else re.escape(part) for part in parts
    ), re.DOTALL)  # fmt: skip


def gives(statement, arn):
    return any(pattern(one).fullmatch(arn) for one in statement.resources)


def particular(statements, known):
    """Without those that another one includes, on what a call names; where it names nothing, without that one."""
    instead = {rights.INSTEAD[one.sid]: one for one in statements if one.sid in rights.INSTEAD}
    for one in [one for one in statements if one.sid in instead]:
        covers = bool(known) and all(gives(one, arn) for arn in known)
        statements = [other for other in statements if other is not (instead[one.sid] if covers else one)]
    return statements


class Policy:
    """What one program needs: rights and resources of statements, and rights on no resource."""

    def __init__(self):
        self.taken = collections.defaultdict(lambda: (set(), set()))
        self.everywhere = set()
        self.gaps = set()

    def add(self, call):
        """Take over what a call needs."""
        params = needs.parameters(call)
        for right in needs.own(call, params):
            self.need(call, right, needs.resources(call, right, params), params)
        for right in needs.others(call, params):
            self.need(call, right, {}, params)

    def need(self, call, right, named, params):
        if reference.right(plain(right)) is None:
            self.gaps.add(f"{call.name}: AWS knows no right {right}")
            return
        with_it = [statement for statement in STATEMENTS if right in statement.rights]
        if not with_it and not reference.types(plain(right)):
            self.everywhere.add(right)
            return
        known = [arn for arns in named.values() for arn in arns]
        with_it = particular(with_it, known)
        for statement in with_it:
            wanted = self.wanted(statement, right, named)
            if wanted:
                actions, resources = self.taken[statement.sid]
                actions.add(plain(right))
                resources |= wanted
        for arn in known:
            if not any(gives(statement, arn) for statement in with_it):
                self.gaps.add(f"{call.name}: no statement of rights.py gives {right} on {arn}")
        if not with_it:
            self.gaps.add(f"{call.name}: no statement of rights.py has {right}")
        if with_it and all(statement.needs_tags for statement in with_it):
            missing = {"strata:pipeline", "strata:env"} - set(needs.tags(params))
            if missing:
                self.gaps.add(f"{call.name}: it gives no tag {' and no tag '.join(sorted(missing))}, and {right} asks for it")

    @staticmethod
    def wanted(statement, right, named):
        """Those of the statement's resources that the call is about."""
        if statement.resources == ["*"]:
            return {"*"}
        found = set()
        for kind in reference.types(plain(right)):
            form = reference.arn(right.split(":")[0], kind)
            for one in statement.resources:
                matches = any(pattern(one).fullmatch(arn) for arn in named[kind]) if kind in named else True
                if reference.fits(one, form) and matches:
                    found.add(one)
        return found

    def document(self):
        """The policy as JSON."""
        statements = []
        for statement in STATEMENTS:
            if statement.sid in self.taken:
                actions, resources = self.taken[statement.sid]
                resources = [one for one in statement.resources if one in resources]
                condition = {"Condition": narrowed(statement.condition, actions, self)} if statement.condition else {}
                statements.append(one_statement(statement.sid, actions, resources, condition))
        if self.everywhere:
            statements.append(one_statement("KnowsNoResources", self.everywhere, ["*"], {}))
        return {"Version": "2012-10-17", "Statement": statements}


def narrowed(condition, actions, policy):
    """CreateTags only for what the program itself makes."""
    made = condition["StringEquals"].get("ec2:CreateAction")
    if made is None:
        return condition
    every = {action.split(":")[1] for taken, _ in policy.taken.values() for action in taken}
    return {"StringEquals": {"ec2:CreateAction": [name for name in made if name in every]}}


def one_statement(sid, actions, resources, condition):
    return {"Sid": sid, "Effect": "Allow", "Action": sorted(actions), "Resource": resources} | condition


def text(document):
    """JSON as it is checked in: one line for each right and resource."""
    return json.dumps(document, indent=2) + "\n"


def made(record):
    """The policies that the record asks for, by program, and what nothing gives."""
    found = {program: Policy() for program in [*PROGRAMS, "teardown"]}
    strangers = set()
    for call in calls.ours(record):
        if call.operation == "GetCallerIdentity":
            continue  # AWS asks for no right.
        if call.program not in PROGRAMS:
            strangers.add(f"there is no program {call.program}")
        elif models.operation(call):
            found[call.program].add(call)
            if call.program in LAYERS and call.verb in TEARDOWN:
                found["teardown"].add(call)
    gaps = {f"{program}: {gap}" for program, policy in found.items() for gap in policy.gaps}
    documents = {program: policy.document() for program, policy in found.items()}
    documents["teardown"]["Statement"] = together(documents["teardown"]["Statement"])
    return documents, sorted(gaps | strangers)


def together(statements):
    """All layers in one document come near to AWS's limit for a managed policy: names of statements are left out, and
    what is held to our tags is in one. A right works on the resources of its own kind only, so that gives nothing
    more."""
    found = []
    for statement in statements:
        actions, resources = statement["Action"], statement["Resource"]
        condition = statement.get("Condition")
        same = next((one for one in found if condition == rights.OURS and one.get("Condition") == condition), None)
        if same:
            same["Action"] = sorted({*same["Action"], *actions})
            same["Resource"] += [one for one in resources if one not in same["Resource"]]
        else:
            found.append({key: value for key, value in statement.items() if key != "Sid"})
    # The main bucket's objects with those of the others: both are emptied alike.
    main, others = ([statement for statement in found if statement["Resource"] == some] for some in (rights.s3("${bucket}/*"), rights.s3("${bucket}/*", "${other_bucket}/*")))
    if main and others and "Condition" not in main[0] and "Condition" not in others[0]:
        others[0]["Action"] = sorted({*others[0]["Action"], *main[0]["Action"]})
        found.remove(main[0])
    for statement in found:
        if statement.get("Condition") == rights.OURS:
            statement["Resource"] = shorter(statement["Resource"])
    return found


def shorter(resources):
    """Several kinds of one service as one: the tags hold each right to ours, and a right works on its own kinds only."""
    services = [":".join(one.split(":")[:5]) for one in resources]
    every = (f"{service}:*" if services.count(service) > 1 else one for service, one in zip(services, resources))
    return list(dict.fromkeys(every))
