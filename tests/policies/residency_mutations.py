"""What can be broken of where things are, on each cloud. Found by texts of its own, not by the rules' way to read."""

import re
from collections.abc import Iterator, Sequence

from policies.residency import aws, azure, gcp
from policies.resource import UNKNOWN, Resource, Value, revealed
from tests.policies.mutation import MISSING, Mutant, by_provider, each_said, removed, retyped, said

_TOKYO = "ap-northeast-1"
_OREGON = "us-west-2"
#: In an ARN, a host or a zone; what has spaces or is JSON is prose or a condition, which places nothing.
_AWS_PLACE = re.compile(rf"arn:[^\s{{]*:({_TOKYO}|us-east-1):[^\s{{]*|\S+\.{_TOKYO}\.\S+|{_TOKYO}[a-d]?")
_AZURE_PLACE = re.compile(r"(koreacentral|koreasouth)|[^\s{]+[./:](koreacentral|koreasouth)(?:[./:][^\s{]*)?")
_GCP_PLACE = re.compile(r"(?:[^\s{]+/)?europe-west3(?:-[a-c])?(?:[/.-][^\s{]*)?")


def named(resource: Resource, pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """Return the texts that name a place, by their paths."""
    for path, value in resource.leaves():
        plain = revealed(value)
        if isinstance(plain, str) and pattern.fullmatch(plain):
            yield path, plain


def known_package(resource: Resource) -> Iterator[Mutant]:
    yield retyped(resource, "elsewhere:storage/bucket:Bucket")


def aws_known(resource: Resource) -> Iterator[Mutant]:
    yield retyped(resource, "aws:elsewhere/thing:Thing")


def aws_region(resource: Resource) -> Iterator[Mutant]:
    yield from each_said(resource, "region", _OREGON, UNKNOWN, "eu-central-1")
    if not aws.may_be_at_the_edge(resource):
        yield said(resource, "region", "us-east-1")
    if resource.at("region") is None:
        for value in (_OREGON, UNKNOWN, MISSING):
            yield by_provider(resource, "region", value)


def aws_places(resource: Resource) -> Iterator[Mutant]:
    for path, text in named(resource, _AWS_PLACE):
        if path != "region":
            yield said(resource, path, text.replace(_TOKYO, _OREGON).replace("us-east-1", _OREGON))


def azure_known(resource: Resource) -> Iterator[Mutant]:
    yield retyped(resource, "azure-native:elsewhere:Thing")


def azure_template(resource: Resource) -> Iterator[Mutant]:
    yield said(resource, "properties.templateLink", {"uri": "https://elsewhere.example/template.json"})
    for path, _ in resource.every("properties.template.resources.*"):
        yield from each_said(resource, f"{path}.type", "Microsoft.Storage/storageAccounts", UNKNOWN, MISSING)
        yield said(resource, f"{path}.resources", [])
    yield said(resource, "properties.template", MISSING)


def azure_location(resource: Resource) -> Iterator[Mutant]:
    yield from each_said(resource, "location", "japaneast", "Japan East", UNKNOWN)
    if not azure.is_global(resource):
        yield said(resource, "location", "global")
        if resource.at("location") is None:
            for value in ("japaneast", UNKNOWN, MISSING):
                yield by_provider(resource, "location", value)


def azure_places(resource: Resource) -> Iterator[Mutant]:
    for path, text in named(resource, _AZURE_PLACE):
        if path != "location":
            yield said(resource, path, text.replace("koreacentral", "japaneast").replace("koreasouth", "japanwest"))


def azure_copies(resource: Resource) -> Iterator[Mutant]:
    kept = azure.PLACES.copies[resource.type]
    yield from each_said(resource, kept.property, "Everywhere", UNKNOWN)
    if revealed(resource.at(kept.property)) in kept.goes:
        yield from each_said(resource, "location", "southeastasia", UNKNOWN)


def gcp_known(resource: Resource) -> Iterator[Mutant]:
    yield from (retyped(resource, token) for token in ("gcp:elsewhere/thing:Thing", *sorted(gcp.PLACES.worldwide)[:1]))


def gcp_location(resource: Resource) -> Iterator[Mutant]:
    name, _ = gcp.own_location(resource)
    own = name if resource.at(name) is not None else gcp.PLACES.property_of.get(resource.type, "location")
    yield from each_said(resource, own, "us-central1", "EU", UNKNOWN)
    if not gcp.is_global(resource):
        yield said(resource, own, "global")
        if own not in ("region", "zone"):
            if resource.type in gcp.PLACES.property_of:
                yield said(resource, own, MISSING)
        elif resource.provider and resource.at(own) is None:
            yield by_provider(resource, own, "us-central1")


def gcp_places(resource: Resource) -> Iterator[Mutant]:
    ours = {"location", "region", "zone", "locationId", gcp.PLACES.not_kept.get(resource.type)}
    for path, text in named(resource, _GCP_PLACE):
        if path.partition(".")[0] not in ours and "abels." not in path:
            yield said(resource, path, text.replace("europe-west3", "us-central1"))


def gcp_copies(resource: Resource) -> Iterator[Mutant]:
    if spread := gcp.PLACES.spread.get(resource.type):
        yield from each_said(resource, spread, {"location": "EU"}, UNKNOWN)
    for row in gcp.PLACES.stated:
        if row.type == resource.type:
            # Where nothing is kept yet, somebody begins to and does not say where.
            begun = said(resource, row.when, _on(resource.at(row.when))).after if row.when else resource
            assert begun is not None
            yield from each_said(begun, row.path, MISSING, UNKNOWN)


def _on(value: Value) -> Value:
    return value or True


def gcp_sink(resource: Resource) -> Iterator[Mutant]:
    elsewhere = ("storage.googleapis.com/somebodys-bucket", "pubsub.googleapis.com/projects/p/topics/t", UNKNOWN)
    yield from each_said(resource, "destination", *elsewhere)


def gcp_constraint(resources: Sequence[Resource]) -> Iterator[Mutant]:
    system = next(one for one in resources if one.type == gcp.SYSTEM)
    switched = {revealed(one.at("project")) for one in resources if one.type == gcp.SERVICE}
    for policy in resources:
        project = str(revealed(policy.at("parent"))).removeprefix("projects/")
        if policy.type == gcp.POLICY and str(policy.at("name")).endswith("gcp.resourceLocations"):
            values = "spec.rules.0.values.allowedValues"
            yield from each_said(policy, values, ["in:eu-locations"], [], UNKNOWN)
            yield said(policy, "spec.rules", MISSING)
            if project in switched:
                yield removed(system.urn, policy)


MUTATIONS = {
    "known-package": known_package,
    "aws-known-type": aws_known,
    "aws-region": aws_region,
    "aws-named-places": aws_places,
    "azure-known-type": azure_known,
    "azure-templates": azure_template,
    "azure-location": azure_location,
    "azure-named-places": azure_places,
    "azure-copies": azure_copies,
    "gcp-known-type": gcp_known,
    "gcp-location": gcp_location,
    "gcp-named-places": gcp_places,
    "gcp-copies": gcp_copies,
    "gcp-sinks": gcp_sink,
}
STACK_MUTATIONS = {"gcp-location-constraint": gcp_constraint}
