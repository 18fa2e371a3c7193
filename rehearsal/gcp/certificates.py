"""What Certificate Manager refuses, and the record it wants to see."""

from collections.abc import Iterator
from typing import Any

from rehearsal.errors import Problem
from rehearsal.gcp.paths import GcpCase
from rehearsal.gcp.refusals import invalid
from rehearsal.templates import noise
from rehearsal.values import contains_unknown, mapping

_RECORD = "gcp:dns/recordSet:RecordSet"


def one_kind(case: GcpCase) -> Iterator[Problem]:
    """A certificate is Google's to keep, or brought along; a managed one says for what, and by which proof."""
    given = [name for name in ("managed", "selfManaged") if case.properties.get(name) is not None]
    if len(given) != 1:
        yield invalid("managed", "exactly one of managed and self_managed must be specified")
    managed = mapping(case.get("managed"))
    proved = managed.get("dnsAuthorizations") or managed.get("issuanceConfig")
    if case.place not in (None, "global") and managed and not proved:
        words = "A regional certificate that Google manages needs a DNS authorisation or an issuance config"
        yield invalid("managed", words)
    if managed and not managed.get("domains"):
        yield invalid("managed.domains", "A managed certificate needs a domain")


def domains_are_authorised(case: GcpCase) -> Iterator[Problem]:
    """Each authorisation is of a domain of the certificate, in the same location."""
    domains = [domain.removeprefix("*.") for domain in case.all("managed.domains[*]")]
    for authorization in case.targets("managed.dnsAuthorizations[*]"):
        given = authorization.outputs
        if given["domain"] not in domains:
            words = (
                f"DNS authorization '{authorization.id}' is of {given['domain']}, which the certificate does not name"
            )
            yield invalid("managed.dnsAuthorizations", words)
        if given["location"] != case.get("location"):
            words = f"DNS authorization '{authorization.id}' is in {given['location']}, the certificate in"
            yield invalid("managed.dnsAuthorizations", f"{words} {case.get('location')}")


def state_of_managed(case: GcpCase) -> dict[str, Any]:
    """A certificate is issued once the records of its authorisations are found."""
    managed = case.get("managed")
    if managed is None or contains_unknown(managed):
        return {"sanDnsnames": []}
    standing = {str(it.outputs.get("name")) for it in case.standing(_RECORD)}
    proofs = [it.outputs["dnsResourceRecords"][0]["name"] for it in case.targets("managed.dnsAuthorizations[*]")]
    state = "ACTIVE" if all(name in standing for name in proofs) else "PROVISIONING"
    return {"managed": {**managed, "state": state}, "sanDnsnames": managed.get("domains") or []}


def regional_ones_are_of_projects(case: GcpCase) -> Iterator[Problem]:
    """In a region a domain is proved by a record of the project, not by one for all."""
    if case.get("location") != "global" and case.get("type") == "FIXED_RECORD":
        words = "DNS authorizations of type FIXED_RECORD are supported in the location global only"
        yield invalid("type", words)


def record_that_proves(case: GcpCase) -> dict[str, Any]:
    """Name the record that Google looks for."""
    seed, place = str(case.seed()), case.get("location")
    label = "" if place == "global" and case.get("type") != "PER_PROJECT_RECORD" else f"_{noise(seed, 'alnum:16')}"
    name = f"_acme-challenge{label}.{case.get('domain')}."
    zone = noise(f"{seed}|zone", "digits:2")
    data = f"{noise(f'{seed}|name', 'uuid')}.{zone}.authorize.certificatemanager.goog."
    return {
        "dnsResourceRecords": [{"name": name, "type": "CNAME", "data": data}],
        "type": case.get("type") or ("FIXED_RECORD" if place == "global" else "PER_PROJECT_RECORD"),
    }
