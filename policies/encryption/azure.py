"""Encryption on Azure: TLS everywhere, and vaults whose keys nobody can lose."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from policies.requirement import load_requirements, unmet
from policies.resource import UNKNOWN, Resource, revealed
from policies.rule import Finding, ResourceRule, StackRule, unknowable, violated

_TABLES: Final = load_requirements(Path(__file__).with_name("azure.toml"))
TLS: Final = _TABLES["tls"]
AT_REST: Final = _TABLES["at_rest"]
VAULT: Final = _TABLES["vault"]
#: Values that server parameters must have, by the parameter's name.
POSTGRES_PARAMETERS: Final = _TABLES["postgres_parameters"]

SERVER: Final = "azure-native:dbforpostgresql:Server"
CONFIGURATION: Final = "azure-native:dbforpostgresql:Configuration"
#: The property that names a parameter.
PARAMETER: Final = "configurationName"
#: The parameter that a server must have set, as Azure's default is older.
TLS_PARAMETER: Final = "ssl_min_protocol_version"


def tls(resource: Resource) -> Iterable[Finding]:
    """Refuse plain text and old protocols."""
    yield from unmet(resource, TLS)


def _is_judged_parameter(resource: Resource) -> bool:
    name = revealed(resource.at(PARAMETER))
    return name is UNKNOWN or name in POSTGRES_PARAMETERS


def postgres_parameter(resource: Resource) -> Iterable[Finding]:
    """Refuse a value of a server parameter that would let plain text or an old protocol in."""
    name = revealed(resource.at(PARAMETER))
    if name is UNKNOWN:
        yield unknowable(PARAMETER, "the name of a parameter, as a literal")
    for requirement in POSTGRES_PARAMETERS.get(str(name), ()):
        yield from requirement.unmet(resource)


def postgres_tls(resources: Sequence[Resource]) -> Iterable[Finding]:
    """Require the TLS parameter of each server; a replica has parameters of its own."""
    told = {
        urn
        for one in resources
        if one.type == CONFIGURATION and revealed(one.at(PARAMETER)) == TLS_PARAMETER
        for urn in one.references.get("serverName", ())
    }
    for server in resources:
        if server.type == SERVER and server.urn not in told:
            yield violated(
                f"no server parameter {TLS_PARAMETER}",
                f"a Configuration of the server that sets {TLS_PARAMETER}",
                server.urn,
            )


def vault(resource: Resource) -> Iterable[Finding]:
    """Require a vault that keeps keys in hardware and keeps what somebody deletes."""
    yield from unmet(resource, VAULT)


def at_rest(resource: Resource) -> Iterable[Finding]:
    """Require encryption where Azure does not encrypt by itself."""
    yield from unmet(resource, AT_REST)


def _has_a_server(resources: Sequence[Resource]) -> bool:
    return any(resource.type == SERVER for resource in resources)


_TRANSIT: Final = "ISMS-P 2.7.1 use of encryption, 2.10.5 secure transfer of information"
_SOURCE: Final = "TripGen physical architecture, 5.1.1 (SSL/TLS 1.3) and 7.1.1 (L4, encryption in transit)"

RESOURCE_RULES: Final = (
    ResourceRule(
        id="azure-tls",
        concern="encryption",
        title="Azure services take nothing but TLS 1.2 and newer",
        severity="high",
        protects=_TRANSIT,
        controls={
            "ISMS-P": ("2.7.1", "2.10.5"),
            "CIS Azure": ("3.1", "3.15"),
            "checkov": (
                "CKV_AZURE_3",
                "CKV_AZURE_44",
                "CKV_AZURE_91",
                "CKV_AZURE_148",
                "CKV_AZURE_205",
                "CKV_AZURE_218",
            ),
            "trivy": ("AVD-AZU-0008", "AVD-AZU-0011"),
        },
        fix="Set the property named above: services that say nothing take what Azure's default is, which changes",
        source=_SOURCE,
        types=tuple(sorted(TLS)),
        fail_closed=True,
        judge=tls,
    ),
    ResourceRule(
        id="azure-postgres-parameters",
        concern="encryption",
        title="PostgreSQL's parameters let no plain text and no old protocol in",
        severity="high",
        protects=_TRANSIT,
        controls={"ISMS-P": ("2.7.1", "2.10.5"), "CIS Azure": ("4.3.1",)},
        fix="Set the parameter to the value named above",
        source=_SOURCE,
        types=(CONFIGURATION,),
        fail_closed=True,
        claims=_is_judged_parameter,
        judge=postgres_parameter,
    ),
    ResourceRule(
        id="azure-at-rest",
        concern="encryption",
        title="Everything that nodes write to their disks is encrypted",
        severity="medium",
        protects="ISMS-P 2.7.1 use of encryption",
        controls={"ISMS-P": ("2.7.1",), "checkov": ("CKV_AZURE_227",)},
        fix="Set `enableEncryptionAtHost` on the pool",
        source="TripGen physical architecture, 7.1.1 (L4, encryption at rest)",
        types=tuple(sorted(AT_REST)),
        fail_closed=True,
        judge=at_rest,
    ),
    ResourceRule(
        id="azure-vault",
        concern="encryption",
        title="Vaults keep keys in hardware, and deleted ones until their time is over",
        severity="high",
        protects="ISMS-P 2.7.2 management of encryption keys",
        controls={"ISMS-P": ("2.7.2",), "checkov": ("CKV_AZURE_111",)},
        fix="Take SKU premium, and leave soft delete on",
        source="TripGen physical architecture, 7.4.1 (tier: Premium, HSM)",
        types=tuple(sorted(VAULT)),
        fail_closed=True,
        judge=vault,
    ),
)

STACK_RULES: Final = (
    StackRule(
        id="azure-postgres-tls",
        concern="encryption",
        title="Each PostgreSQL server is told which TLS it takes",
        severity="high",
        protects=_TRANSIT,
        controls={"ISMS-P": ("2.7.1", "2.10.5"), "CIS Azure": ("4.3.1",)},
        fix=f"Place a Configuration {TLS_PARAMETER} for the server",
        source=_SOURCE,
        types=(CONFIGURATION, SERVER),
        fail_closed=True,
        claims=_has_a_server,
        judge=postgres_tls,
    ),
)
