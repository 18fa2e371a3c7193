"""Isolation: what an environment's resources name is its own, or nobody's."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from policies.classification import system_of
from policies.resource import ENVIRONMENTS, UNKNOWN, Resource, Secret, revealed
from policies.rule import Finding, ResourceRule, at_path, unknowable, violated

SHARED: Final[frozenset[str]] = frozenset(tomllib.loads(Path(__file__).with_name("shared.toml").read_text("utf-8")))
STACK_REFERENCE: Final = "pulumi:pulumi:StackReference"
#: Stacks that hold nothing of an environment: the hub's and that of Pulumi's own state.
SHARED_STACKS: Final = frozenset({"bootstrap", "mgmt"})

_PROJECT: Final = r"[a-z][a-z0-9-]{4,28}[a-z0-9]"
#: Projects of Google's own, in which the agents of its services are accounts.
_GOOGLES: Final = r"gcp-sa-|bigquery-encryption|gs-project-accounts|container-engine-robot|compute-system"
#: How texts name an account, a subscription or a project. Google's agents are of the project of their number.
_NAMED: Final = re.compile(
    r"\barn:aws[a-z-]*:[a-z0-9-]*:[a-z0-9-]*:(?P<account>\d{12}):"
    r"|\b(?P<registry>\d{12})\.dkr\.ecr\."
    r"|/subscriptions/(?P<subscription>[0-9a-f-]{36})"
    r"|\b(?:service-|bq-|p)(?P<agent>\d{6,})(?:-[a-z0-9]+)?@[a-z0-9-]+"
    rf"|@(?!{_GOOGLES})(?P<service_account>{_PROJECT})\.iam\.gserviceaccount\.com"
    rf"|\bprojects/(?P<project>{_PROJECT}|\d{{6,}})(?![a-z0-9-])"
    rf"|-docker\.pkg\.dev/(?P<images>{_PROJECT})/",
    re.IGNORECASE,
)
_NUMBER: Final = re.compile(r"(?<![\w-])\d{12}(?![\w-])")
_UUID: Final = re.compile(r"(?<![\w-])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![\w-])")
#: Properties that are an account, a subscription or a project by themselves; a provider's lists are texts of JSON.
_WHOLE: Final = (
    (re.compile(r"(?:.*\.)?\w*(?:[aA]ccount|[oO]wner)Ids?(?:\.\d+)?"), _NUMBER),
    (re.compile(r"(?:.*\.)?\w*(?:[sS]ubscription|[tT]enant)Ids?(?:\.\d+)?"), _UUID),
    (
        re.compile(r"(?:.*\.)?\w*[pP]roject(?:s|Ids?|Numbers?|IdOrNum)?(?:\.\d+)?"),
        re.compile(rf"^(?:{_PROJECT}|\d{{6,}})$"),
    ),
)
#: An account by itself on AWS, as a principal is named: a text of its own, or one in a policy document.
_AWS_ACCOUNT: Final = re.compile(r'(?:^|")(\d{12})(?:$|")')


def isolation(resource: Resource) -> Iterable[Finding]:
    """Refuse what is another environment's. What is not known yet is of what is made in the same update: ours."""
    if resource.type == STACK_REFERENCE:
        yield from _reference(resource)
        return
    others = _other_names(resource)
    for path, value in resource.leaves():
        text = revealed(value)
        if not isinstance(text, str):
            continue
        for one in _named(resource, path, text):
            if one.lower() not in resource.own and one.lower() not in SHARED:
                found = "a secret value" if isinstance(value, Secret) else one
                yield violated(f"`{path}` names {found}", f"what is {resource.environment}'s own: {_own(resource)}")
        if others.search(text):
            yield violated(at_path(path, value), f"names of {resource.environment}")


def _own(resource: Resource) -> str:
    return ", ".join(sorted(resource.own))


def _named(resource: Resource, path: str, text: str) -> Iterator[str]:
    for found in _NAMED.finditer(text):
        yield next(one for one in found.groups() if one)
    if resource.package == "aws":
        yield from _AWS_ACCOUNT.findall(text)
    for place, kind in _WHOLE:
        if place.fullmatch(path):
            yield from kind.findall(text.lower())


def _other_names(resource: Resource) -> re.Pattern[str]:
    """Return what things of the resource's system are called in other environments: `kyeol-prod`, `tripgenprod`."""
    system = re.escape(system_of(resource))
    environments = "|".join(name for name in ENVIRONMENTS if name != resource.environment)
    return re.compile(rf"(?<![a-z0-9]){system}[-_/.]?(?:{environments})(?![a-z0-9])", re.IGNORECASE)


def _reference(resource: Resource) -> Iterator[Finding]:
    name = resource.at("name")
    plain, own = revealed(name), resource.urn.split("::")[0].rpartition(":")[2]
    allowed = f"the stack {own} itself, or one of no environment: {', '.join(sorted(SHARED_STACKS))}"
    if plain is UNKNOWN:
        yield unknowable("name", allowed)
    elif not isinstance(plain, str) or plain.rpartition("/")[2] not in {own, *SHARED_STACKS}:
        yield violated(at_path("name", name), allowed)


def _has_own(resource: Resource) -> bool:
    return bool(resource.own)


RESOURCE_RULES: Final = (
    ResourceRule(
        id="isolation",
        concern="isolation",
        title="Nothing names an account, a subscription, a project or a thing of another environment",
        severity="critical",
        protects="ISMS-P 2.8.3 development and production are separate, 2.6.1 network access",
        fix="Take the id from the environment's own settings (Pulumi.<stack>.yaml) or from an output of its own; what "
        "belongs to no environment stands in policies/isolation/shared.toml with its reason",
        source="KYEOL runbook, 1 (an account per environment); TripGen physical architecture, 2; DTx infrastructure",
        types=("aws:*", "azure-native:*", "gcp:*", "kubernetes:*", "pulumi:*"),
        controls={"ISMS-P": ("2.6.1", "2.8.3")},
        fail_closed=False,
        claims=_has_own,
        judge=isolation,
    ),
)
