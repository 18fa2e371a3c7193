"""What RDS refuses beyond a property's form, and what an instance gives back; subnet groups serve ElastiCache too."""

import re
from collections.abc import Iterator
from typing import Any

from rehearsal import values
from rehearsal.aws.network import vpc_of
from rehearsal.case import Case
from rehearsal.errors import Problem
from rehearsal.templates import noise
from rehearsal.values import Value

_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_DAY_MINUTES = 24 * 60
_WEEK_MINUTES = 7 * _DAY_MINUTES
_SHORTEST_WINDOW_MINUTES = 30
_ZONES_NEEDED = 2
_SOURCES = ("replicateSourceDb", "snapshotIdentifier", "restoreToPointInTime")  # what brings its own data and users
_MONTH_DAYS, _MOST_MONTHS = 31, 23  # how Performance Insights counts its retention


def _engine(case: Case) -> dict[str, Any] | None:
    return case.fact("rds.engines").get(case.get("engine"))


def _major(case: Case, version: Value) -> str | None:
    """Return the offered major a version belongs to: 17 of 17.6, 8.4 of 8.4.7."""
    engine = _engine(case)
    majors = engine["versions"] if engine else ()
    return next((major for major in majors if f"{version}.".startswith(f"{major}.")), None)


# --- instances: check -----------------------------------------------------------------------------------------------


def engine_version_is_offered(case: Case) -> Iterator[Problem]:
    """The major is offered; minors are not checked."""
    version, engine = case.get("engineVersion"), _engine(case)
    if version is not None and engine and _major(case, version) is None:
        offered = ", ".join(engine["versions"])
        text = f"Cannot find version {version} for {case.get('engine')} (offered: {offered})"
        yield Problem("engineVersion", f"InvalidParameterCombination: {text}")


def class_runs_the_engine(case: Case) -> Iterator[Problem]:
    """Old classes do not run today's engines."""
    name, engine = case.get("instanceClass"), case.get("engine")
    if engine in case.fact("rds.instance_classes").get(name, {}).get("not", ()):
        text = "RDS does not support creating a DB instance with the following combination"
        what = f"DBInstanceClass={name}, Engine={engine}, EngineVersion={case.get('engineVersion')}"
        yield Problem("instanceClass", f"InvalidParameterCombination: {text}: {what}")


def storage_is_in_range(case: Case) -> Iterator[Problem]:
    """Size by storage type, growth above size, IOPS only where they can be chosen."""
    size, kind, limit = case.get("allocatedStorage"), case.get("storageType"), case.get("maxAllocatedStorage")
    if size is None:
        if not any(case.properties.get(name) for name in (*_SOURCES, "allocatedStorage")):
            text = "The request must include the AllocatedStorage parameter."
            yield Problem("allocatedStorage", f"MissingParameter: {text}")
        return
    low, high = case.fact("rds.storage_gib").get(kind, (5, 65536))
    if not low <= size <= high:
        text = f"Invalid storage size for engine name {case.get('engine')} and storage type {kind}: {size}"
        yield Problem("allocatedStorage", f"InvalidParameterCombination: {text} ({low} to {high} GiB)")
    if limit is not None and limit != 0 and limit <= size:
        text = f"Max storage size must be greater than storage size: {limit} is not greater than {size}"
        yield Problem("maxAllocatedStorage", f"InvalidParameterCombination: {text}")
    engine = _engine(case) or {}
    if (
        kind == "gp3"
        and size < engine.get("gp3_iops_from_gib", 0)
        and (case.get("iops") or case.get("storageThroughput"))
    ):
        text = (
            f"You can't specify IOPS or storage throughput for engine {case.get('engine')} and a storage size less than"
        )
        yield Problem("iops", f"InvalidParameterCombination: {text} {engine['gp3_iops_from_gib']}.")
    if "kmsKeyId" in case.properties and case.get("storageEncrypted") is False:
        text = "You can't specify a KMS key for an instance that is not encrypted: set storageEncrypted"
        yield Problem("kmsKeyId", f"InvalidParameterCombination: {text}")


def master_user_is_complete(case: Case) -> Iterator[Problem]:
    """A new instance has a master user, with one kind of password."""
    if any(
        case.properties.get(key) is not None
        for key in ("replicateSourceDb", "snapshotIdentifier", "restoreToPointInTime")
    ):
        return
    user, engine = case.get("username"), _engine(case) or {}
    if case.properties.get("username") is None:
        yield Problem(
            "username", "InvalidParameterValue: The parameter MasterUsername must be provided and must not be blank."
        )
    elif user and user.lower() in engine.get("reserved_users", ()):
        text = f"MasterUsername {user} cannot be used as it is a reserved word used by the engine"
        yield Problem("username", f"InvalidParameterValue: {text}")
    ways = [
        key for key in ("password", "passwordWo", "manageMasterUserPassword")
        if case.properties.get(key) not in (None, False)
    ]  # fmt: skip
    if len(ways) != 1:
        text = f"one of password, passwordWo, manageMasterUserPassword must be given, got {', '.join(ways) or 'none'}"
        yield Problem("password", f"InvalidParameterCombination: {text}")


def windows_are_apart(case: Case) -> Iterator[Problem]:
    """Backup (or snapshot) and maintenance windows last half an hour or more and do not overlap."""
    name = "snapshotWindow" if "snapshotWindow" in case.properties else "backupWindow"
    backup, maintenance = case.get(name), case.get("maintenanceWindow")
    daily = _daily(backup) if backup else None
    weekly = _weekly(maintenance) if maintenance else None
    for window, path in ((daily, name), (weekly, "maintenanceWindow")):
        if window and window[1] < _SHORTEST_WINDOW_MINUTES:
            yield Problem(
                path, f"InvalidParameterValue: the window must be at least {_SHORTEST_WINDOW_MINUTES} minutes"
            )
    if daily and weekly and any(_overlap((day * _DAY_MINUTES + daily[0], daily[1]), weekly) for day in range(7)):
        text = f"The backup window and maintenance window must not overlap: {backup} and {maintenance}"
        yield Problem(name, f"InvalidParameterCombination: {text}")


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def _daily(window: str) -> tuple[int, int]:
    start, end = (_minutes(part) for part in window.split("-"))
    return start, (end - start) % _DAY_MINUTES


def _weekly(window: str) -> tuple[int, int]:
    start, end = (_DAYS.index(part[:3].lower()) * _DAY_MINUTES + _minutes(part[4:]) for part in window.split("-"))
    return start, (end - start) % _WEEK_MINUTES


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return (other[0] - one[0]) % _WEEK_MINUTES < one[1] or (one[0] - other[0]) % _WEEK_MINUTES < other[1]


def monitoring_has_a_role(case: Case) -> Iterator[Problem]:
    """Enhanced monitoring writes with a role."""
    if case.get("monitoringInterval") and "monitoringRoleArn" not in case.properties:
        text = "A MonitoringRoleARN value is required if you specify a MonitoringInterval value other than 0."
        yield Problem("monitoringRoleArn", f"InvalidParameterCombination: {text}")
    days = case.get("performanceInsightsRetentionPeriod")
    months = [_MONTH_DAYS * count for count in range(1, _MOST_MONTHS + 1)]
    if days is not None and days not in (7, 731) and days not in months:
        text = f"Invalid Performance Insights retention period {days}: 7, 731, or a multiple of 31 up to 713"
        yield Problem("performanceInsightsRetentionPeriod", f"InvalidParameterValue: {text}")


def zone_is_in_region(case: Case) -> Iterator[Problem]:
    """A chosen zone is of the region, and Multi-AZ chooses itself."""
    zone, region = case.get("availabilityZone"), case.constants["region"]
    if zone is None:
        return
    if case.get("multiAz"):
        text = "Requesting a specific availability zone is not valid for Multi-AZ instances."
        yield Problem("availabilityZone", f"InvalidParameterCombination: {text}")
    if zone not in case.fact("regions.regions")[region]["zones"]:
        text = f"The requested Availability Zone {zone} is not valid in {region}"
        yield Problem("availabilityZone", f"InvalidParameterValue: {text}")


def exported_logs_exist(case: Case) -> Iterator[Problem]:
    """The engine writes the logs that are exported."""
    engine = _engine(case)
    for path, name in values.find(case.properties, "enabledCloudwatchLogsExports[*]"):
        if engine and isinstance(name, str) and name not in engine["logs"]:
            what = f"{case.get('engine')} {case.get('engineVersion')}"
            text = f"You cannot use the log types '{name}' with engine version {what}."
            offered = ", ".join(engine["logs"])
            yield Problem(values.format_path(path), f"InvalidParameterCombination: {text} Offered: {offered}")


def final_snapshot_is_named(case: Case) -> Iterator[Problem]:
    """An instance that takes a last snapshot says its name while it can still be said."""
    if case.get("skipFinalSnapshot") is False and case.properties.get("finalSnapshotIdentifier") is None:
        text = "final_snapshot_identifier is required when skip_final_snapshot is false"
        yield Problem("finalSnapshotIdentifier", text)


# --- instances: against what stands -------------------------------------------------------------------------------


def group_family_matches(case: Case) -> Iterator[Problem]:
    """The parameter group is of the engine version's family."""
    group, engine, version = case.target("parameterGroupName"), _engine(case), case.get("engineVersion")
    if group and engine and version is not None:
        wanted, given = engine["families"].get(_major(case, version)), group.outputs["family"]
        if wanted != given:
            text = (
                f"The Parameter Group {group.id} with DBParameterGroupFamily {given} can't be used for this instance."
            )
            hint = f"Please use a Parameter Group with DBParameterGroupFamily {wanted}"
            yield Problem("parameterGroupName", f"InvalidParameterCombination: {text} {hint}")


def database_groups_share_vpc(case: Case) -> Iterator[Problem]:
    """Security groups are of the subnet group's VPC."""
    home = case.target("dbSubnetGroupName")
    if home is None:
        return
    for group in case.targets("vpcSecurityGroupIds[*]"):
        if vpc_of(group) != vpc_of(home):
            text = "The DB instance and EC2 security group are in different VPCs."
            where = f"The DB instance is in {vpc_of(home)} and the EC2 security group is in {vpc_of(group)}"
            yield Problem("vpcSecurityGroupIds", f"InvalidVPCNetworkStateFault: {text} {where}")


def multi_az_has_zones(case: Case) -> Iterator[Problem]:
    """A standby needs a second zone."""
    home = case.target("dbSubnetGroupName")
    if home and case.get("multiAz") and len(zones_of(case, home)) < _ZONES_NEEDED:
        text = "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement for Multi-AZ."
        yield Problem("multiAz", f"DBSubnetGroupDoesNotCoverEnoughAZs: {text}")


def zones_of(case: Case, subnet_group: Value) -> list[str]:
    """Return the zones a subnet group covers, in its own order."""
    found: dict[str, None] = {}
    for id_ in subnet_group.outputs.get("subnetIds", ()):
        subnet = case.find("aws:ec2/subnet:Subnet", id_)
        if subnet:
            found[subnet.outputs["availabilityZone"]] = None
    return list(found)


def upgrade_is_allowed(case: Case) -> Iterator[Problem]:
    """A new major must be allowed explicitly; there is no way down."""
    old, new = case.before("engineVersion"), case.get("engineVersion")
    before, after = _major(case, old), _major(case, new)
    if before is None or after is None or before == after:
        return
    order = list((_engine(case) or {})["versions"])  # newest first
    if order.index(after) > order.index(before):
        text = f"Cannot upgrade {case.get('engine')} from {old} to {new}"
        yield Problem("engineVersion", f"InvalidParameterCombination: {text}")
    elif not case.get("allowMajorVersionUpgrade"):
        text = "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version."
        yield Problem("allowMajorVersionUpgrade", f"InvalidParameterCombination: {text}")


def storage_does_not_shrink(case: Case) -> Iterator[Problem]:
    """Storage only grows."""
    old, new = case.before("allocatedStorage"), case.get("allocatedStorage")
    if old is not None and new is not None and new < old:
        text = f"The allocated storage cannot be decreased from {old} to {new} GiB"
        yield Problem("allocatedStorage", f"InvalidParameterCombination: {text}")


def instance_is_not_protected(case: Case) -> Iterator[Problem]:
    """A protected instance stays."""
    if case.get("deletionProtection"):
        text = "Cannot delete protected DB Instance, please disable deletion protection and try again."
        yield Problem("", f"InvalidParameterCombination: {text}")


def instance_outputs(case: Case) -> dict[str, Any]:
    """Name the instance, its port, its zone and its managed password."""
    seed, region, account = str(case.seed()), case.constants["region"], case.scope.account
    engine, version = _engine(case) or {}, case.get("engineVersion")
    major = _major(case, version) or next(iter(engine.get("versions", {"": ""})))
    actual = engine.get("versions", {}).get(major, "") if version in (None, major) else version
    home = case.target("dbSubnetGroupName")
    zones = zones_of(case, home) if home else []
    port = case.get("port") or engine.get("port")
    address = f"{case.get('identifier')}.{noise(f'{account}|{region}', 'alnum:12')}.{region}.rds.amazonaws.com"
    outputs = {
        "address": address,
        "port": port,
        "endpoint": f"{address}:{port}",
        "hostedZoneId": f"Z{noise(f'rds|{region}', 'UPPER:13')}",
        "engineVersion": version or actual,
        "engineVersionActual": actual,
        "licenseModel": case.get("licenseModel") or engine.get("license"),
        "parameterGroupName": case.properties.get("parameterGroupName")
        or f"default.{engine.get('families', {}).get(major)}",
        "availabilityZone": case.get("availabilityZone") or (zones[0] if zones else None),
    }
    if case.get("manageMasterUserPassword"):
        suffix = f"{noise(seed + '|secret', 'uuid')}-{noise(seed + '|suffix', 'alnum:6')}"
        secret = {
            "secretArn": f"arn:aws:secretsmanager:{region}:{account}:secret:rds!db-{suffix}",
            "secretStatus": "active",
            "kmsKeyId": case.get("masterUserSecretKmsKeyId")
            or f"arn:aws:kms:{region}:{account}:alias/aws/secretsmanager",
        }
        outputs["masterUserSecrets"] = [secret]
    return outputs


# --- groups ---------------------------------------------------------------------------------------------------------


def subnets_share_vpc(case: Case) -> Iterator[Problem]:
    """A subnet group lies in one VPC."""
    if len({vpc_of(subnet) for subnet in case.targets("subnetIds[*]")}) > 1:
        text = "The subnets of a subnet group must be in the same VPC"
        yield Problem("subnetIds", f"InvalidParameterValue: {text}")


def subnets_span_zones(case: Case) -> Iterator[Problem]:
    """A DB subnet group covers two zones, even for one instance in one zone."""
    zones = sorted({subnet.outputs["availabilityZone"] for subnet in case.targets("subnetIds[*]")})
    if len(zones) < _ZONES_NEEDED:
        text = "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement."
        what = f"Current AZ coverage: {', '.join(zones)}. Add subnets to cover at least 2 AZs."
        yield Problem("subnetIds", f"DBSubnetGroupDoesNotCoverEnoughAZs: {text} {what}")


def static_parameters_wait_for_reboot(case: Case) -> Iterator[Problem]:
    """Static parameters cannot be applied at once."""
    family = re.match(r"[a-z]+", case.get("family", ""))
    static = case.fact("rds.static_parameters").get(family.group() if family else "", ())
    for index, parameter in enumerate(case.properties.get("parameters") or ()):
        if (
            isinstance(parameter, dict)
            and parameter.get("name") in static
            and parameter.get("applyMethod") == "immediate"
        ):
            text = f"cannot use immediate apply method for static parameter {parameter['name']}: use pending-reboot"
            yield Problem(f"parameters[{index}].applyMethod", f"InvalidParameterCombination: {text}")
