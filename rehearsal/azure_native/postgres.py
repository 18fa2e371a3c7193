"""What PostgreSQL flexible servers refuse beyond a property's form, and what a server gives back."""

import ipaddress
import re
from collections.abc import Iterator
from typing import Any

from rehearsal.azure_native import arm
from rehearsal.case import Case
from rehearsal.errors import Problem, suggestion
from rehearsal.inventory import Object
from rehearsal.values import Value, get

SERVER = "azure-native:dbforpostgresql:Server"
_ENDPOINT = "azure-native:dbforpostgresql:VirtualEndpoint"
_DELEGATION = "Microsoft.DBforPostgreSQL/flexibleServers"
_PASSWORD_CLASSES, _PASSWORD_LENGTH = ("[a-z]", "[A-Z]", "[0-9]", r"[^A-Za-z0-9]"), range(8, 129)
_CLASSES_NEEDED = 3
_FREE_IOPS = ("PremiumV2_LRS", "UltraSSD_LRS")  # the disks whose operations are bought apart from their size


def _sizes(case: Case) -> dict[str, dict[str, Any]]:
    return {
        series["name"].format(vcores=vcores): {**series, "vcores": vcores}
        for series in case.fact("postgres.series")
        for vcores in series["vcores"]
    }


def _is_replica(case: Case) -> bool:
    return case.get("createMode") == "Replica"


# --- servers: check --------------------------------------------------------------------------------------------------


def sku_is_offered(case: Case) -> Iterator[Problem]:
    """The size exists, belongs to its tier, and its generation is offered in the location."""
    name, tier, place = case.get("sku.name"), case.get("sku.tier"), arm.location(case)
    if name is None:
        return
    sizes = _sizes(case)
    if name not in sizes:
        words = f"Invalid value given for parameter sku.name: {name}. Specify a valid parameter value."
        yield Problem("sku.name", f"InvalidParameterValue: {words}{suggestion(name, sizes)}")
        return
    size = sizes[name]
    if tier is not None and tier != size["tier"]:
        yield Problem(
            "sku.tier", f"InvalidParameterValue: The size {name} belongs to tier {size['tier']}, not to {tier}"
        )
    offered = case.fact("postgres.generations_in").get(place)
    if offered and size["generation"] not in offered:
        words = f"The size {name} is not available in location '{place}' [generations offered: {', '.join(offered)}]"
        yield Problem("sku.name", f"SkuNotAvailable: {words}")


def storage_fits_its_tier(case: Case) -> Iterator[Problem]:
    """A Premium SSD has the performance of its size or more, and no operations of its own."""
    size, tier, kind = case.get("storage.storageSizeGB"), case.get("storage.tier"), case.get("storage.type")
    tiers = case.fact("postgres.performance_tiers").get(size, ())
    if kind in _FREE_IOPS:
        return
    if tier is not None and size is not None and tier not in tiers:
        words = f"Performance tier {tier} is not offered for {size} GB [offered: {', '.join(tiers)}]"
        yield Problem("storage.tier", f"InvalidPerformanceTier: {words}")
    for name in ("iops", "throughput"):
        if case.get(f"storage.{name}") is not None:
            words = f"{name} can only be set with storage of type PremiumV2_LRS or UltraSSD_LRS"
            yield Problem(f"storage.{name}", f"InvalidParameterValue: {words}")


def high_availability_is_possible(case: Case) -> Iterator[Problem]:
    """A standby needs a size above Burstable, and another zone needs a region that has zones."""
    mode, place = case.get("highAvailability.mode"), arm.location(case)
    if mode in (None, "Disabled"):
        return
    if case.get("sku.tier") == "Burstable":
        words = "High availability is not supported for the Burstable tier"
        yield Problem("highAvailability.mode", f"HADisabledForSku: {words}")
    zones = case.fact("regions.regions").get(place, {}).get("zones", ())
    if mode == "ZoneRedundant" and (not zones or place in case.fact("postgres.same_zone_only")):
        words = f"Zone-redundant high availability is not available in location '{place}' [SameZone is]"
        yield Problem("highAvailability.mode", f"ZoneRedundantHADisabledForRegion: {words}")
    own, standby = case.get("availabilityZone"), case.get("highAvailability.standbyAvailabilityZone")
    if own and standby and (own == standby) == (mode == "ZoneRedundant"):
        must = "another zone than" if mode == "ZoneRedundant" else "the zone of"
        words = f"With {mode} the standby must be in {must} the primary: both are given as {own} and {standby}"
        yield Problem("highAvailability.standbyAvailabilityZone", f"InvalidStandbyAvailabilityZone: {words}")


def network_is_one_of_two(case: Case) -> Iterator[Problem]:
    """A server is injected into a delegated subnet, or has a public name that private endpoints may stand for."""
    subnet = case.get("network.delegatedSubnetResourceId")
    zone = case.get("network.privateDnsZoneArmResourceId")
    if subnet and not zone and not case.is_unknown("network.privateDnsZoneArmResourceId"):
        words = "A server in a delegated subnet needs a private DNS zone: privateDnsZoneArmResourceId is missing"
        yield Problem("network.privateDnsZoneArmResourceId", f"EmptyPrivateDnsZoneArmResourceId: {words}")
    if zone and not subnet and not case.is_unknown("network.delegatedSubnetResourceId"):
        words = "A private DNS zone is only for servers in a delegated subnet; private endpoints bring their own"
        yield Problem("network.privateDnsZoneArmResourceId", f"InvalidPrivateDnsZone: {words}")


def administrator_is_complete(case: Case) -> Iterator[Problem]:
    """A new server has somebody who may sign in, and a password login that holds."""
    if case.get("createMode") not in ("Default", "Create"):
        return
    by_password = case.get("authConfig.passwordAuth", "Enabled") == "Enabled"
    by_entra = case.get("authConfig.activeDirectoryAuth") == "Enabled"
    if not by_password and not by_entra:
        words = "At least one of Microsoft Entra and password authentication must be enabled"
        yield Problem("authConfig", f"InvalidAuthConfig: {words}")
    for name in ("administratorLogin", "administratorLoginPassword"):
        if by_password and case.properties.get(name) is None:
            words = f"The parameter {name} is required when password authentication is enabled"
            yield Problem(name, f"MissingRequiredParameter: {words}")
    password = case.get("administratorLoginPassword")
    if isinstance(password, str):
        classes = sum(re.search(kind, password) is not None for kind in _PASSWORD_CLASSES)
        if len(password) not in _PASSWORD_LENGTH or classes < _CLASSES_NEEDED:
            words = "8 to 128 characters of three kinds out of upper case, lower case, digits and others"
            yield Problem("administratorLoginPassword", f"PasswordTooWeak: The password must have {words}")


def replica_takes_its_settings_from_the_primary(case: Case) -> Iterator[Problem]:
    """A replica has no standby, no backups and no administrator of its own."""
    source = case.properties.get("sourceServerResourceId")
    if not _is_replica(case):
        return
    if source is None:
        yield Problem("sourceServerResourceId", "MissingRequiredParameter: A replica needs its sourceServerResourceId")
    if case.get("sku.tier") == "Burstable":
        yield Problem("sku.tier", "ReplicaNotSupported: Read replicas are not supported for the Burstable tier")
    if case.get("highAvailability.mode") not in (None, "Disabled"):
        words = "High availability is not supported for read replicas"
        yield Problem("highAvailability.mode", f"ReplicaHighAvailabilityNotSupported: {words}")
    if case.get("backup.geoRedundantBackup") == "Enabled":
        words = "Geo-redundant backup is not supported for read replicas: they are not backed up"
        yield Problem("backup.geoRedundantBackup", f"ReplicaGeoBackupNotSupported: {words}")
    if case.properties.get("administratorLogin") is not None:
        words = "A replica has the administrator of its primary; none can be given"
        yield Problem("administratorLogin", f"InvalidParameterValue: {words}")


def keys_cover_the_backups(case: Case) -> Iterator[Problem]:
    """A customer's key needs an identity; geo-redundant backups need a second pair in the paired region."""
    if case.get("dataEncryption.type") != "AzureKeyVault":
        return
    pairs = {"primaryKeyURI": "primaryUserAssignedIdentityId"}
    if case.get("backup.geoRedundantBackup") == "Enabled":
        pairs["geoBackupKeyURI"] = "geoBackupUserAssignedIdentityId"
    for name in (name for pair in pairs.items() for name in pair):
        if get(case.properties, f"dataEncryption.{name}") is None:
            words = f"dataEncryption.{name} is required for a server encrypted with a customer's key"
            yield Problem(f"dataEncryption.{name}", f"InvalidDataEncryption: {words}")


# --- servers: against what stands ------------------------------------------------------------------------------------


def replica_fits_its_primary(case: Case) -> Iterator[Problem]:
    """A replica is never smaller than its primary, runs its version, and is one of five."""
    primary = case.target("sourceServerResourceId")
    if not _is_replica(case) or primary is None:
        return
    yield from _too_small(case, case.properties, primary.outputs, str(case.get("serverName")))
    version, theirs = case.get("version"), primary.outputs.get("version")
    if case.old is None and version and version != theirs:
        words = f"A replica runs the version of its primary: {theirs}, not {version}"
        yield Problem("version", f"ReplicaVersionMismatch: {words}")
    if get(primary.outputs, "sku.tier") == "Burstable":
        words = f"Read replicas are not supported for the Burstable tier of server '{primary.name}'"
        yield Problem("sourceServerResourceId", f"ReplicaNotSupported: {words}")
    others, most = [it for it in _replicas(case, primary) if it.id != case.id], case.fact("postgres.replicas")
    if len(others) >= most:
        words = f"The server '{primary.name}' has {len(others)} read replicas; {most} are allowed"
        yield Problem("sourceServerResourceId", f"ReplicaLimitReached: {words}")


def primary_fits_its_replicas(case: Case) -> Iterator[Problem]:
    """A primary is not scaled above its smallest replica: the replicas grow first."""
    for replica in case.referrers(SERVER, "sourceServerResourceId"):
        yield from _too_small(case, replica.outputs, case.properties, replica.name)


def _too_small(case: Case, replica: Value, primary: Value, name: str) -> Iterator[Problem]:
    sizes = _sizes(case)
    mine, theirs = (sizes.get(str(get(server, "sku.name")), {}).get("vcores") for server in (replica, primary))
    if mine and theirs and mine < theirs:
        words = f"The replica '{name}' has {mine} vCores, its primary {theirs}: a replica must not be smaller"
        yield Problem("sku.name", f"ReplicaComputeTooSmall: {words} [{get(replica, 'sku.name')}]")
    small, large = (get(server, "storage.storageSizeGB") for server in (replica, primary))
    if isinstance(small, int) and isinstance(large, int) and small < large:
        words = f"The replica '{name}' has {small} GB, its primary {large} GB: a replica must not be smaller"
        yield Problem("storage.storageSizeGB", f"ReplicaStorageTooSmall: {words}")


def _replicas(case: Case, primary: Object) -> list[Object]:
    return case.inventory.referrers(primary.key, type=SERVER, property="sourceServerResourceId")


def subnet_is_delegated(case: Case) -> Iterator[Problem]:
    """A server is injected into a subnet that was given to the service."""
    subnet = arm.at(case, "network.delegatedSubnetResourceId")
    if subnet:
        services = [it.get("serviceName", "") for it in subnet.outputs.get("delegations") or []]
        if _DELEGATION.lower() not in [service.lower() for service in services]:
            words = f"The subnet '{subnet.id}' must be delegated to {_DELEGATION}"
            yield Problem("network.delegatedSubnetResourceId", f"SubnetNotDelegated: {words}")


def creation_settings_stay(case: Case) -> Iterator[Problem]:
    """Geo-redundant backup is chosen when the server is made; a version only rises."""
    before, now = (
        case.before("backup.geoRedundantBackup", "Disabled"),
        case.get("backup.geoRedundantBackup", "Disabled"),
    )
    if before != now:
        words = f"Geo-redundant backup can only be set at creation: it is {before} and cannot become {now}"
        yield Problem("backup.geoRedundantBackup", f"GeoBackupCannotBeChanged: {words}")
    old, new = case.before("version"), case.get("version")
    if old and new and int(new) < int(old):
        words = f"A server cannot go back from version {old} to {new}"
        yield Problem("version", f"InvalidMajorVersionUpgrade: {words}")


def storage_does_not_shrink(case: Case) -> Iterator[Problem]:
    """Storage grows only."""
    old, new = case.before("storage.storageSizeGB"), case.get("storage.storageSizeGB")
    if old and new and new < old:
        words = f"The storage of a server cannot be reduced from {old} GB to {new} GB"
        yield Problem("storage.storageSizeGB", f"StorageScaleDownNotSupported: {words}")


def primary_has_no_replicas(case: Case) -> Iterator[Problem]:
    """A primary outlives its replicas."""
    names = ", ".join(replica.name for replica in case.referrers(SERVER, "sourceServerResourceId"))
    if names:
        words = f"The server '{case.get('serverName')}' cannot be deleted while it has read replicas: {names}"
        yield Problem("", f"OperationNotAllowed: {words}")


def replica_is_in_no_virtual_endpoint(case: Case) -> Iterator[Problem]:
    """A replica that a virtual endpoint points to stays until the endpoint is gone."""
    primary = case.find(SERVER, str(case.get("sourceServerResourceId")))
    for endpoint in arm.below(case, _ENDPOINT, primary.id) if primary else ():
        if case.get("serverName") in endpoint.outputs.get("members", ()):
            words = f"The replica '{case.get('serverName')}' is a member of the virtual endpoint '{endpoint.name}'"
            yield Problem("", f"ReplicaInVirtualEndpoint: {words}, which must be deleted first")


def server_outputs(case: Case) -> dict[str, Any]:
    """Return the zone, disk and role a server got."""
    primary = case.target("sourceServerResourceId") if _is_replica(case) else None
    size, place = case.get("storage.storageSizeGB"), arm.location(case)
    zones = case.fact("regions.regions").get(place, {}).get("zones", ())
    outputs: dict[str, Any] = {}
    if primary:
        same = arm.place_of(primary) == place
        outputs |= {"replicationRole": "AsyncReplica" if same else "GeoAsyncReplica", "replicaCapacity": 0}
        outputs |= {name: primary.outputs.get(name) for name in ("version", "administratorLogin")}
        size = size or get(primary.outputs, "storage.storageSizeGB")
    else:
        outputs |= {"replicationRole": "Primary", "replicaCapacity": case.fact("postgres.replicas")}
    version = outputs.get("version") or case.get("version")
    outputs["minorVersion"] = case.fact("postgres.minors").get(version)
    if zones and not case.get("availabilityZone"):
        outputs["availabilityZone"] = zones[0]
    if size and case.get("storage.type", "Premium_LRS") not in _FREE_IOPS:
        tier = case.get("storage.tier") or case.fact("postgres.performance_tiers")[size][0]
        outputs["storage"] = {"storageSizeGB": size, "tier": tier, "iops": case.fact("postgres.iops")[tier]}
    if case.get("network.delegatedSubnetResourceId"):
        outputs["network"] = {"publicNetworkAccess": "Disabled"}
    return {name: item for name, item in outputs.items() if item is not None}


# --- what stands on a server -----------------------------------------------------------------------------------------


def parameter_is_in_range(case: Case) -> Iterator[Problem]:
    """A server parameter can be set, and its value is one it takes."""
    name, value = case.get("configurationName"), case.get("value")
    if name in case.fact("postgres.read_only_parameters"):
        yield Problem("configurationName", f"ReadOnlyServerParameter: The server parameter '{name}' is read-only")
    facts = case.fact("postgres.parameters").get(name)
    if facts is None or value is None:
        return
    allowed = facts.get("values")
    if allowed and value.lower() not in [item.lower() for item in allowed]:
        words = f"Invalid value '{value}' for server parameter '{name}'. Allowed values: {', '.join(allowed)}"
        yield Problem("value", f"InvalidParameterValue: {words}")
    elif not allowed and not (value.isdigit() and facts["min"] <= int(value) <= facts["max"]):
        words = f"Invalid value '{value}' for server parameter '{name}'. Allowed values: {facts['min']}-{facts['max']}"
        yield Problem("value", f"InvalidParameterValue: {words}")


def server_is_no_replica(case: Case) -> Iterator[Problem]:
    """A replica only reads: what is written on it must be written on its primary."""
    server = arm.parent(case)
    if server and str(server.outputs.get("replicationRole", "")).endswith("AsyncReplica"):
        words = f"The operation is not allowed on the read replica '{server.name}'"
        yield Problem("serverName", f"ReadOnlyReplica: {words}")


def entra_is_enabled(case: Case) -> Iterator[Problem]:
    """Entra administrators need Entra authentication."""
    server = arm.parent(case)
    if server and get(server.outputs, "authConfig.activeDirectoryAuth") != "Enabled":
        words = f"Microsoft Entra authentication is not enabled on server '{server.name}'"
        yield Problem("serverName", f"AadAuthenticationNotEnabled: {words}")


def virtual_endpoint_has_a_member(case: Case) -> Iterator[Problem]:
    """A pair of virtual endpoints needs the replica its reader points to."""
    if case.properties.get("members") in (None, []):
        yield Problem("members", "InvalidVirtualEndpointMembers: A virtual endpoint needs a replica as its member")


def virtual_endpoint_members_replicate(case: Case) -> Iterator[Problem]:
    """The members are replicas of the server the endpoint stands on."""
    server = arm.parent(case)
    replicas = [it.name for it in _replicas(case, server)] if server else []
    for member in case.get("members") or ():
        if server and member not in replicas:
            words = f"'{member}' is not a read replica of server '{server.name}'"
            yield Problem("members", f"InvalidVirtualEndpointMembers: {words}")


def address_range_is_forward(case: Case) -> Iterator[Problem]:
    """A range ends where it begins, or after."""
    start, end = case.get("startIpAddress"), case.get("endIpAddress")
    if start and end and int(ipaddress.ip_address(end)) < int(ipaddress.ip_address(start)):
        words = f"The end address {end} lies before the start address {start}"
        yield Problem("endIpAddress", f"InvalidIpAddressRange: {words}")


def server_is_public(case: Case) -> Iterator[Problem]:
    """Firewall rules are for servers with a public door."""
    server = arm.parent(case)
    if server and get(server.outputs, "network.publicNetworkAccess") == "Disabled":
        words = "Firewall rule operations cannot be requested for a private access enabled server."
        yield Problem("serverName", f"FirewallRuleNotAllowed: {words}")
