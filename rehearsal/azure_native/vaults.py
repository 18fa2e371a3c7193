"""What Key Vault refuses beyond a property's form."""

from collections.abc import Iterator

from rehearsal.azure_native import arm, durations
from rehearsal.case import Case
from rehearsal.errors import Problem
from rehearsal.values import get

_ENDPOINT = "Microsoft.KeyVault"
_HARDWARE = "-HSM"
_SHORTEST_LIFE, _LAST_NOTICE = "P28D", "P7D"  # of a key that is rotated


# --- vaults ----------------------------------------------------------------------------------------------------------


def protection_is_only_turned_on(case: Case) -> Iterator[Problem]:
    """Soft deletion is always on, and nobody may say that a vault can be purged."""
    if get(case.properties, "properties.enableSoftDelete") is False:
        words = 'The property "enableSoftDelete" can be set to false only for creating new vaults. Soft delete is'
        yield Problem("properties.enableSoftDelete", f"BadRequest: {words} enabled for all vaults.")
    if get(case.properties, "properties.enablePurgeProtection") is False:
        words = 'The property "enablePurgeProtection" cannot be set to false. Enabling the purge protection for a vault'
        yield Problem("properties.enablePurgeProtection", f"BadRequest: {words} is an irreversible action.")


def access_is_ruled_one_way(case: Case) -> Iterator[Problem]:
    """Roles or access policies: with roles, policies are without effect; without roles, there must be policies."""
    by_roles, policies = (
        case.get("properties.enableRbacAuthorization"),
        get(case.properties, "properties.accessPolicies"),
    )
    if by_roles is True and policies:
        words = "accessPolicies have no effect with enableRbacAuthorization: give roles instead"
        yield Problem("properties.accessPolicies", f"BadRequest: {words} [Azure takes and ignores them]")
    if by_roles is False and policies is None and case.get("properties.createMode") != "recover":
        words = "The parameter accessPolicies is not specified: it is required unless enableRbacAuthorization is true"
        yield Problem("properties.accessPolicies", f"BadRequest: {words}")


def protection_stays(case: Case) -> Iterator[Problem]:
    """Purge protection and the days a deleted vault is kept cannot be taken back."""
    if case.before("properties.enablePurgeProtection") and not case.get("properties.enablePurgeProtection"):
        words = 'The property "enablePurgeProtection" cannot be set to false. Enabling the purge protection for a vault'
        yield Problem("properties.enablePurgeProtection", f"BadRequest: {words} is an irreversible action.")
    name = "softDeleteRetentionInDays"
    if case.before(f"properties.{name}") != case.get(f"properties.{name}"):
        words = f'The property "{name}" has been set already and it can\'t be modified.'
        yield Problem(f"properties.{name}", f"BadRequest: {words}")


def subnets_have_endpoints(case: Case) -> Iterator[Problem]:
    """A subnet is let in by its service endpoint."""
    for index, rule in enumerate(case.get("properties.networkAcls.virtualNetworkRules") or ()):
        subnet = arm.find(case, rule.get("id"))
        services = [it.get("service") for it in subnet.outputs.get("serviceEndpoints") or ()] if subnet else []
        if subnet and _ENDPOINT not in services and not rule.get("ignoreMissingVnetServiceEndpoint"):
            words = f"Subnet '{subnet.name}' does not have the service endpoint {_ENDPOINT}"
            place = f"properties.networkAcls.virtualNetworkRules[{index}]"
            yield Problem(place, f"VirtualNetworkNotValid: {words}")


# --- what is kept in them --------------------------------------------------------------------------------------------


def validity_is_forward(case: Case) -> Iterator[Problem]:
    """A secret or a key does not expire before it becomes valid."""
    start, end = case.get("properties.attributes.notBefore"), case.get("properties.attributes.expires")
    if start is not None and end is not None and end <= start:
        words = f"The expiry {end:.0f} must come after notBefore {start:.0f}"
        yield Problem("properties.attributes.expires", f"BadParameter: {words}")


def contents_are_deleted_inside(case: Case) -> Iterator[Problem]:
    """Secrets and keys are made through the resource manager, but deleted in the vault itself, over its network."""
    vault = arm.parent(case)
    if vault and get(vault.outputs, "properties.publicNetworkAccess") == "Disabled":
        words = f"Public network access of vault '{vault.name}' is disabled and request is not from a trusted service"
        yield Problem("", f"ForbiddenByConnection: {words} nor via an approved private link.")


def key_is_of_its_type(case: Case) -> Iterator[Problem]:
    """RSA keys have a size, elliptic ones a curve."""
    kind = str(case.get("properties.kty"))
    wrong = "curveName" if kind.startswith("RSA") else "keySize"
    if case.get(f"properties.{wrong}") is not None:
        yield Problem(
            f"properties.{wrong}", f"BadParameter: Property '{wrong}' is not supported for keys of type {kind}"
        )


def rotation_is_in_time(case: Case) -> Iterator[Problem]:
    """A rotated key lives four weeks or more, and each action has one moment."""
    policy = "properties.rotationPolicy"
    life = case.get(f"{policy}.attributes.expiryTime")
    yield from durations.within(case, f"{policy}.attributes.expiryTime", "BadParameter", _SHORTEST_LIFE)
    for index in range(len(case.get(f"{policy}.lifetimeActions") or ())):
        trigger = f"{policy}.lifetimeActions[{index}].trigger"
        moments = [
            name for name in ("timeAfterCreate", "timeBeforeExpiry") if case.get(f"{trigger}.{name}") is not None
        ]
        if len(moments) != 1:
            words = "A lifetime action has exactly one of timeAfterCreate and timeBeforeExpiry"
            yield Problem(trigger, f"BadParameter: {words}")
        yield from durations.within(case, f"{trigger}.timeBeforeExpiry", "BadParameter", _LAST_NOTICE, life)
        yield from durations.within(case, f"{trigger}.timeAfterCreate", "BadParameter", _LAST_NOTICE, life)


def hardware_keys_are_premium(case: Case) -> Iterator[Problem]:
    """Keys in hardware need the premium vault."""
    vault, kind = arm.parent(case), str(case.get("properties.kty"))
    if vault and kind.endswith(_HARDWARE) and get(vault.outputs, "properties.sku.name") != "premium":
        words = f"Keys of type {kind} are only supported by the premium SKU; vault '{vault.name}' is standard"
        yield Problem("properties.kty", f"BadParameter: {words}")
