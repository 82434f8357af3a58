"""KMS: paginated lists, dates of aliases, and AWS's errors for invalid tags and aliases."""

import json
import re

from moto.core.exceptions import JsonRESTError
from moto.core.utils import unix_time
from moto.kms.exceptions import NotAuthorizedException
from moto.kms.models import KmsBackend
from moto.kms.responses import KmsResponse
from moto.kms.utils import RESERVED_ALIASES

import key_names

# Page sizes: default, maximum.
KEYS, ALIASES, TAGS = (100, 1000), (50, 100), (50, 50)
MOST_TAGS = 50
ALIAS = re.compile(r"alias/[a-zA-Z0-9/_-]+")


def error(code, message):
    return JsonRESTError(code, message)


def patch():
    KmsResponse.list_keys = list_keys
    KmsResponse.list_aliases = list_aliases
    KmsResponse.list_resource_tags = list_resource_tags
    KmsResponse.create_key = with_good_tags(KmsResponse.create_key)
    KmsResponse.tag_resource = with_good_tags(KmsResponse.tag_resource)
    for action in ("create_alias", "update_alias", "delete_alias"):
        setattr(KmsResponse, action, with_a_good_name(action, getattr(KmsResponse, action)))
    KmsBackend.create_alias = dated(KmsBackend.create_alias)
    KmsBackend.update_alias = dated(KmsBackend.update_alias)


def page(response, name, items, size):
    """A page of a list; the marker is the index of the next item."""
    limit = min(response._get_param("Limit", size[0]), size[1])
    marker = response._get_param("Marker") or "0"
    if not re.fullmatch(r"\d{1,9}", marker):
        raise error("InvalidMarkerException", "The marker that specifies where pagination should next begin is not valid.")
    end = int(marker) + limit
    told = {name: items[int(marker) : end], "Truncated": end < len(items)}
    return json.dumps(told | ({"NextMarker": str(end)} if told["Truncated"] else {}))


def list_keys(self):
    keys = self.kms_backend.list_keys()
    return page(self, "Keys", [{"KeyArn": key.arn, "KeyId": key.id} for key in keys], KEYS)


def list_aliases(self):
    backend = self.kms_backend
    wanted = self._get_param("KeyId")
    wanted = wanted and key_names.found(self, wanted, by_alias=False).id
    told = [told_of(alias) for alias in backend.list_aliases(key_id=wanted)]
    # AWS lists the aliases of its own services before their keys exist.
    there = {alias["AliasName"] for alias in told}
    bare = [name for name in RESERVED_ALIASES if name not in there and not wanted]
    told += [{"AliasName": name, "AliasArn": key_names.arn(self, name)} for name in bare]
    return page(self, "Aliases", sorted(told, key=lambda alias: alias["AliasName"]), ALIASES)


def told_of(alias):
    dates = {"CreationDate": alias.created, "LastUpdatedDate": alias.updated}
    return {"AliasArn": alias.alias_arn, "AliasName": alias.alias_name, "TargetKeyId": alias.target_key_id} | dates


def dated(change):
    def changed(self, target_key_id, alias_name):
        alias = change(self, target_key_id, alias_name)
        alias.updated = unix_time()
        alias.created = getattr(alias, "created", alias.updated)
        return alias

    return changed


def list_resource_tags(self):
    key = key_names.key_of(self)
    return page(self, "Tags", self.kms_backend.list_resource_tags(key.id)["Tags"], TAGS)


def with_good_tags(handle):
    def handled(self):
        tags = self._get_param("Tags") or []
        names = [tag["TagKey"] for tag in tags]
        if len(set(names)) < len(names):
            raise error("TagException", "Duplicate tag keys")
        if any(name.lower().startswith("aws:") for name in names):
            raise error("TagException", "Tags beginning with aws: are reserved")
        for place, tag in enumerate(tags, 1):
            for member, longest in (("tagKey", 128), ("tagValue", 256)):
                value = tag.get(member[0].upper() + member[1:], "")
                if len(value) > longest:
                    why = f"1 validation error detected: Value '{value}' at 'tags.{place}.member.{member}' failed to satisfy "
                    raise error("ValidationException", f"{why}constraint: Member must have length less than or equal to {longest}")
        key = self._get_param("KeyId")
        there = {tag["TagKey"] for tag in self.kms_backend.list_resource_tags(key)["Tags"]} if key else set()
        if len(there | set(names)) > MOST_TAGS:
            raise error("TagException", "Too many tags")
        return handle(self)

    return handled


def with_a_good_name(action, handle):
    def handled(self):
        name = self._get_param("AliasName")
        if not name.startswith("alias/"):
            why = 'Alias must start with the prefix "alias/". Please see '
            raise error("ValidationException", f"{why}https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html")
        if name.startswith("alias/aws/"):
            raise NotAuthorizedException()
        if action == "create_alias" and not ALIAS.fullmatch(name):
            raise error("InvalidAliasNameException", "Alias names may hold letters, digits, and the characters / _ - only.")
        if action != "create_alias" and not self.kms_backend.alias_exists(name):
            raise error("NotFoundException", f"Alias {key_names.arn(self, name)} is not found.")
        return handle(self)

    return handled
