"""Cloud SQL: machine types of editions, backups, private addresses, replicas, flags, and who may sign in."""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from typing import Any

from rehearsal.case import Case
from rehearsal.errors import CloudError, Problem, suggestion
from rehearsal.gcp.invokes import project_number
from rehearsal.gcp.paths import GcpCase, last
from rehearsal.gcp.private_services import allocated_ranges, connection_of
from rehearsal.gcp.refusals import invalid
from rehearsal.inventory import Object
from rehearsal.templates import noise
from rehearsal.values import Value, get, mapping

INSTANCE = "gcp:sql/databaseInstance:DatabaseInstance"
_PLUS = "ENTERPRISE_PLUS"
_BACKUP = "settings.backupConfiguration"
_NETWORK = "settings.ipConfiguration"
_NAME_LENGTH = 98  # of project and instance together
_CUSTOM_TIER = re.compile(r"db-custom-(\d+)-(\d+)")
_SERVICE_ACCOUNT = ".gserviceaccount.com"
_IAM_KINDS = ("CLOUD_IAM_USER", "CLOUD_IAM_SERVICE_ACCOUNT", "CLOUD_IAM_GROUP")


def edition_of(case: Case, properties: Value) -> str:
    """Return the edition of an instance: given, or what its version means."""
    plus = get(properties, "databaseVersion") in case.fact("sql.plus_by_default")
    return str(get(properties, "settings.edition") or (_PLUS if plus else "ENTERPRISE"))


def _edition(case: Case) -> str:
    return edition_of(case, case.properties)


def _is_postgres(case: Case) -> bool:
    return str(case.get("databaseVersion", "")).startswith("POSTGRES")


def _is_replica(case: Case) -> bool:
    return case.properties.get("masterInstanceName") is not None


# --- from the instance's own inputs ----------------------------------------------------------------------------------


def names_fit(case: GcpCase) -> Iterator[Problem]:
    """Project and instance make one name."""
    whole = f"{case.project}:{case.get('name', '')}"
    if len(whole) > _NAME_LENGTH:
        yield invalid("name", f"Invalid request: Instance name ({whole}) is longer than {_NAME_LENGTH}", "invalid")


def tier_is_of_the_edition(case: GcpCase) -> Iterator[Problem]:
    """Every edition has machine types of its own; PostgreSQL 16 and later are Enterprise Plus unless it is said."""
    tier, edition = case.get("settings.tier"), _edition(case)
    if tier is None or tier in case.fact("sql.tiers").get(edition, ()):
        return
    custom = _CUSTOM_TIER.fullmatch(tier)
    words = f"Invalid request: Invalid Tier ({tier}) for ({edition}) Edition"
    if edition == _PLUS:
        plain = _PLUS if case.get("settings.edition") else f"{case.get('databaseVersion')} without an edition"
        hint = f" Use a predefined Tier like db-perf-optimized-N-* instead. [{plain}]"
        yield invalid("settings.tier", words + "." + hint, "invalid")
    elif custom is None:
        known = suggestion(tier, case.fact("sql.tiers")[edition])
        yield invalid("settings.tier", f"{words}. Use a custom Tier like db-custom-2-7680 instead.{known}", "invalid")
    else:
        yield from _custom(case, int(custom.group(1)), int(custom.group(2)))


def _custom(case: Case, cpus: int, memory_mb: int) -> Iterator[Problem]:
    limits = case.fact("sql.custom")
    low, high = (share * cpus for share in limits["memory_mb_per_cpu"])
    if cpus > limits["cpus"] or cpus == 0 or (cpus > 1 and cpus % 2):
        words = f"Invalid request: CPUs must be 1 or an even number up to {limits['cpus']}, not {cpus}"
        yield invalid("settings.tier", words, "invalid")
    elif memory_mb % limits["memory_step_mb"] or memory_mb < limits["least_memory_mb"]:
        words = (
            f"Memory must be a multiple of {limits['memory_step_mb']} MB and at least {limits['least_memory_mb']} MB"
        )
        yield invalid("settings.tier", f"Invalid request: {words}, not {memory_mb}", "invalid")
    elif not low <= memory_mb <= high:
        words = f"Memory must be 0.9 to 6.5 GB per vCPU: {memory_mb} MB for {cpus} is not"
        yield invalid("settings.tier", f"Invalid request: {words}", "invalid")


def instance_can_be_reached(case: GcpCase) -> Iterator[Problem]:
    """A public address, a network, or Private Service Connect."""
    public = case.get(f"{_NETWORK}.ipv4Enabled", True)
    psc = any(mapping(it).get("pscEnabled") for it in case.get(f"{_NETWORK}.pscConfigs") or ())
    if not public and not psc and get(case.properties, f"{_NETWORK}.privateNetwork") is None:
        words = "Invalid request: At least one of Public IP or Private IP connectivity must be enabled."
        yield invalid(_NETWORK, words, "invalid")


def backups_can_be_restored(case: GcpCase) -> Iterator[Problem]:
    """Recovery to a point in time needs backups, and logs for no longer than the edition keeps them."""
    edition, most = _edition(case), case.fact("sql.log_retention_days")[_edition(case)]
    days = case.get(f"{_BACKUP}.transactionLogRetentionDays")
    backups, enabled = case.get(f"{_BACKUP}.backupRetentionSettings.retainedBackups"), case.get(f"{_BACKUP}.enabled")
    if isinstance(days, int) and not 1 <= days <= most:
        words = f"Transaction log retention days must be between 1 and {most} for ({edition}) Edition, got {days}"
        yield invalid(f"{_BACKUP}.transactionLogRetentionDays", f"Invalid request: {words}", "invalid")
    if isinstance(days, int) and isinstance(backups, int) and days > backups:
        words = f"Retained backups ({backups}) must not be fewer than transaction log retention days ({days})"
        yield invalid(f"{_BACKUP}.backupRetentionSettings", f"Invalid request: {words}", "invalid")
    if case.get(f"{_BACKUP}.pointInTimeRecoveryEnabled") and not enabled and not case.is_unknown(_BACKUP):
        words = "Point-in-time recovery cannot be enabled while backups are disabled"
        yield invalid(f"{_BACKUP}.pointInTimeRecoveryEnabled", f"Invalid request: {words}", "invalid")
    if case.get(f"{_BACKUP}.binaryLogEnabled") and not str(case.get("databaseVersion")).startswith("MYSQL"):
        words = "Binary log can only be enabled for MySQL instances"
        yield invalid(f"{_BACKUP}.binaryLogEnabled", f"Invalid request: {words}", "invalid")


def failover_has_backups(case: GcpCase) -> Iterator[Problem]:
    """A regional instance of PostgreSQL writes its log away."""
    if case.get("settings.availabilityType") != "REGIONAL" or _is_replica(case) or case.is_unknown(_BACKUP):
        return
    recovery = case.get(f"{_BACKUP}.pointInTimeRecoveryEnabled", _edition(case) == _PLUS)
    if not case.get(f"{_BACKUP}.enabled") or (_is_postgres(case) and not recovery):
        words = "REGIONAL availability needs automated backups and point-in-time recovery"
        yield invalid("settings.availabilityType", f"Invalid request: {words}", "invalid")


def cache_is_of_enterprise_plus(case: GcpCase) -> Iterator[Problem]:
    """Local disks that cache data come with Enterprise Plus."""
    if case.get("settings.dataCacheConfig.dataCacheEnabled") and _edition(case) != _PLUS:
        words = f"Invalid request: Data cache is only supported for ({_PLUS}) Edition"
        yield invalid("settings.dataCacheConfig", words, "invalid")


def disk_is_in_range(case: GcpCase) -> Iterator[Problem]:
    """Disks of a kind have a least size."""
    size, kind, limits = (
        case.get("settings.diskSize"),
        case.get("settings.diskType", "PD_SSD"),
        case.fact("sql.disk_gb"),
    )
    shared = case.get("settings.tier") in case.fact("sql.shared_core")
    least, most = limits["least"].get(kind, 10), limits["most_of_shared_core"] if shared else limits["most"]
    if isinstance(size, int) and not least <= size <= most:
        words = f"Invalid request: Disk size of a {kind} disk must be between {least} GB and {most} GB, got {size}"
        yield invalid("settings.diskSize", words, "invalid")


def flags_are_known(case: GcpCase) -> Iterator[Problem]:
    """Database flags have names and values; each is given once."""
    if not _is_postgres(case):
        return
    table, seen = case.fact("sql.flags"), set()
    for index, flag in enumerate(case.get("settings.databaseFlags") or ()):
        at, name, value = f"settings.databaseFlags[{index}]", mapping(flag).get("name"), mapping(flag).get("value")
        if not isinstance(name, str):
            continue
        if name in seen:
            yield invalid(at, f"Invalid request: Flag {name} is given more than once", "invalid")
        elif name not in table:
            known = suggestion(name, table)
            yield invalid(f"{at}.name", f"Invalid request: Invalid flag name: {name}.{known}", "invalid")
        elif isinstance(value, str) and (allowed := _refusal(table[name], value)):
            words = f"Invalid value for flag: {name}. Got {value!r}, allowed: {allowed}"
            yield invalid(f"{at}.value", f"Invalid request: {words}", "invalid")
        seen.add(name)


def _refusal(kind: Value, value: str) -> str | None:
    """Return what a flag may be, None where the value is that."""
    if kind == "text":
        return None
    if kind == "on_off":
        return None if value in ("on", "off") else "on, off"
    if all(isinstance(it, int) for it in kind):
        is_number = re.fullmatch(r"-?\d+(\.\d+)?", value) is not None
        return None if is_number and kind[0] <= float(value) <= kind[1] else f"{kind[0]} to {kind[1]}"
    return None if value in kind else ", ".join(kind)


def replica_is_not_backed_up(case: GcpCase) -> Iterator[Problem]:
    """Only a primary of PostgreSQL has backups."""
    if _is_replica(case) and _is_postgres(case) and case.get(f"{_BACKUP}.enabled"):
        words = "Backups cannot be enabled on a read replica; they are its primary's"
        yield invalid(f"{_BACKUP}.enabled", f"Invalid request: {words}", "invalid")


# --- against what stands ---------------------------------------------------------------------------------------------


def network_is_connected(case: GcpCase) -> Iterator[Problem]:
    """A private address comes from a range that the network has given to Google's services."""
    network = case.get(f"{_NETWORK}.privateNetwork")
    if not isinstance(network, str):
        return
    connection = connection_of(case, network)
    if connection is None:
        words = (
            "Failed to create subnetwork. Please create Service Networking connection with service "
            f"'servicenetworking.googleapis.com' from consumer project '{case.project}' network '{last(network)}' again"
        )
        yield invalid(f"{_NETWORK}.privateNetwork", words, "NETWORK_NOT_CONNECTED")
        return
    wanted, given = case.get(f"{_NETWORK}.allocatedIpRange"), connection.outputs.get("reservedPeeringRanges") or []
    if isinstance(wanted, str) and last(wanted) not in map(last, given):
        words = f"Failed to create subnetwork. Allocated IP range '{wanted}' is not of the connection"
        yield invalid(f"{_NETWORK}.allocatedIpRange", f"{words} [its ranges: {', '.join(map(last, given))}]")


def replica_fits_its_primary(case: GcpCase) -> Iterator[Problem]:
    """A replica runs its primary's version, on its edition or a higher one, under its key in the same region."""
    primary = case.target("masterInstanceName")
    if primary is None:
        return
    theirs = primary.outputs
    version, edition = theirs.get("databaseVersion"), edition_of(case, theirs)
    if case.get("databaseVersion") != version:
        words = f"Invalid request: The database version of a replica must be its primary's: {version}"
        yield invalid("databaseVersion", words, "invalid")
    if edition == _PLUS and _edition(case) != _PLUS:
        words = f"Invalid request: The primary '{primary.name}' is ({_PLUS}) Edition: its replicas must be, too"
        yield invalid("settings.edition", words, "invalid")
    if not get(theirs, f"{_BACKUP}.enabled"):
        words = "Invalid request: The primary instance must have automated backups enabled to have replicas"
        yield invalid("masterInstanceName", words, "invalid")
    own, key = case.get("encryptionKeyName"), theirs.get("encryptionKeyName")
    if own and own != key and theirs.get("region") == case.place:
        words = f"A replica in its primary's region is encrypted with its primary's key: {key or 'none'}"
        yield invalid("encryptionKeyName", f"Invalid request: {words}", "invalid")
    for name in case.fact("sql.replica_flags"):
        mine, needed = _flag(case.properties, name), _flag(theirs, name)
        if needed is not None and (mine is None or mine < needed):
            words = f"The flag {name} of a replica must be at least its primary's, {needed:g}"
            yield invalid("settings.databaseFlags", f"Invalid request: {words}", "invalid")
    if len([it for it in _replicas(case, primary) if it.id != case.id]) >= case.fact("sql.replicas"):
        words = f"Invalid request: The instance '{primary.name}' has the {case.fact('sql.replicas')} replicas it may"
        yield invalid("masterInstanceName", words, "invalid")


def _flag(properties: Value, name: str) -> float | None:
    flags = get(properties, "settings.databaseFlags") or ()
    found = next((mapping(it).get("value") for it in flags if mapping(it).get("name") == name), None)
    return float(found) if isinstance(found, str) and found.isdigit() else None


def _replicas(case: Case, primary: Object) -> list[Object]:
    return case.inventory.referrers(primary.key, type=INSTANCE, property="masterInstanceName")


def instance_only_grows(case: GcpCase) -> Iterator[Problem]:
    """Disks do not shrink, private addresses are not taken back, versions rise."""
    old, new = case.before("settings.diskSize"), case.get("settings.diskSize")
    if isinstance(old, int) and isinstance(new, int) and new < old:
        words = f"Invalid request: Disk size cannot be decreased from {old} GB to {new} GB"
        yield invalid("settings.diskSize", words, "invalid")
    network = case.before(f"{_NETWORK}.privateNetwork")
    if network and get(case.properties, f"{_NETWORK}.privateNetwork") is None:
        words = "Invalid request: Private IP cannot be disabled once it is enabled"
        yield invalid(f"{_NETWORK}.privateNetwork", words, "invalid")
    numbers = [re.findall(r"\d+", str(it)) for it in (case.before("databaseVersion"), case.get("databaseVersion"))]
    if all(numbers) and [*map(int, numbers[1])] < [*map(int, numbers[0])]:
        words = f"{case.before('databaseVersion')} cannot become {case.get('databaseVersion')}"
        yield invalid("databaseVersion", f"Invalid request: Downgrading is not supported: {words}", "invalid")


def primary_has_no_replicas(case: GcpCase) -> Iterator[Problem]:
    """A primary outlives its replicas."""
    names = ", ".join(it.name for it in _replicas(case, case.old)) if case.old else ""
    if names:
        words = f"Invalid request: The instance '{case.get('name')}' cannot be deleted while it has replicas: {names}"
        yield invalid("", words, "invalid")


def instance_outputs(case: GcpCase) -> dict[str, Any]:
    """Return the addresses, names and certificates of an instance."""
    seed, region, name = str(case.seed()), case.place, case.get("name")
    network, public = case.get(f"{_NETWORK}.privateNetwork"), case.get(f"{_NETWORK}.ipv4Enabled", True)
    addresses = []
    if public:
        addresses.append({"type": "PRIMARY", "ipAddress": _public(seed)})
    if isinstance(network, str):
        addresses.append({"type": "PRIVATE", "ipAddress": _private(case, network, seed)})
    by_kind = {it["type"]: it["ipAddress"] for it in addresses}
    settings: dict[str, Any] = {"edition": _edition(case), "version": 1, "pricingPlan": "PER_USE"}
    if _is_replica(case):
        settings["activationPolicy"] = "ALWAYS"
    account = f"p{project_number(case.project)}-{noise(f'{seed}|account', 'alnum:6')}"
    return {
        "serviceAccountEmailAddress": f"{account}@gcp-sa-cloud-sql.iam.gserviceaccount.com",
        "connectionName": f"{case.project}:{region}:{name}",
        "instanceType": "READ_REPLICA_INSTANCE" if _is_replica(case) else "CLOUD_SQL_INSTANCE",
        "ipAddresses": addresses,
        "firstIpAddress": addresses[0]["ipAddress"] if addresses else "",
        "publicIpAddress": by_kind.get("PRIMARY", ""),
        "privateIpAddress": by_kind.get("PRIVATE", ""),
        "dnsName": f"{noise(f'{seed}|dns', 'hex:12')}.{noise(f'{seed}|zone', 'hex:13')}.{region}.sql.goog.",
        "settings": settings,
        "maintenanceVersion": f"{case.get('databaseVersion')}.R20261001.01_00",
    }


def _public(seed: str) -> str:
    digits = int(noise(f"{seed}|public", "digits:4"))
    return f"34.89.{digits % 250 + 1}.{digits // 250 + 1}"


def _private(case: GcpCase, network: str, seed: str) -> str:
    connection = connection_of(case, network)
    wanted = last(case.get(f"{_NETWORK}.allocatedIpRange") or "")
    ranges = allocated_ranges(case, connection) if connection else {}
    taken = {it.outputs.get("privateIpAddress") for it in case.standing(INSTANCE) if it.id != case.id}
    block = ranges.get(wanted) or next(iter(ranges.values()), None) or ipaddress.ip_network("10.127.0.0/16")
    first = int(noise(f"{seed}|private", "digits:6")) % (block.num_addresses - 4) + 2
    for step in range(block.num_addresses):
        address = str(block[(first + step) % (block.num_addresses - 4) + 2])
        if address not in taken:
            return address
    raise CloudError(f"Error 400: Failed to create subnetwork. Couldn't find free blocks in {block}., badRequest")


# --- what stands in an instance --------------------------------------------------------------------------------------


def instance_is_a_primary(case: GcpCase) -> Iterator[Problem]:
    """What is written on a replica is written on its primary."""
    instance = case.target("instance")
    if instance and instance.outputs.get("masterInstanceName"):
        words = "Invalid request: The operation is not allowed on a read replica; use its primary"
        yield invalid("instance", f"{words} '{last(instance.outputs['masterInstanceName'])}'", "invalid")


def database_speaks_unicode(case: GcpCase) -> Iterator[Problem]:
    """PostgreSQL's databases are made with one encoding and one collation."""
    instance = case.target("instance")
    if instance is None or not str(instance.outputs.get("databaseVersion")).startswith("POSTGRES"):
        return
    for name, only in {"charset": "UTF8", "collation": "en_US.UTF8"}.items():
        if case.get(name) not in (None, only):
            words = f"Invalid request: {name} must be {only} when a database is made, got {case.get(name)}"
            yield invalid(name, words, "invalid")


def user_signs_in_one_way(case: GcpCase) -> Iterator[Problem]:
    """A built-in user has a password, a user of IAM an account; PostgreSQL knows no hosts."""
    kind, name = case.get("type", "BUILT_IN"), case.get("name")
    given = [it for it in ("password", "passwordWo") if case.properties.get(it) is not None]
    if len(given) > 1:
        yield invalid("password", "Invalid request: only one of password and passwordWo can be set", "invalid")
    if kind in _IAM_KINDS and given:
        yield invalid(given[0], f"Invalid request: A password cannot be set for a user of type {kind}", "invalid")
    if kind == "CLOUD_IAM_SERVICE_ACCOUNT" and isinstance(name, str) and name.endswith(_SERVICE_ACCOUNT):
        short = name.removesuffix(_SERVICE_ACCOUNT)
        words = f'Database username "{name}" is too long or has the suffix \'{_SERVICE_ACCOUNT}\': use "{short}"'
        yield invalid("name", f"Invalid request: {words}", "invalid")
    if kind in _IAM_KINDS and isinstance(name, str) and "@" not in name:
        words = f'Invalid request: Invalid IAM database user name "{name}": an account has an @'
        yield invalid("name", words, "invalid")


def user_can_sign_in(case: GcpCase) -> Iterator[Problem]:
    """IAM signs in where the instance lets it; PostgreSQL's users have a password and no host."""
    instance, kind = case.target("instance"), case.get("type", "BUILT_IN")
    if instance is None or not str(instance.outputs.get("databaseVersion")).startswith("POSTGRES"):
        return
    flags = {mapping(it).get("name"): mapping(it).get("value") for it in _flags(instance)}
    if kind in _IAM_KINDS and flags.get("cloudsql.iam_authentication") != "on":
        words = "IAM authentication is not enabled on the instance: set the flag cloudsql.iam_authentication to on"
        yield invalid("type", f"Invalid request: {words}", "invalid")
    if case.get("host"):
        yield invalid("host", "Invalid request: Host is not supported for PostgreSQL users", "invalid")
    if kind == "BUILT_IN" and all(case.properties.get(it) is None for it in ("password", "passwordWo")):
        yield invalid("password", "Invalid request: A password is required for a PostgreSQL user", "invalid")


def _flags(instance: Object) -> list[Mapping[str, Any]]:
    return get(instance.outputs, "settings.databaseFlags") or []
