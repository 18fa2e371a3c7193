"""Whether everything that a state holds is where it has to be: the policy pack's residency rules, after the fact.

The pack judges what a program asks for, before it is made. Here the same rules judge what the state says is there, and
after a `refresh` that is what the clouds themselves say: so what somebody moved by hand is found too. What no rule can
place counts as misplaced.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from ops.places import CLOUDS, OWN_PLACE, Evidence, cloud_of
from ops.state import Held, State
from policies.classification import NOT_PERSONAL
from policies.enforcement import Enforcement, Outcome
from policies.levels import Level, level_of
from policies.registry import RULES, judge, judge_stack
from policies.residency.packages import KNOWN_PACKAGE, LOCATED
from policies.resource import Resource, revealed
from policies.rule import Answer, Finding, Rule, violated

#: What runs in a cluster is where the cluster is.
_IN_A_CLUSTER: Final = "kubernetes"
_RULES: Final = {rule.id: rule for rule in RULES}


class Verdict(StrEnum):
    """What is said of a resource."""

    INSIDE = "in region"
    #: In no region, or in another: because of what it is, by the closed list.
    LISTED = "listed"
    OUTSIDE = "outside"
    UNKNOWN = "unknown"
    MISSING = "not found"

    @property
    def holds(self) -> bool:
        """Return whether nothing is to be done."""
        return self in {Verdict.INSIDE, Verdict.LISTED}


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something that is not as a rule wants it."""

    rule: str
    found: str
    allowed: str
    fix: str
    level: Level
    #: It is known where the resource is, and that is elsewhere; False where nobody knows.
    placed: bool
    #: Until when it is excepted, why, and who answers for that; empty for what is not.
    excepted: str = ""


@dataclass(frozen=True, kw_only=True)
class Residence:
    """A resource, where it is, and what is said of that."""

    urn: str
    type: str
    name: str
    system: str
    expected: str
    evidence: tuple[Evidence, ...]
    verdict: Verdict
    #: Why it may be in no region, or in another than expected; empty for all that may not.
    reason: str = ""
    problems: tuple[Problem, ...] = ()

    @property
    def places(self) -> tuple[str, ...]:
        """Return the places that it names, its own first."""
        return tuple(dict.fromkeys(one.place for one in self.evidence))

    @property
    def whereabouts(self) -> str:
        """Return in words where it is."""
        if self.verdict is Verdict.MISSING:
            return "nowhere"
        named = ", ".join(self.places)
        if self.reason and not any(one.rule in OWN_PLACE for one in self.evidence):
            return f"no region; names {named}" if named else "no region"
        return named or "not known"


@dataclass(frozen=True, kw_only=True)
class Named:
    """A resource that a system's document names: it has to be there."""

    label: str
    type: str
    #: The property that holds its name in the cloud.
    property: str
    called: str
    #: The rule of the policy pack that says how strictly its absence counts.
    rule: str = "gcp-location"

    def is_(self, resource: Resource) -> bool:
        """Return whether a resource is the one that is named; a name may come with the path before it."""
        name = revealed(resource.at(self.property)) if resource.type == self.type else None
        return isinstance(name, str) and name.rsplit("/", 1)[-1] == self.called


#: What the verification of the DTx infrastructure (deployment, 4) asks for by name.
NAMED: Final[Mapping[str, tuple[Named, ...]]] = {
    "dtx": (
        Named(label="gke", type="gcp:container/cluster:Cluster", property="name", called="dta-cluster"),
        Named(label="sql", type="gcp:sql/databaseInstance:DatabaseInstance", property="name", called="dta-postgres"),
        Named(label="redis", type="gcp:redis/cluster:Cluster", property="name", called="dta-redis"),
        Named(label="bigquery", type="gcp:bigquery/dataset:Dataset", property="datasetId", called="de"),
        Named(label="firestore", type="gcp:firestore/database:Database", property="name", called="(default)"),
    )
}


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What is said of a whole state."""

    residences: tuple[Residence, ...]
    #: The resources that documents name, found or not, by system.
    named: Mapping[str, tuple[tuple[Named, Residence], ...]]

    @property
    def counts(self) -> dict[str, int]:
        """Return how many there are of each verdict."""
        missing = [one for rows in self.named.values() for _, one in rows if one.verdict is Verdict.MISSING]
        counted = Counter(one.verdict for one in (*self.residences, *missing))
        return {verdict.value: counted[verdict] for verdict in Verdict}

    @property
    def wrong(self) -> tuple[Residence, ...]:
        """Return what is not where it has to be, and what is not there."""
        missing = (one for rows in self.named.values() for _, one in rows if one.verdict is Verdict.MISSING)
        return (*missing, *(one for one in self.residences if not one.verdict.holds))

    @property
    def refused(self) -> tuple[Residence, ...]:
        """Return what is wrong and may not be so in this environment."""
        return tuple(one for one in self.wrong if any(problem.level == "mandatory" for problem in one.problems))


def judged(state: State, systems: Iterable[str], enforcement: Enforcement) -> Judged:
    """Return what is to be said of a state in which these systems have to run."""
    held = tuple(state.held(enforcement.environment))
    of_the_stack: dict[str, list[tuple[Rule, Finding]]] = {}
    for judgement in judge_stack([one.resource for one in held]):
        if judgement.rule.concern == "residency":
            for finding in judgement.findings:
                of_the_stack.setdefault(finding.urn, []).append((judgement.rule, finding))
    # A state lists what something was made from before it: a cluster is placed when the objects in it come.
    placed: dict[str, Residence] = {}
    residences = []
    for one in held:
        residence = _residence(one, of_the_stack.get(one.resource.urn, []), placed, enforcement)
        if residence is not None:
            residences.append(residence)
            placed[residence.urn] = residence
    named = {
        system: tuple((one, _found(one, system, held, placed, enforcement)) for one in NAMED[system])
        for system in systems
        if system in NAMED
    }
    return Judged(residences=tuple(residences), named=named)


def _residence(
    held: Held, of_the_stack: Iterable[tuple[Rule, Finding]], placed: Mapping[str, Residence], enforcement: Enforcement
) -> Residence | None:
    resource = held.resource
    judgements = [one for one in judge(resource) if one.rule.concern == "residency"]
    claimed = any(one.rule is not KNOWN_PACKAGE for one in judgements)
    if resource.package == "pulumi" and not claimed:
        return None  # a provider, or a reference to another stack: nothing is kept in it
    found = [*of_the_stack, *((one.rule, finding) for one in judgements for finding in one.findings)]
    problems = [_problem(enforcement.outcome(rule, finding, resource)) for rule, finding in found]
    if held.pending:
        problems.append(_unsettled(enforcement))
    cloud = cloud_of(resource)
    residence = Residence(
        urn=resource.urn,
        type=resource.type,
        name=resource.name,
        system=held.system,
        expected=cloud.expected if cloud else "",
        evidence=tuple(cloud.evidence(resource)) if cloud else (),
        verdict=Verdict.INSIDE,
        reason=(cloud.listed(resource) if cloud else None) or "",
        problems=tuple(problems),
    )
    if resource.package == _IN_A_CLUSTER:
        residence = _where_its_host_is(residence, "it runs in", held.made_in, placed, enforcement)
    elif cloud and cloud.is_part(resource):
        used = [urn for urns in resource.references.values() for urn in urns]
        residence = _where_its_host_is(residence, "it is part of", used, placed, enforcement)
    elif not claimed and not problems:
        residence = replace(residence, problems=(_unplaced("no rule of the policy pack claims it", enforcement),))
    return replace(residence, verdict=_verdict(residence))


def _verdict(residence: Residence) -> Verdict:
    if residence.problems:
        return Verdict.OUTSIDE if any(one.placed for one in residence.problems) else Verdict.UNKNOWN
    return Verdict.LISTED if residence.reason else Verdict.INSIDE


def _where_its_host_is(
    residence: Residence,
    relation: str,
    made_from: Iterable[str],
    placed: Mapping[str, Residence],
    enforcement: Enforcement,
) -> Residence:
    """Return what has no place of its own with that of its cluster, or of what it is part of."""
    hosts = [placed[urn] for urn in dict.fromkeys(made_from) if urn in placed and placed[urn].evidence]
    evidence, problems = list(residence.evidence), list(residence.problems)
    for host in hosts:
        where = f"{host.name} ({host.type})"
        evidence.append(replace(host.evidence[0], property=f"{host.evidence[0].property} of {where}"))
        problems += [replace(one, found=f"{relation} {where}: {one.found}") for one in host.problems]
    if not evidence:
        problems.append(_unplaced(f"{relation} nothing of this state that has a place", enforcement))
    expected = residence.expected or next((host.expected for host in hosts), "")
    return replace(residence, expected=expected, evidence=tuple(evidence), problems=tuple(problems))


def _found(
    named: Named, system: str, held: Iterable[Held], placed: Mapping[str, Residence], enforcement: Enforcement
) -> Residence:
    for one in held:
        if one.system == system and named.is_(one.resource) and one.resource.urn in placed:
            return placed[one.resource.urn]
    expected = CLOUDS[named.type.partition(":")[0]].expected
    finding = violated(f"no {named.type} that is called {named.called}", f"{named.called} in {expected}")
    rule, personal = _RULES[named.rule], enforcement.classifications.get(system) not in NOT_PERSONAL
    level = level_of(finding, rule, enforcement.environment, enforcement.levels, personal=personal)
    fix = f"The stack runs {system}: bring it up, or refresh the state and look where {named.called} went"
    return Residence(
        urn="",
        type=named.type,
        name=named.called,
        system=system,
        expected=expected,
        evidence=(),
        verdict=Verdict.MISSING,
        problems=(_problem(Outcome(rule=rule, finding=finding, urn="", level=level), fix),),
    )


def _problem(outcome: Outcome, fix: str = "") -> Problem:
    rule, finding = outcome.rule, outcome.finding
    return Problem(
        rule=rule.id,
        found=finding.found,
        allowed=finding.allowed,
        fix=fix or rule.fix,
        level=outcome.level,
        placed=finding.answer is Answer.VIOLATED and not _asks_for_review(rule),
        excepted=outcome.exception.argument if outcome.exception else "",
    )


def _asks_for_review(rule: Rule) -> bool:
    """Whether a rule says that nobody knows yet where something is, not that it is elsewhere."""
    return "known" in rule.id.split("-")


def _unplaced(found: str, enforcement: Enforcement) -> Problem:
    allowed = f"a resource of {', '.join(sorted(LOCATED))} that a residency rule places, or an object in such a cluster"
    return _problem(enforcement.outcome(KNOWN_PACKAGE, violated(found, allowed), None))


def _unsettled(enforcement: Enforcement) -> Problem:
    finding = violated("an operation on it was interrupted, and nobody knows what is there", "a settled state")
    fix = "Settle it with `ops recover` (docs/runbooks/recovery.md)"
    return _problem(enforcement.outcome(KNOWN_PACKAGE, finding, None), fix)
