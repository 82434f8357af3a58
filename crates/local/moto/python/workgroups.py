"""Athena workgroups: updates, which moto does not have, and AWS's errors for names that are taken or unknown."""

import json

from moto.athena.models import AthenaBackend
from moto.athena.responses import AthenaResponse
from moto.core.exceptions import JsonRESTError


class InvalidRequest(JsonRESTError):
    code = 400

    def __init__(self, message):
        super().__init__("InvalidRequestException", message)


def patch():
    AthenaResponse.update_work_group = update_work_group
    AthenaResponse.create_work_group = create_work_group
    AthenaBackend.get_work_group = existing(AthenaBackend.get_work_group)
    AthenaBackend.delete_work_group = existing(AthenaBackend.delete_work_group)


def existing(method):
    def checked(self, name):
        if name not in self.work_groups:
            raise InvalidRequest(f"WorkGroup {name} is not found.")
        return method(self, name)

    return checked


def create_work_group(self):
    name = self._get_param("Name")
    made = self.athena_backend.create_work_group(
        name, self._get_param("Configuration") or {}, self._get_param("Description") or "", self._get_param("Tags") or []
    )
    if not made:
        raise InvalidRequest("WorkGroup is already created")
    return "{}"


def update_work_group(self):
    name = self._get_param("WorkGroup")
    self.athena_backend.get_work_group(name)
    group = self.athena_backend.work_groups[name]
    if self._get_param("Description") is not None:
        group.description = self._get_param("Description")
    if self._get_param("State") is not None:
        group.state = self._get_param("State")
    changes = self._get_param("ConfigurationUpdates") or {}
    results = changes.pop("ResultConfigurationUpdates", None)
    if results is not None:
        apply(group.configuration.setdefault("ResultConfiguration", {}), results)
    apply(group.configuration, changes)
    return json.dumps({})


def apply(configuration, changes):
    """AWS writes the removal of a field as `Remove<Field>: true`."""
    for key, value in changes.items():
        if key.startswith("Remove"):
            if value:
                configuration.pop(key.removeprefix("Remove"), None)
        else:
            configuration[key] = value
