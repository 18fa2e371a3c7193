"""What a rule is: its metadata, the resources it claims, and a pure function that judges them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal, TypeAlias

from policies.controls import Controls
from policies.resource import EnvironmentName, Resource, Value, shown

Severity: TypeAlias = Literal["low", "medium", "high", "critical"]
Concern: TypeAlias = Literal[
    "residency",
    "sizing",
    "network",
    "encryption",
    "secrets",
    "identity",
    "availability",
    "tags",
    "isolation",
    "images",
    "pods",
    "lifecycle",
    "exceptions",
]


class Answer(Enum):
    """The three answers a rule can give for a resource."""

    HOLDS = "holds"
    VIOLATED = "violated"
    #: The value is not there yet. Rules that fail closed count it as violated.
    UNKNOWABLE = "cannot be known"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that does not hold, or cannot be known."""

    answer: Literal[Answer.VIOLATED, Answer.UNKNOWABLE]
    #: What was found and where, for the message; made with `shown`, which hides secrets.
    found: str
    allowed: str
    #: The resource to report it on, where a stack rule can name one.
    urn: str = ""
    #: The rule itself failed: nothing is known of the resource, and no exception waives that.
    broken: bool = False


def violated(found: str, allowed: str, urn: str = "") -> Finding:
    """Return the finding that something is there which must not be."""
    return Finding(answer=Answer.VIOLATED, found=found, allowed=allowed, urn=urn)


def unknowable(path: str, allowed: str, urn: str = "") -> Finding:
    """Return the finding that the value at `path` is not there yet."""
    return Finding(answer=Answer.UNKNOWABLE, found=f"`{path}` is not known before the update", allowed=allowed, urn=urn)


def at_path(path: str, value: Value) -> str:
    """Return a property and its value for a message."""
    return f"`{path}` is {shown(value)}"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What every rule says about itself; the reference page and the engine's metadata come from here."""

    #: Its name for the engine, in levels.toml and in messages.
    id: str
    concern: Concern
    #: One sentence: what is guaranteed where the rule holds.
    title: str
    severity: Severity
    #: The control or the good it protects: an ISMS-P control, a budget.
    protects: str
    #: What to do when it is violated.
    fix: str
    #: Where the demand comes from.
    source: str
    #: Type tokens it looks at; `aws:*` stands for every type of a package, `*` for every type.
    types: tuple[str, ...]
    #: Nobody may lower it below mandatory, and what cannot be known counts as violated.
    fail_closed: bool
    #: Environments that its source leaves free as long as their data is not personal: there alone it may be lowered.
    free_without_personal_data: tuple[EnvironmentName, ...] = ()
    #: It asks for a protection that `platform:protection: lifted` takes away for the one `up` before a destroy: that is
    #: told then, and not refused.
    lifted_with_protection: bool = False
    #: Ids of what it serves, by framework, and of its twins in other scanners; those of `protects` among them.
    controls: Controls = field(default_factory=dict)

    @property
    def tags(self) -> list[str]:
        """Return what to find it by where results of many rules are kept: its concern, and each control it serves."""
        return [self.concern, *(f"{framework} {one}" for framework, ids in self.controls.items() for one in ids)]


def _every_one(_: Resource) -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class ResourceRule(Rule):
    """A rule about one resource, judged before the engine makes it."""

    judge: Callable[[Resource], Iterable[Finding]]
    #: Which resources of its types it has an opinion on.
    claims: Callable[[Resource], bool] = _every_one


@dataclass(frozen=True, kw_only=True)
class StackRule(Rule):
    """A rule about all resources of its types together, judged at the end of a preview and of an update."""

    judge: Callable[[Sequence[Resource]], Iterable[Finding]]
    #: Whether it has an opinion on such a stack.
    claims: Callable[[Sequence[Resource]], bool]


def matches(types: Sequence[str], token: str) -> bool:
    """Return whether a type token is one of those that a rule names."""
    return "*" in types or token in types or f"{token.partition(':')[0]}:*" in types
