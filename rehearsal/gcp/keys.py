"""Customer-managed keys: what a resource is encrypted with stands, stands where it stands, and may be used."""

import re
from collections.abc import Iterator, Mapping

from rehearsal.errors import Problem
from rehearsal.gcp.paths import GcpCase, plain, region_of, texts
from rehearsal.gcp.services import host_of
from rehearsal.inventory import Object
from rehearsal.values import Steps, format_path

KEY = "gcp:kms/cryptoKey:CryptoKey"
_PATH = re.compile(r"(projects/[^/]+/locations/([^/]+)/keyRings/[^/]+/cryptoKeys/[^/]+)(?:/cryptoKeyVersions/\d+)?")
_ROLES = ("roles/cloudkms.cryptoKeyEncrypterDecrypter", "roles/owner")
_GRANTS = {
    "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember": "cryptoKeyId",
    "gcp:kms/cryptoKeyIAMBinding:CryptoKeyIAMBinding": "cryptoKeyId",
    "gcp:kms/keyRingIAMMember:KeyRingIAMMember": "keyRingId",
    "gcp:kms/keyRingIAMBinding:KeyRingIAMBinding": "keyRingId",
    "gcp:projects/iAMMember:IAMMember": "project",
    "gcp:projects/iAMBinding:IAMBinding": "project",
}
#: Multi-regions whose data takes a key of a location that is called otherwise.
_SAME_PLACE = {"eu": "europe", "eur3": "europe", "eur4": "europe"}


def keys_used(case: GcpCase) -> Iterator[tuple[Steps, str, str]]:
    """Yield (place, path, location) of every key a resource is to be encrypted with."""
    if case.type.startswith("gcp:kms/"):
        return
    for at, text in texts(case.properties):
        if found := _PATH.fullmatch(plain(text)):
            yield at, found.group(1), found.group(2)


def keys_can_be_used(case: GcpCase) -> Iterator[Problem]:
    """A key stands in the same location, has a version, and is granted to the service that uses it."""
    for at, path, location in keys_used(case):
        where, key, place = format_path(at), case.find(KEY, path), case.place
        if key is None:
            yield Problem(where, f"Error 404: CryptoKey {path} not found., notFound")
        elif key.outputs.get("primaries") == []:
            words = f"{path}/cryptoKeyVersions/1 is not enabled, current state is: DESTROY_SCHEDULED."
            yield Problem(where, f"Error 400: {words}, failedPrecondition")
        elif place and location != _SAME_PLACE.get(region_of(place), region_of(place)):
            words = (
                f"Error 400: The location of the Cloud KMS key {path} ({location}) does not match the location of the "
                f"resource ({region_of(place)})., badRequest"
            )
            yield Problem(where, words)
        elif agent := _agent_without_rights(case, at, path):
            words = (
                f"Error 403: Permission 'cloudkms.cryptoKeyVersions.useToEncrypt' denied on resource '{path}' (or it "
                f"may not exist)., forbidden [grant {agent} cloudkms.cryptoKeyEncrypterDecrypter on the key first]"
            )
            yield Problem(where, words)


def _agent_without_rights(case: GcpCase, at: Steps, path: str) -> str | None:
    agents: Mapping[str, Mapping[str, str]] = case.fact("agents.agents")
    special: Mapping[str, str] = case.fact("agents.by_property")
    host = special.get(str(at[-1])) or host_of(case)
    if host not in agents:
        return None
    account = agents[host]["account"]
    member = re.compile("serviceAccount:" + re.escape(account).replace(r"\{number\}", r"\d+"))
    return None if any(member.fullmatch(it) for it in holders(case, path)) else account.replace("{number}", "NUMBER")


def holders(case: GcpCase, key: str) -> Iterator[str]:
    """Yield every member that may encrypt and decrypt with a key: by a right on it, its ring or its project."""
    scopes = {key, key.rpartition("/cryptoKeys/")[0], key.split("/")[1]}
    for type_, property_ in _GRANTS.items():
        for grant in case.standing(type_):
            if grant.outputs.get("role") in _ROLES and plain(str(grant.outputs.get(property_))) in scopes:
                yield from _members(grant)


def _members(grant: Object) -> list[str]:
    return [str(grant.outputs["member"])] if "member" in grant.outputs else grant.outputs.get("members", [])
