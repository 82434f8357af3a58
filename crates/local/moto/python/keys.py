"""KMS: key states, deletion and rotation, with AWS's errors."""

import hashlib
import json
from datetime import timedelta

from moto.core.exceptions import JsonRESTError
from moto.core.utils import unix_time, utcnow
from moto.kms import models
from moto.kms.models import Key, KmsBackend
from moto.kms.responses import KmsResponse

import key_names

# Operations that fail in a key state (KMS developer guide, "Key states of AWS KMS keys").
REFUSED_PENDING = (
    "create_alias update_alias create_grant disable_key enable_key disable_key_rotation enable_key_rotation encrypt "
    "generate_data_key generate_data_key_without_plaintext generate_mac get_public_key replicate_key "
    "rotate_key_on_demand schedule_key_deletion sign tag_resource untag_resource update_key_description verify verify_mac"
).split()
REFUSED_DISABLED = (
    "create_grant disable_key_rotation enable_key_rotation encrypt generate_data_key "
    "generate_data_key_without_plaintext generate_mac get_public_key rotate_key_on_demand sign verify verify_mac"
).split()
# The key usage that an operation requires.
USES = {
    "encrypt": "ENCRYPT_DECRYPT",
    "generate_data_key": "ENCRYPT_DECRYPT",
    "generate_data_key_without_plaintext": "ENCRYPT_DECRYPT",
    "generate_mac": "GENERATE_VERIFY_MAC",
    "sign": "SIGN_VERIFY",
    "verify": "SIGN_VERIFY",
    "verify_mac": "GENERATE_VERIFY_MAC",
}
MACS = {"HMAC_224": "HMAC_SHA_224", "HMAC_256": "HMAC_SHA_256", "HMAC_384": "HMAC_SHA_384", "HMAC_512": "HMAC_SHA_512"}
SHORTEST_WINDOW, LONGEST_WINDOW = 7, 30
SHORTEST_ROTATION, LONGEST_ROTATION, ROTATION = 90, 2560, 365


def error(code, message):
    return JsonRESTError(code, message)


def patch():
    KmsResponse.cancel_key_deletion = cancel_key_deletion
    KmsResponse.schedule_key_deletion = schedule_key_deletion
    KmsResponse.enable_key_rotation = enable_key_rotation
    KmsResponse.disable_key_rotation = disable_key_rotation
    KmsResponse.get_key_rotation_status = get_key_rotation_status
    KmsResponse.rotate_key_on_demand = rotating(KmsResponse.rotate_key_on_demand)
    KmsResponse.create_key = only_what_is_made_here(KmsResponse.create_key)
    for action in dict.fromkeys([*REFUSED_PENDING, *REFUSED_DISABLED, *USES]):
        setattr(KmsResponse, action, in_a_state_for_it(action, getattr(KmsResponse, action)))
    KmsBackend.decrypt = with_a_usable_key(KmsBackend.decrypt)
    KmsBackend.encrypt = under_a_usable_key(KmsBackend.encrypt)
    Key.to_dict = as_aws_tells_it(Key.to_dict)
    # moto generates an unused RSA key for each symmetric key, which takes 0.1 s.
    make = models.generate_private_key
    models.generate_private_key = lambda spec: None if spec.startswith(("SYMM", "HMAC")) else make(spec)


def check_state(key, refuses_pending, refuses_disabled):
    """Raises AWS's error for a key in the wrong state."""
    if refuses_pending and key.key_state == "PendingDeletion":
        raise error("KMSInvalidStateException", f"{key.arn} is pending deletion.")
    if refuses_disabled and key.key_state == "Disabled":
        raise error("DisabledException", f"{key.arn} is disabled.")


def in_a_state_for_it(action, handle):
    def handled(self):
        key = key_names.key_of(self)
        check_state(key, action in REFUSED_PENDING, action in REFUSED_DISABLED)
        if key.key_usage != USES.get(action, key.key_usage):
            name = self._get_action()
            raise error("InvalidKeyUsageException", f"{key.arn} key usage is {key.key_usage} which is not valid for {name}.")
        return handle(self)

    return handled


def with_a_usable_key(decrypt):
    """The ciphertext contains the id of its key."""

    def decrypted(self, ciphertext_blob, encryption_context, key_id=None):
        named = self.keys.get(ciphertext_blob[:36].decode("latin-1"))
        if named is not None:
            if key_id is not None and self.any_id_to_key_id(key_id) != named.id:
                why = "The key ID in the request does not identify a CMK that can perform this operation."
                raise error("IncorrectKeyException", why)
            check_state(named, True, True)
        return decrypt(self, ciphertext_blob, encryption_context, key_id)

    return decrypted


def under_a_usable_key(encrypt):
    def encrypted(self, key_id, plaintext, encryption_context):
        check_state(self.keys[self.any_id_to_key_id(key_id)], True, True)
        return encrypt(self, key_id, plaintext, encryption_context)

    return encrypted


def schedule_key_deletion(self):
    key = key_names.key_of(self)
    days = self._get_param("PendingWindowInDays", LONGEST_WINDOW)
    if not SHORTEST_WINDOW <= days <= LONGEST_WINDOW:
        raise error("ValidationException", "PendingWindowInDays must be between 7 and 30")
    key.enabled, key.key_state = False, "PendingDeletion"
    key.deletion_date = utcnow() + timedelta(days=days)
    told = {"KeyId": key.arn, "DeletionDate": unix_time(key.deletion_date)}
    return json.dumps({**told, "KeyState": key.key_state, "PendingWindowInDays": days})


def cancel_key_deletion(self):
    key = key_names.key_of(self)
    if key.key_state != "PendingDeletion":
        raise error("KMSInvalidStateException", f"{key.arn} is not pending deletion.")
    key.enabled, key.key_state, key.deletion_date = False, "Disabled", None
    return json.dumps({"KeyId": key.arn})


def expire(backend):
    """Deletes keys at the end of their waiting period, with their aliases."""
    now = utcnow()
    for key in [key for key in backend.keys.values() if key.deletion_date is not None and key.deletion_date <= now]:
        backend.delete_key(key.id)


def only_rotatable(key):
    if key.key_spec != "SYMMETRIC_DEFAULT":
        raise error("UnsupportedOperationException", "")


def enable_key_rotation(self):
    key = key_names.key_of(self)
    only_rotatable(key)
    days = self._get_param("RotationPeriodInDays")
    if days is not None and not SHORTEST_ROTATION <= days <= LONGEST_ROTATION:
        side = "greater than or equal to 90" if days < SHORTEST_ROTATION else "less than or equal to 2560"
        why = f"1 validation error detected: Value '{days}' at 'rotationPeriodInDays' failed to satisfy constraint: "
        raise error("ValidationException", f"{why}Member must have value {side}")
    key.key_rotation_status = True
    # Without a period AWS keeps the previous one.
    key.rotation_period = days or getattr(key, "rotation_period", ROTATION)
    key.rotated_from = unix_time()
    return json.dumps(None)


def disable_key_rotation(self):
    key = key_names.key_of(self)
    only_rotatable(key)
    key.key_rotation_status = False
    return json.dumps(None)


def get_key_rotation_status(self):
    key = key_names.key_of(self)
    only_rotatable(key)
    # Rotation is suspended while deletion is pending; CancelKeyDeletion restores it.
    on = key.key_rotation_status and key.key_state != "PendingDeletion"
    told = {"KeyId": key.arn, "KeyRotationEnabled": on}
    if on:
        period = getattr(key, "rotation_period", ROTATION)
        begun = getattr(key, "rotated_from", key.creation_date)
        told |= {"RotationPeriodInDays": period, "NextRotationDate": begun + period * 86_400}
    return json.dumps(told)


def rotating(rotate):
    def rotated(self):
        key = key_names.key_of(self)
        only_rotatable(key)
        if len(key.rotations) >= 25:
            why = "The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be "
            raise error("LimitExceededException", f"{why}performed for this key: {key.arn}")
        rotate(self)
        return json.dumps({"KeyId": key.arn})

    return rotated


def only_what_is_made_here(create):
    def created(self):
        origin = self._get_param("Origin") or "AWS_KMS"
        if origin != "AWS_KMS" or self._get_param("CustomKeyStoreId") or self._get_param("XksKeyId"):
            why = f"The local endpoint creates keys with the origin AWS_KMS only, not {origin}: it imports no key material."
            raise error("UnsupportedOperationException", why)
        spec = self._get_param("KeySpec") or self._get_param("CustomerMasterKeySpec") or "SYMMETRIC_DEFAULT"
        usage = self._get_param("KeyUsage")
        if usage is None and spec != "SYMMETRIC_DEFAULT":
            why = "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys."
            raise error("ValidationException", why)
        wanted = {"SYMMETRIC_DEFAULT": "ENCRYPT_DECRYPT"} | {mac: "GENERATE_VERIFY_MAC" for mac in MACS}
        if usage is not None and usage != wanted.get(spec, usage):
            raise error("ValidationException", f"KeyUsage {usage} is not compatible with KeySpec {spec}")
        told = json.loads(self.body)
        told |= {"KeyUsage": usage or "ENCRYPT_DECRYPT", "MultiRegion": bool(told.get("MultiRegion"))}
        self.body = json.dumps(told)
        return create(self)

    return created


def as_aws_tells_it(to_dict):
    """Omits members that do not apply to the key, and adds those that moto lacks."""

    def told(self):
        about = to_dict(self)["KeyMetadata"]
        about["Enabled"] = self.key_state == "Enabled"
        if self.key_usage != "ENCRYPT_DECRYPT":
            about["EncryptionAlgorithms"] = None
        if self.key_spec in MACS:
            about |= {"MacAlgorithms": [MACS[self.key_spec]], "SigningAlgorithms": None}
        if self.key_spec == "SYMMETRIC_DEFAULT":
            about["CurrentKeyMaterialId"] = material_id(self)
        return {"KeyMetadata": {name: value for name, value in about.items() if value is not None}}

    return told


def material_id(key):
    return hashlib.sha256(key.key_material + str(len(key.rotations)).encode()).hexdigest()
