"""What can be broken of AWS besides single properties that the tables list."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from policies.availability import aws as availability
from policies.documents import DOCUMENTS
from policies.encryption import aws as encryption
from policies.identity import aws as identity
from policies.network import aws as network
from policies.origins import Origins
from policies.resource import UNKNOWN, Resource, revealed
from tests.policies.mutation import MISSING, WRONG, Mutant, changed, each_said, from_nowhere, removed, said

_EVERYBODY = "0.0.0.0/0"


def public_access(resource: Resource) -> Iterator[Mutant]:
    if resource.type == "aws:ec2/launchTemplate:LaunchTemplate":
        yield said(resource, "networkInterfaces", [{"associatePublicIpAddress": "true"}])
    elif resource.type == network.CLUSTER:
        opened = changed(resource, "vpcConfig", {"endpointPublicAccess": True})
        yield from each_said(opened, "vpcConfig.publicAccessCidrs", MISSING, [], [_EVERYBODY], [UNKNOWN], UNKNOWN)
        yield from each_said(resource, "vpcConfig.endpointPublicAccess", MISSING, UNKNOWN)


def open_ports(resource: Resource) -> Iterator[Mutant]:
    if resource.type == network.INGRESS_RULE:
        yield from each_said(resource, "cidrIpv4", _EVERYBODY, "8.8.8.0/24", UNKNOWN)
        yield said(resource, "cidrIpv6", "::/0")
        yield from each_said(resource, "prefixListId", WRONG, UNKNOWN)
        return
    rules = len(list(resource.every("ingress.*")))
    for name in ("cidrBlocks", "prefixListIds"):
        for value in (_EVERYBODY, UNKNOWN):
            yield said(resource, f"ingress.{rules}", {"fromPort": 22, name: [value]})


def web_firewall(resource: Resource) -> Iterator[Mutant]:
    if resource.type == network.DISTRIBUTION:
        yield from each_said(resource, "webAclId", MISSING, "")
        yield said(resource, "origins", UNKNOWN)
        for path, _ in resource.every("origins.*"):
            proof = "originAccessControlId" if resource.at(f"{path}.customOriginConfig") is None else "customHeaders"
            yield said(resource, f"{path}.{proof}", MISSING)
    elif resource.type == network.WEB_ACL and revealed(resource.at("scope")) == network.EDGE_SCOPE:
        yield from each_said(resource, "rules", [], UNKNOWN)
        for path, _ in resource.every("rules.*"):
            if resource.at(f"{path}.statement.managedRuleGroupStatement") is not None:
                yield said(resource, f"{path}.overrideAction", {"count": {}})
            elif resource.at(f"{path}.statement.rateBasedStatement") is not None:
                yield said(resource, f"{path}.action", {"count": {}})
    elif resource.type == network.WEB_ACL:
        yield said(resource, "scope", UNKNOWN)


def customer_keys(resource: Resource) -> Iterator[Mutant]:
    for requirement in encryption.CUSTOMER_KEYS[resource.type]:
        for path, _ in resource.every(requirement.path):
            yield from each_said(resource, path, MISSING, "", "arn:aws:kms:ap-northeast-1:111111111111:alias/aws/s3")


def tls(resource: Resource) -> Iterator[Mutant]:
    if resource.type == encryption.DATABASE:
        yield said(resource, "parameterGroupName", MISSING)
    elif resource.type == encryption.PARAMETER_GROUP:
        yield from each_said(resource, "parameters", [], MISSING, UNKNOWN)
        for path, _ in resource.every("parameters.*"):
            if revealed(resource.at(f"{path}.name")) == encryption.TLS_PARAMETER:
                yield from each_said(resource, f"{path}.value", "0", UNKNOWN)


def _document(resource: Resource) -> dict[str, Any]:
    text = revealed(resource.at(DOCUMENTS[resource.type]))
    document = json.loads(text) if isinstance(text, str) else text
    assert isinstance(document, dict)
    return document


def _with_statement(resource: Resource, what: str, index: int, **changes: object) -> Mutant:
    """Return the mutant in whose document one statement says something else; one of those keys alone with None."""
    document = _document(resource)
    rows = document["Statement"] if isinstance(document["Statement"], list) else [document["Statement"]]
    row = {name: value for name, value in {**rows[index], **changes}.items() if value is not None}
    text = json.dumps({**document, "Statement": [*rows[:index], row, *rows[index + 1 :]]})
    mutant = said(resource, DOCUMENTS[resource.type], text)
    return replace(mutant, what=f"statement {index} {what}")


def _allowing(resource: Resource) -> Iterator[tuple[int, dict[str, Any]]]:
    rows = _document(resource)["Statement"]
    for index, row in enumerate(rows if isinstance(rows, list) else [rows]):
        if row["Effect"] == "Allow":
            yield index, row


def single_rights(resource: Resource) -> Iterator[Mutant]:
    if resource.type == identity.ATTACHMENT:
        broad = ("arn:aws:iam::aws:policy/AdministratorAccess", "arn:aws:iam::aws:policy/AmazonS3FullAccess")
        yield from each_said(resource, "policyArn", *broad, MISSING, UNKNOWN)
        return
    yield said(resource, DOCUMENTS[resource.type], '{"Statement": []}')
    for index, _ in _allowing(resource):
        if resource.type == identity.ROLE_POLICY:
            yield _with_statement(resource, "gives everything", index, Action="*", Resource="*")
            yield _with_statement(resource, "gives a service", index, Action="s3:*", Resource="*")
            yield _with_statement(resource, "gives all but a thing", index, Action=None, NotAction="iam:*")
        else:
            yield _with_statement(resource, "is for everybody", index, Principal="*")
            yield _with_statement(resource, "is for all but one", index, Principal=None, NotPrincipal={"AWS": "1"})
            yield _with_statement(resource, "gives everything", index, Action="*")
            service = {"Service": "logs.amazonaws.com"}
            yield _with_statement(resource, "is for any customer", index, Principal=service, Condition=None)


def trust(resource: Resource) -> Iterator[Mutant]:
    yield said(resource, DOCUMENTS[resource.type], '{"Statement": []}')
    for index, row in _allowing(resource):
        yield _with_statement(resource, "is for everybody", index, Principal={"AWS": "*"})
        if "Federated" not in row["Principal"]:
            continue
        yield _with_statement(resource, "has no condition", index, Condition=None)
        equal = row["Condition"]["StringEquals"]
        yield _with_statement(resource, "takes any that begins so", index, Condition={"StringLike": equal})
        for key in equal:
            left = {name: value for name, value in equal.items() if name != key}
            yield _with_statement(resource, f"is not bound by {key}", index, Condition={"StringEquals": left})
            every = {**equal, key: "*"}
            yield _with_statement(resource, f"takes every {key}", index, Condition={"StringEquals": every})


def bucket_tls(resource: Resource) -> Iterator[Mutant]:
    rows = _document(resource)["Statement"]
    for index, row in enumerate(rows):
        if row["Effect"] == "Deny" and "aws:SecureTransport" in row.get("Condition", {}).get("Bool", {}):
            yield _with_statement(resource, "refuses writing only", index, Action="s3:PutObject")
            yield _with_statement(resource, "refuses one account only", index, Principal={"AWS": "111111111111"})
            yield _with_statement(resource, "has no condition", index, Condition=None)
            yield _with_statement(resource, "lets it in", index, Effect="Allow")


def logged(resources: Sequence[Resource]) -> Iterator[Mutant]:
    ways = {network.FLOW_LOG: "vpcId", network.WEB_ACL_LOGGING: "resourceArn"}
    for log in resources:
        for urn in log.references.get(ways.get(log.type, ""), ()):
            yield removed(urn, log)


def bucket_parts(resources: Sequence[Resource]) -> Iterator[Mutant]:
    for part in resources:
        if part.type in encryption.BUCKET_PARTS:
            yield from (removed(urn, part) for urn in part.references["bucket"])


def unknown_encryption(resources: Sequence[Resource]) -> Iterator[Mutant]:
    yield from _from_nowhere(resources, encryption.ORIGINS)


def unknown_acl(resources: Sequence[Resource]) -> Iterator[Mutant]:
    yield from _from_nowhere(resources, network.ORIGINS)


def _from_nowhere(resources: Sequence[Resource], origins: Origins) -> Iterator[Mutant]:
    for one in resources:
        for path in origins.allowed.get(one.type, ()):
            yield from (from_nowhere(one, where) for where, _ in one.every(path))


def audit_trails(resources: Sequence[Resource]) -> Iterator[Mutant]:
    system = next(one for one in resources if one.type == identity.SYSTEM)
    for token in (identity.TRAIL, identity.RECORDER):
        yield removed(system.urn, *(one for one in resources if one.type == token))


def spread(resources: Sequence[Resource]) -> Iterator[Mutant]:
    subnets = {one.urn for one in resources if one.type == availability.SUBNET}
    for one in resources:
        name = availability.SPREAD.get(one.type, "")
        if used := [urn for urn in one.references.get(name, ()) if urn in subnets]:
            alone = replace(one, references={**one.references, name: (used[0],)})
            yield Mutant(what="it stands in one subnet", before=(one,), after=alone, named=one.urn)


MUTATIONS = {
    "aws-public-access": public_access,
    "aws-open-ports": open_ports,
    "aws-web-firewall": web_firewall,
    "aws-customer-keys": customer_keys,
    "aws-tls": tls,
    "aws-single-rights": single_rights,
    "aws-trust": trust,
    "aws-bucket-tls": bucket_tls,
}
STACK_MUTATIONS = {
    "aws-traffic-logged": logged,
    "aws-bucket-parts": bucket_parts,
    "aws-unknown-encryption": unknown_encryption,
    "aws-unknown-web-firewall": unknown_acl,
    "aws-audit-trails": audit_trails,
    "aws-spread": spread,
}
