"""The component contract, once: what every component receives, how it makes children, how it registers outputs."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeAlias, TypeVar, get_origin

import pulumi

from components.retry import retries
from settings.environments import EnvironmentProfile
from settings.naming import Namer
from settings.tags import PlatformTags


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What travels through a system: its environment's profile, its names and its tags. Made once per system."""

    environment: EnvironmentProfile
    names: Namer
    tags: PlatformTags


@dataclass(frozen=True, kw_only=True)
class ComponentArgs:
    """Arguments that every component takes; each adds its entity's own vocabulary."""

    scope: Scope


Args = TypeVar("Args", bound=ComponentArgs)


class Component(pulumi.ComponentResource, Generic[Args]):
    """A component of ours: `class Thing(Component[ThingArgs], type="platform:<cloud>:<Thing>")`.

    A subclass declares its outputs as class annotations (`endpoint: pulumi.Output[str]`) and fills them in `build`;
    they are registered once, here. Nothing else is annotated on the class: Pulumi evaluates such annotations in
    another thread, where a cloud's SDK may be half imported. Children get `self.child()` and, if they hold data,
    `self.stateful_child()`: the caller's options stay with the component.
    """

    TYPE: ClassVar[str]

    def __init_subclass__(cls, *, type: str, **kwargs: Any) -> None:  # noqa: A002, ANN401 - the contract's own word
        super().__init_subclass__(**kwargs)
        cls.TYPE = type

    def __init__(self, name: str, args: Args, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(self.TYPE, name, None, opts)
        self.name = name
        self.scope = args.scope
        self.build(args)
        self.register_outputs({output: getattr(self, output) for output in _declared_outputs(type(self))})

    def build(self, args: Args) -> None:
        """Place the children; called once, by the constructor."""
        raise NotImplementedError

    def child(self, **options: Any) -> pulumi.ResourceOptions:  # noqa: ANN401 - ResourceOptions' own keywords
        """Return the options of a child: its parent, tries after a throttled call, and what this child alone needs."""
        return pulumi.ResourceOptions(parent=self, hooks=retries(), **options)

    def stateful_child(self, **options: Any) -> pulumi.ResourceOptions:  # noqa: ANN401 - ResourceOptions' own keywords
        """Return the options of a child that holds data: protected and retained where the environment says so."""
        protected = self.scope.environment.protect_data
        return self.child(protect=protected, retain_on_delete=protected, **options)


#: A component of whatever arguments, for functions that place children on behalf of their owner.
AnyComponent: TypeAlias = Component[Any]


def _declared_outputs(component: type) -> list[str]:
    """Return the names of the outputs that a component class declares."""
    annotations = inspect.get_annotations(component, eval_str=True)
    return [name for name, kind in annotations.items() if get_origin(kind) is pulumi.Output]
