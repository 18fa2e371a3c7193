from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pytest

from components.base import Component, ComponentArgs, Scope
from settings.environments import ENVIRONMENTS
from settings.naming import Namer
from settings.tags import PlatformTags
from tests.components.strict_mocks import outputs


def scope(environment: str) -> Scope:
    return Scope(
        environment=ENVIRONMENTS[environment],  # type: ignore[index]
        names=Namer(prefix="jung-", system="kyeol", environment=environment),
        tags=PlatformTags(
            system="kyeol", environment=environment, owner="o", cost_centre="c", data_classification="internal"
        ),
    )


@dataclass(frozen=True, kw_only=True)
class ThingArgs(ComponentArgs):
    size: int


class Thing(Component[ThingArgs], type="platform:test:Thing"):
    doubled: pulumi.Output[int]

    def build(self, args: ThingArgs) -> None:
        self.doubled = pulumi.Output.from_input(args.size * 2)
        self.note = "no output"


class Forgetful(Component[ThingArgs], type="platform:test:Forgetful"):
    promised: pulumi.Output[int]

    def build(self, args: ThingArgs) -> None:
        pass


def test_declared_outputs_are_registered_once_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    registered = []
    monkeypatch.setattr(Thing, "register_outputs", lambda _self, values: registered.append(sorted(values)))
    assert outputs(lambda: {"doubled": Thing("thing", ThingArgs(scope=scope("dev"), size=2)).doubled}) == {"doubled": 4}
    assert registered == [["doubled"]]


def test_a_component_that_forgets_a_declared_output_fails_when_it_is_built() -> None:
    with pytest.raises(AttributeError, match="promised"):
        outputs(lambda: {"promised": Forgetful("thing", ThingArgs(scope=scope("dev"), size=2)).promised})


@pytest.mark.parametrize(
    ("environment", "protected"), [("dev", False), ("stage", True), ("prod", True), ("mgmt", True)]
)
def test_children_with_data_are_protected_and_retained_where_the_profile_says_so(
    environment: str, protected: bool
) -> None:
    seen = []

    def build() -> dict[str, pulumi.Output[int]]:
        thing = Thing("thing", ThingArgs(scope=scope(environment), size=1))
        seen.append(thing.stateful_child())
        seen.append(thing.child(protect=True))
        return {"doubled": thing.doubled}

    outputs(build)
    stateful, plain = seen
    assert (stateful.protect, stateful.retain_on_delete) == (protected, protected)
    assert plain.parent is stateful.parent
    assert plain.retain_on_delete is None
