"""What exists of IAM."""

from look import client, every, listed


def roles():
    words = {"Filter": ["Role", "LocalManagedPolicy"]}
    answers = list(client("iam").get_paginator("get_account_authorization_details").paginate(**words))
    plain_roles = {role["RoleName"]: role for role in every("iam", "list_roles", "Roles")}
    found = []
    for answer in answers:
        for role in answer.get("RoleDetailList", []):
            # Neither answer has it all.
            found.append(("role", role["RoleName"], {**plain_roles.get(role["RoleName"], {}), **role}))
        found += [("policy", policy["Arn"], policy) for policy in answer.get("Policies", [])]
    return found


LOOKS = (
    roles,
    listed("instance-profile", "iam", "list_instance_profiles", "InstanceProfiles", "InstanceProfileName"),
)
KINDS = "role policy instance-profile".split()
