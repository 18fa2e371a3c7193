"""Sizing of KYEOL: the runbook's table for each environment. Too large in dev is refused like too small in prod."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from policies.controls import Controls
from policies.resource import ENVIRONMENTS, UNKNOWN, EnvironmentName, Resource, Value, revealed
from policies.rule import Finding, ResourceRule, StackRule, at_path, unknowable, violated


@dataclass(frozen=True, kw_only=True)
class NodesRow:
    """Row `EKS Nodes`: the type, and how many always run and may run."""

    instance_type: str
    min_nodes: int
    max_nodes: int

    def __str__(self) -> str:
        return f"{self.instance_type} x {_span(self.min_nodes, self.max_nodes)}"


@dataclass(frozen=True, kw_only=True)
class PostgresRow:
    """Row `RDS (PostgreSQL)`: `Multi-AZ` or `Single`."""

    instance_class: str
    multi_az: bool

    def __str__(self) -> str:
        return f"{self.instance_class}, {'Multi-AZ' if self.multi_az else 'a single zone'}"


@dataclass(frozen=True, kw_only=True)
class CacheRow:
    """Row `Cache (Valkey)`: `Single` is one node, `Replication` a primary and a replica."""

    node_type: str
    min_nodes: int
    max_nodes: int

    def __str__(self) -> str:
        return f"{self.node_type} x {_span(self.min_nodes, self.max_nodes)}"


@dataclass(frozen=True, kw_only=True)
class Column:
    """The table's column of one environment; None where the environment has no such thing."""

    nodes: NodesRow
    postgres: PostgresRow | None = None
    cache: CacheRow | None = None
    #: Nodes for payments; where there are any, they have NAT gateways of their own.
    payment_nodes: NodesRow | None = None
    #: Letters of the zones with a payment NAT gateway each.
    payment_zones: tuple[str, ...] = ()


def _span(least: int, most: int) -> str:
    return str(least) if least == most else f"{least}-{most}"


def _load() -> Mapping[EnvironmentName, Column]:
    content = tomllib.loads(Path(__file__).with_name("kyeol.toml").read_text(encoding="utf-8"))
    return {environment: _column(**content[environment]) for environment in ENVIRONMENTS}


def _column(
    nodes: dict[str, Any],
    postgres: dict[str, Any] | None = None,
    cache: dict[str, Any] | None = None,
    payment_nodes: dict[str, Any] | None = None,
    payment_zones: Sequence[str] = (),
) -> Column:
    return Column(
        nodes=NodesRow(**nodes),
        postgres=PostgresRow(**postgres) if postgres else None,
        cache=CacheRow(**cache) if cache else None,
        payment_nodes=NodesRow(**payment_nodes) if payment_nodes else None,
        payment_zones=tuple(payment_zones),
    )


TABLE: Final = _load()

NODE_GROUP: Final = "aws:eks/nodeGroup:NodeGroup"
INSTANCE: Final = "aws:rds/instance:Instance"
REPLICATION_GROUP: Final = "aws:elasticache/replicationGroup:ReplicationGroup"
NAT_GATEWAY: Final = "aws:ec2/natGateway:NatGateway"
SUBNET: Final = "aws:ec2/subnet:Subnet"
PAYMENT_EGRESS: Final = "platform:aws:PaymentEgress"
SYSTEM: Final = "platform:system:Kyeol"
#: What runs containers, a database or a cache in other ways than the table's; it would be a way round it.
OTHER_NODES: Final = (
    "aws:autoscaling/group:Group",
    "aws:ec2/fleet:Fleet",
    "aws:ec2/instance:Instance",
    "aws:ec2/spotFleetRequest:SpotFleetRequest",
    "aws:ec2/spotInstanceRequest:SpotInstanceRequest",
    "aws:eks/fargateProfile:FargateProfile",
)
OTHER_DATABASES: Final = (
    "aws:rds/cluster:Cluster",
    "aws:rds/clusterInstance:ClusterInstance",
    "aws:rds/globalCluster:GlobalCluster",
)
OTHER_CACHES: Final = ("aws:elasticache/cluster:Cluster", "aws:elasticache/serverlessCache:ServerlessCache")

#: Label of a node group that says what it is for.
PURPOSE: Final = "labels.platform/node-group"
PAYMENT: Final = "payment"


def is_payment_group(resource: Resource) -> bool:
    """Return whether a node group is the one for payments, by its label."""
    return revealed(resource.at(PURPOSE)) == PAYMENT


def is_payment_nat(resource: Resource) -> bool:
    """Return whether a NAT gateway is the payment gateway's own: it belongs to PaymentEgress, or is called so."""
    return PAYMENT_EGRESS in resource.lineage or PAYMENT in resource.name


def _expected(resource: Resource, path: str, expected: Value, allowed: str) -> Iterator[Finding]:
    """Compare one property with what the table says; a missing boolean is false, as AWS takes it."""
    value = resource.at(path)
    plain = revealed(value)
    if plain is UNKNOWN or (isinstance(plain, list) and UNKNOWN in plain):
        yield unknowable(path, allowed)
    elif plain != expected and not (plain is None and expected is False):
        yield violated(at_path(path, value), allowed)


def _within(resource: Resource, path: str, least: int, most: int, allowed: str) -> Iterator[Finding]:
    value = resource.at(path)
    plain = revealed(value)
    if plain is UNKNOWN:
        yield unknowable(path, allowed)
    elif not isinstance(plain, int) or not least <= plain <= most:
        yield violated(at_path(path, value), allowed)


def _in(environment: EnvironmentName, row: object) -> str:
    return f"{row} in {environment}" if row else f"none in {environment}"


def nodes(resource: Resource) -> Iterable[Finding]:
    """Hold a node group against the row of its purpose."""
    column = TABLE[resource.environment]
    if resource.type != NODE_GROUP:
        yield violated(f"compute outside the node groups ({resource.type})", _in(resource.environment, column.nodes))
        return
    if revealed(resource.at(PURPOSE)) is UNKNOWN:
        yield unknowable(PURPOSE, "a label that says what the nodes are for")
        return
    row = column.payment_nodes if is_payment_group(resource) else column.nodes
    allowed = _in(resource.environment, row)
    if row is None:
        yield violated("a node group for payments", allowed)
        return
    yield from _expected(resource, "instanceTypes", [row.instance_type], allowed)
    yield from _within(resource, "scalingConfig.minSize", row.min_nodes, row.max_nodes, allowed)
    yield from _within(resource, "scalingConfig.maxSize", row.min_nodes, row.max_nodes, allowed)


def postgres(resource: Resource) -> Iterable[Finding]:
    """Hold a database against its row."""
    row = TABLE[resource.environment].postgres
    allowed = _in(resource.environment, row)
    if resource.type != INSTANCE or row is None:
        yield violated(f"a database ({resource.type})", allowed)
        return
    yield from _expected(resource, "engine", "postgres", f"postgres, {allowed}")
    yield from _expected(resource, "instanceClass", row.instance_class, allowed)
    yield from _expected(resource, "multiAz", row.multi_az, allowed)


def cache(resource: Resource) -> Iterable[Finding]:
    """Hold a cache against its row; where it replicates, a replica takes over by itself."""
    row = TABLE[resource.environment].cache
    allowed = _in(resource.environment, row)
    if resource.type != REPLICATION_GROUP or row is None:
        yield violated(f"a cache ({resource.type})", allowed)
        return
    replicates = row.min_nodes > 1
    yield from _expected(resource, "engine", "valkey", f"valkey, {allowed}")
    yield from _expected(resource, "nodeType", row.node_type, allowed)
    yield from _within(resource, "numCacheClusters", row.min_nodes, row.max_nodes, allowed)
    yield from _expected(resource, "automaticFailoverEnabled", replicates, f"{str(replicates).lower()}: {allowed}")


def payment_nat(resource: Resource) -> Iterable[Finding]:
    """Refuse a payment NAT where no payments are made, and one whose address changes."""
    if TABLE[resource.environment].payment_nodes is None:
        yield violated(f"a payment NAT in {resource.environment}", "a payment NAT in prod only")
    elif resource.at("allocationId") is None:
        yield violated("a payment NAT without `allocationId`", "a fixed address that the payment provider allow-lists")


def _concerned(resources: Sequence[Resource]) -> bool:
    """Return whether the stack holds KYEOL; stacks of other systems owe it nothing."""
    return any(resource.type == SYSTEM for resource in resources)


def _takes_payments(resources: Sequence[Resource]) -> bool:
    return any(one.type == SYSTEM and TABLE[one.environment].payment_nodes is not None for one in resources)


def _system(resources: Sequence[Resource]) -> Resource:
    return next(resource for resource in resources if resource.type == SYSTEM)


def payment_nat_present(resources: Sequence[Resource]) -> Iterable[Finding]:
    """Require one payment NAT in each zone of the payments. Whose subnet it stands in, a preview knows by reference."""
    system = _system(resources)
    zones = TABLE[system.environment].payment_zones
    letters = {one.urn: str(revealed(one.at("availabilityZone")))[-1] for one in resources if one.type == SUBNET}
    nats = [one for one in resources if one.type == NAT_GATEWAY and is_payment_nat(one)]
    found = Counter(letters.get(urn) for nat in nats for urn in nat.references.get("subnetId", ()))
    allowed = f"one that payments alone leave by in each of the zones {', '.join(zones)} of {system.environment}"
    for zone in zones:
        if found[zone] != 1:
            yield violated(f"{found[zone]} payment NATs in zone {zone}", allowed, system.urn)
    if len(nats) > len(zones):
        yield violated(f"{len(nats)} payment NATs", allowed, system.urn)


def _kinds(resources: Iterable[Resource]) -> Counter[str]:
    kinds = {NODE_GROUP: "nodes", INSTANCE: "postgres", REPLICATION_GROUP: "cache"}
    return Counter(
        "payment_nodes" if one.type == NODE_GROUP and is_payment_group(one) else kinds[one.type]
        for one in resources
        if one.type in kinds
    )


def each_row_once(resources: Sequence[Resource]) -> Iterable[Finding]:
    """Require every row of the table exactly once: no second database, and no missing one."""
    system = _system(resources)
    column, counts = TABLE[system.environment], _kinds(resources)
    rows = {
        "nodes": (column.nodes, "node groups for general use"),
        "payment_nodes": (column.payment_nodes, "node groups for payments"),
        "postgres": (column.postgres, "databases"),
        "cache": (column.cache, "caches"),
    }
    for kind, (row, words) in rows.items():
        if counts[kind] != int(row is not None):
            yield violated(f"{counts[kind]} {words}", f"{int(row is not None)} in {system.environment}", system.urn)


_SIZE: Final = "cost; ISMS-P 2.9.2 performance and failures"
_CONTROLS: Final[Controls] = {"ISMS-P": ("2.9.2",)}
_FIX: Final = (
    "Give the stack what the runbook's sizing table says for its environment (Pulumi.<stack>.yaml); where the table "
    "itself changes, change policies/sizing/kyeol.toml in the same review"
)
_TABLE_SOURCE: Final = "KYEOL runbook, chapter 3 (sizing)"
_PAYMENT_SOURCE: Final = "KYEOL runbook, 2.2 (payment gateway's own NAT, PROD only)"

RESOURCE_RULES: Final = (
    ResourceRule(
        id="kyeol-nodes",
        concern="sizing",
        title="Nodes are of the type and number that the runbook gives the environment",
        severity="medium",
        protects=_SIZE,
        controls=_CONTROLS,
        fix=_FIX,
        source=_TABLE_SOURCE,
        types=(NODE_GROUP, *OTHER_NODES),
        fail_closed=False,
        judge=nodes,
    ),
    ResourceRule(
        id="kyeol-postgres",
        concern="sizing",
        title="The database has the class and the standby that the runbook gives the environment",
        severity="high",
        protects=f"{_SIZE}, 2.12.1 readiness for disasters",
        controls={"ISMS-P": ("2.9.2", "2.12.1")},
        fix=_FIX,
        source=_TABLE_SOURCE,
        types=(INSTANCE, *OTHER_DATABASES),
        fail_closed=False,
        judge=postgres,
    ),
    ResourceRule(
        id="kyeol-cache",
        concern="sizing",
        title="The cache has the node type and the replica that the runbook gives the environment",
        severity="medium",
        protects=_SIZE,
        controls=_CONTROLS,
        fix=_FIX,
        source=_TABLE_SOURCE,
        types=(REPLICATION_GROUP, *OTHER_CACHES),
        fail_closed=False,
        judge=cache,
    ),
    ResourceRule(
        id="kyeol-payment-nat",
        concern="sizing",
        title="Only prod has a payment NAT, and it has a fixed address",
        severity="high",
        protects="cost; ISMS-P 2.6.7 internet access, 2.10.4 electronic payments",
        controls={"ISMS-P": ("2.6.7", "2.10.4")},
        fix="Take `payment_gateway` out of the stack's settings: payments are made in prod only",
        source=_PAYMENT_SOURCE,
        types=(NAT_GATEWAY,),
        fail_closed=False,
        claims=is_payment_nat,
        judge=payment_nat,
    ),
)

STACK_RULES: Final = (
    StackRule(
        id="kyeol-payment-nat-present",
        concern="sizing",
        title="Payments in prod leave by NAT gateways of their own, one in each zone that they run in",
        severity="high",
        protects="ISMS-P 2.6.7 internet access, 2.10.4 electronic payments",
        controls={"ISMS-P": ("2.6.7", "2.10.4")},
        fix="Give the stack `payment_gateway` in its settings (Pulumi.prod.yaml), with these zones; where the zones "
        "change, change policies/sizing/kyeol.toml in the same review",
        source=_PAYMENT_SOURCE,
        types=(SYSTEM, NAT_GATEWAY, SUBNET),
        fail_closed=False,
        claims=_takes_payments,
        judge=payment_nat_present,
    ),
    StackRule(
        id="kyeol-each-row-once",
        concern="sizing",
        title="Each row of the sizing table is in the stack exactly once",
        severity="medium",
        protects=_SIZE,
        controls=_CONTROLS,
        fix=_FIX,
        source=_TABLE_SOURCE,
        types=(SYSTEM, NODE_GROUP, INSTANCE, REPLICATION_GROUP),
        fail_closed=False,
        claims=_concerned,
        judge=each_row_once,
    ),
)
