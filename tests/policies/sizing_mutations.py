"""What can be broken of how much there is, besides the figures that the tables list."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import permutations

from policies.kubernetes import WORKLOADS
from policies.resource import UNKNOWN, Resource, revealed
from policies.sizing import dtx, kyeol, tripgen
from tests.policies.mutation import MISSING, WRONG, Mutant, doubled, each_said, removed, said


def payment_nat(resource: Resource) -> Iterator[Mutant]:
    yield said(resource, "allocationId", MISSING)


def service(resource: Resource) -> Iterator[Mutant]:
    if resource.type in WORKLOADS:
        yield from each_said(resource, "metadata.name", WRONG, UNKNOWN)


def in_the_hub(resource: Resource) -> Iterator[Mutant]:
    """Return the mutant that somebody places in the hub, which has nothing of these systems."""
    hub = replace(resource, environment="mgmt")
    yield Mutant(what="it is placed in the hub", before=(resource,), after=hub, named=resource.urn)


def payment_nat_present(resources: Sequence[Resource]) -> Iterator[Mutant]:
    """Return the mutants of the payment NATs: each is missing, there twice, and in another one's zone."""
    system = next(one for one in resources if one.type == kyeol.SYSTEM)
    nats = [one for one in resources if one.type == kyeol.NAT_GATEWAY and kyeol.PAYMENT_EGRESS in one.lineage]
    yield removed(system.urn, *nats)
    for one, other in permutations(nats, 2):
        yield removed(system.urn, one)
        yield doubled(one, system.urn)
        moved = replace(one, references={**one.references, "subnetId": other.references["subnetId"]})
        yield Mutant(what=f"it stands in the zone of {other.name}", before=(one,), after=moved, named=system.urn)


def each_row(
    system_type: str, counted: Callable[[Resource], Iterable[object]]
) -> Callable[[Sequence[Resource]], Iterator[Mutant]]:
    """Return the mutations of a sizing table: one of everything it counts is missing, or there twice."""

    def mutants(resources: Sequence[Resource]) -> Iterator[Mutant]:
        system = next(one for one in resources if one.type == system_type)
        for one in resources:
            if any(True for _ in counted(one)):
                yield removed(system.urn, one)
                yield doubled(one, system.urn)

    return mutants


def _of_kyeol(resource: Resource) -> Iterator[str]:
    if resource.type in {kyeol.NODE_GROUP, kyeol.INSTANCE, kyeol.REPLICATION_GROUP}:
        yield resource.type


def every_service(system_type: str) -> Callable[[Sequence[Resource]], Iterator[Mutant]]:
    """Return the mutations of a table of services: each of them is missing once."""

    def mutants(resources: Sequence[Resource]) -> Iterator[Mutant]:
        system = next(one for one in resources if one.type == system_type)
        for one in resources:
            if one.type in WORKLOADS and system_type in one.lineage:
                yield removed(system.urn, one)

    return mutants


def replicas(resources: Sequence[Resource]) -> Iterator[Mutant]:
    for one in resources:
        if revealed(one.at("createMode")) == "Replica":
            yield from each_said(one, "sku.name", "Standard_D4s_v3", MISSING, UNKNOWN)
            yield from each_said(one, "sku.tier", "Burstable", UNKNOWN)
            yield from each_said(one, "storage.storageSizeGB", 32, MISSING, UNKNOWN)


_TABLES = {
    "tripgen": ("cache", "edge", "logs", "messaging", "nodes", "postgres", "registry"),
    "dtx": ("cache", "nodes", "postgres", "stores"),
}
MUTATIONS = {
    "kyeol-payment-nat": payment_nat,
    "tripgen-services": service,
    "dtx-services": service,
    **{f"{system}-{name}": in_the_hub for system, names in _TABLES.items() for name in names},
}
STACK_MUTATIONS = {
    "kyeol-payment-nat-present": payment_nat_present,
    "kyeol-each-row-once": each_row(kyeol.SYSTEM, _of_kyeol),
    "tripgen-replicas-equal-primary": replicas,
    "tripgen-each-row": each_row(tripgen.SYSTEM, tripgen.parts),
    "tripgen-every-service": every_service(tripgen.SYSTEM),
    "dtx-each-row": each_row(dtx.SYSTEM, dtx.parts),
    "dtx-every-service": every_service(dtx.SYSTEM),
}
