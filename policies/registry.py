"""All rules, and how they are applied: one look-up by type, every rule that claims the resource judges it."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final, TypeVar

from policies.availability import aws as aws_availability
from policies.availability import azure as azure_availability
from policies.availability import gcp as gcp_availability
from policies.availability import kubernetes as kubernetes_availability
from policies.availability import protection
from policies.encryption import aws as aws_encryption
from policies.encryption import azure as azure_encryption
from policies.encryption import gcp as gcp_encryption
from policies.identity import aws as aws_identity
from policies.identity import azure as azure_identity
from policies.identity import gcp as gcp_identity
from policies.isolation import addresses, environments
from policies.lifecycle import support
from policies.network import aws as aws_network
from policies.network import azure as azure_network
from policies.network import gcp as gcp_network
from policies.network import kubernetes as kubernetes_network
from policies.pods import images
from policies.pods import security as pod_security
from policies.residency import aws as aws_residency
from policies.residency import azure as azure_residency
from policies.residency import gcp as gcp_residency
from policies.residency import packages
from policies.resource import Resource
from policies.rule import Answer, Finding, ResourceRule, Rule, StackRule, matches, violated
from policies.sizing import dtx as dtx_sizing
from policies.sizing import kyeol as kyeol_sizing
from policies.sizing import tripgen as tripgen_sizing
from policies.tags import labels

RESOURCE_RULES: Final[tuple[ResourceRule, ...]] = (
    packages.KNOWN_PACKAGE,
    *aws_residency.RULES,
    *azure_residency.RULES,
    *gcp_residency.RULES,
    *aws_network.RESOURCE_RULES,
    *azure_network.RESOURCE_RULES,
    *gcp_network.RESOURCE_RULES,
    *aws_encryption.RESOURCE_RULES,
    *azure_encryption.RESOURCE_RULES,
    *gcp_encryption.RESOURCE_RULES,
    *aws_identity.RESOURCE_RULES,
    *azure_identity.RESOURCE_RULES,
    *gcp_identity.RESOURCE_RULES,
    *aws_availability.RESOURCE_RULES,
    *azure_availability.RESOURCE_RULES,
    *gcp_availability.RESOURCE_RULES,
    *kubernetes_availability.RESOURCE_RULES,
    *protection.RESOURCE_RULES,
    *labels.RESOURCE_RULES,
    *environments.RESOURCE_RULES,
    *addresses.RESOURCE_RULES,
    *images.RESOURCE_RULES,
    *pod_security.RESOURCE_RULES,
    *support.RULES,
    *kyeol_sizing.RESOURCE_RULES,
    *tripgen_sizing.RESOURCE_RULES,
    *dtx_sizing.RESOURCE_RULES,
)
STACK_RULES: Final[tuple[StackRule, ...]] = (
    *gcp_residency.STACK_RULES,
    *aws_network.STACK_RULES,
    *azure_network.STACK_RULES,
    *kubernetes_network.STACK_RULES,
    *aws_encryption.STACK_RULES,
    *azure_encryption.STACK_RULES,
    *gcp_encryption.STACK_RULES,
    *aws_identity.STACK_RULES,
    *gcp_identity.STACK_RULES,
    *aws_availability.STACK_RULES,
    *kubernetes_availability.STACK_RULES,
    *kyeol_sizing.STACK_RULES,
    *tripgen_sizing.STACK_RULES,
    *dtx_sizing.STACK_RULES,
)
RULES: Final[tuple[Rule, ...]] = (*RESOURCE_RULES, *STACK_RULES)

Subject = TypeVar("Subject", Resource, Sequence[Resource])


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What one rule says about something it claims."""

    rule: Rule
    findings: tuple[Finding, ...]

    @property
    def answer(self) -> Answer:
        """Return the rule's answer: violated outweighs what cannot be known."""
        answers = {finding.answer for finding in self.findings}
        if Answer.VIOLATED in answers:
            return Answer.VIOLATED
        return Answer.UNKNOWABLE if answers else Answer.HOLDS


@cache
def rules_of(token: str) -> tuple[ResourceRule, ...]:
    """Return the rules that look at a type."""
    return tuple(rule for rule in RESOURCE_RULES if matches(rule.types, token))


def judge(resource: Resource) -> Iterator[Judgement]:
    """Return the judgement of each rule that claims the resource."""
    for rule in rules_of(resource.type):
        yield from _judgement(rule, rule.claims, rule.judge, resource)


def judge_stack(resources: Sequence[Resource]) -> Iterator[Judgement]:
    """Return the judgement of each rule that claims the stack."""
    for rule in STACK_RULES:
        concerned = [resource for resource in resources if matches(rule.types, resource.type)]
        yield from _judgement(rule, rule.claims, rule.judge, concerned)


def _judgement(
    rule: Rule, claims: Callable[[Subject], bool], judge: Callable[[Subject], Iterable[Finding]], subject: Subject
) -> Iterator[Judgement]:
    try:
        if claims(subject):
            yield Judgement(rule=rule, findings=tuple(judge(subject)))
    except Exception as error:  # noqa: BLE001 - a rule that fails must refuse, and must not take the preview with it
        yield Judgement(rule=rule, findings=(_broken(error),))


def _broken(error: Exception) -> Finding:
    """Return what a rule's own failure is reported as: where it happened, without the values it happened on."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{type(error).__name__} in {Path(frame.filename).name}, line {frame.lineno}"
    found = violated(f"the rule itself failed: {where}", "a rule that can judge; this is a mistake in the policy pack")
    return replace(found, broken=True)
