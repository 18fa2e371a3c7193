"""What becomes of a finding in one stack: refused, told, or excepted. The same for the engine and for `ops`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from policies.classification import ENVIRONMENT_KEY, PROTECTION_KEY, Classifications, classifications, is_personal
from policies.exceptions import EXCEPTIONS_RULE, Exceptions, PolicyException, faults, unneeded
from policies.levels import Level, Levels, level_of
from policies.lifecycle.support import today
from policies.registry import RULES, Judgement, judge, judge_stack
from policies.resource import ENVIRONMENTS, EnvironmentName, Resource
from policies.rule import Finding, Rule


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A finding and what becomes of it."""

    rule: Rule
    finding: Finding
    #: The resource that it is about, or the stack.
    urn: str
    level: Level
    #: What waives it; its level is advisory then.
    exception: PolicyException | None = None


@dataclass(frozen=True, kw_only=True)
class Enforcement:
    """How strictly what is found in one stack counts, on one day."""

    stack: str
    project: str
    environment: EnvironmentName
    levels: Levels
    #: What the data of each system is.
    classifications: Classifications
    #: Those of all stacks, as the file has them.
    exceptions: Exceptions
    day: date
    #: The stack's settings lift the protection, so that it can be destroyed.
    protection_lifted: bool = False

    @classmethod
    def of_stack(
        cls, *, stack: str, project: str, config: Mapping[str, str], levels: Levels, exceptions: Exceptions
    ) -> Enforcement:
        """Return how strictly it counts today, by a stack's configuration as the engine hands it over: all of it text.

        Raises ValueError where the configuration names no environment that we know, or POLICY_DATE no day.
        """
        given = config.get(ENVIRONMENT_KEY)
        environment = next((name for name in ENVIRONMENTS if name == given), None)
        if environment is None:
            raise ValueError(
                f"{ENVIRONMENT_KEY} is {given!r}; it must be one of {', '.join(ENVIRONMENTS)} (Pulumi.<stack>.yaml)"
            )
        return cls(
            stack=stack,
            project=project,
            environment=environment,
            levels=levels,
            classifications=classifications(config),
            exceptions=exceptions,
            day=today(),
            protection_lifted=config.get(PROTECTION_KEY) == "lifted",
        )

    @cached_property
    def here(self) -> Exceptions:
        """Return the exceptions of this stack, whatever they are worth."""
        return tuple(one for one in self.exceptions if one.stack == self.stack)

    @cached_property
    def _faults(self) -> tuple[tuple[Finding, ...], ...]:
        """Why each exception of this stack must not be."""
        rules = {rule.id: rule for rule in RULES}
        return tuple(tuple(faults(one, rules[one.rule], self.environment, self.levels, self.day)) for one in self.here)

    @cached_property
    def in_force(self) -> Exceptions:
        """Return the exceptions that waive something in this stack today, if it is found."""
        with_faults = zip(self.here, self._faults, strict=True)
        return tuple(one for one, wrong in with_faults if not wrong and one.starts <= self.day)

    def standing(self, exception: PolicyException) -> str:
        """Return in words what an exception of this stack is worth today."""
        if wrong := self._faults[self.here.index(exception)]:
            return f"refused: {'; '.join(f'{one.found}, allowed: {one.allowed}' for one in wrong)}"
        return "in force" if exception in self.in_force else f"not before {exception.starts}"

    def outcome(self, rule: Rule, finding: Finding, resource: Resource | None) -> Outcome:
        """Return what becomes of a finding; without a resource it is about the stack."""
        urn = self._bearer(finding, resource)
        if rule is EXCEPTIONS_RULE:
            return Outcome(rule=rule, finding=finding, urn=urn, level="mandatory")
        if not finding.broken and (exception := self.exception_for(rule, urn)):
            return Outcome(rule=rule, finding=finding, urn=urn, level="advisory", exception=exception)
        if rule.lifted_with_protection and self.protection_lifted:
            return Outcome(rule=rule, finding=finding, urn=urn, level="advisory")
        personal = is_personal(resource, self.classifications)
        level = level_of(finding, rule, self.environment, self.levels, personal=personal)
        return Outcome(rule=rule, finding=finding, urn=urn, level=level)

    def exception_for(self, rule: Rule, urn: str) -> PolicyException | None:
        """Return what waives whatever a rule finds of a resource."""
        return next((one for one in self.in_force if one.covers(rule, urn)), None)

    def judged(self, resources: Sequence[Resource], as_said: Sequence[Resource]) -> Iterator[Outcome]:
        """Return what becomes of all that the pack finds in a whole stack.

        Rules about a single resource see what is there, those about the stack what the program said of it.
        """
        for resource in resources:
            for judgement in judge(resource):
                yield from (self.outcome(judgement.rule, finding, resource) for finding in judgement.findings)
        of_stack = list(judge_stack(as_said))
        subjects = {resource.urn: resource for resource in resources}
        for judgement in (*of_stack, *self.of_exceptions(resources, of_stack)):
            for finding in judgement.findings:
                yield self.outcome(judgement.rule, finding, subjects.get(finding.urn))

    def of_exceptions(self, resources: Sequence[Resource], of_stack: Sequence[Judgement]) -> Iterator[Judgement]:
        """Return what is wrong with the stack's exceptions, at the end of a preview or an update.

        `of_stack` is what the rules about the stack say. What those about single resources say is asked again, of the
        resources that an exception is about: a run that looks at a few resources only (`--target`) needs the others'.
        """
        if not self.here:
            return
        found = [(one.rule, self._bearer(finding, None)) for one in of_stack for finding in one.findings]
        for resource in resources:
            if any(one.is_about(resource.urn) for one in self.in_force):
                found += [(one.rule, resource.urn) for one in judge(resource) if one.findings]
        wrong = (finding for findings in self._faults for finding in findings)
        yield Judgement(rule=EXCEPTIONS_RULE, findings=(*wrong, *unneeded(self.in_force, found)))

    def _bearer(self, finding: Finding, resource: Resource | None) -> str:
        """The URN of what a finding is about; the stack itself bears what is found of it as a whole."""
        root = f"urn:pulumi:{self.stack}::{self.project}::pulumi:pulumi:Stack::{self.project}-{self.stack}"
        return finding.urn or (resource.urn if resource else root)
