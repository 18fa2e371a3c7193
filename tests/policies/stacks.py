"""The real stacks as the analyzer sees them, without an engine: every resource with its provider and its references.

The program runs as it is against the strict world of the component tests. What the engine would send to the analyzer is
taken from what the program sends to the engine.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from pulumi.runtime import set_mocks, test
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.proto import analyzer_pb2 as messages
from pulumi.runtime.proto import resource_pb2

from policies.analyzer import _resource
from policies.classification import ENVIRONMENT_KEY
from policies.isolation.identifiers import identifiers
from policies.resource import ENVIRONMENTS, Resource
from settings.stack import load_stack
from systems import compose
from tests.components.strict_mocks import ACCOUNT, World
from tests.stack_files import STACKS, as_pulumi_gives_it, stack_config

#: Every stack of the project, that of the states too.
REAL = (*STACKS, "bootstrap")
_ROOT = "pulumi:pulumi:Stack"


class _Recorder(MockMonitor):
    """Keeps what the program asks for as the messages that the analyzer would get about it."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.registered: dict[str, messages.AnalyzerResource] = {}

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        # As the engine does: with all that a resource belongs to, but for the stack itself.
        around = "" if not parent or f"::{_ROOT}::" in parent else f"{parent.split('::')[2]}$"
        return super().make_urn("", f"{around}{type_}", name)

    def RegisterResource(  # noqa: N802 - the protocol's name
        self, request: resource_pb2.RegisterResourceRequest
    ) -> resource_pb2.RegisterResourceResponse:
        response = super().RegisterResource(request)
        if request.type != _ROOT:
            self.registered[response.urn] = self._as_sent(request, response.urn)
        return response

    def _as_sent(self, request: resource_pb2.RegisterResourceRequest, urn: str) -> messages.AnalyzerResource:
        sent = messages.AnalyzerResource(
            urn=urn,
            type=request.type,
            name=request.name,
            parent=request.parent,
            properties=request.object,
            dependencies=request.dependencies,
            propertyDependencies={
                name: messages.AnalyzerPropertyDependencies(urns=found.urns)
                for name, found in request.propertyDependencies.items()
            },
            options=messages.AnalyzerResourceOptions(protect=request.protect, ignoreChanges=request.ignoreChanges),
        )
        if made_by := self.registered.get(request.provider.rpartition("::")[0]):
            sent.provider.CopyFrom(
                messages.AnalyzerProviderResource(
                    urn=made_by.urn, type=made_by.type, name=made_by.name, properties=made_by.properties
                )
            )
        return sent


@dataclass(frozen=True)
class Stack:
    """A real stack's resources: those that rules about the whole stack are given, and each as it is judged alone."""

    #: With whose outputs each uses.
    resources: tuple[Resource, ...]

    @property
    def alone(self) -> tuple[Resource, ...]:
        """The resources as they are judged before they are made: nothing is said of references then."""
        return tuple(replace(one, references={}) for one in self.resources)


@cache
def stack(name: str) -> Stack:
    """Return a stack of the project, placed once for all tests."""
    config = stack_config(name)
    environment = next(one for one in ENVIRONMENTS if one == config[ENVIRONMENT_KEY])
    settings = load_stack(as_pulumi_gives_it(config))
    world = World()
    recorder = _Recorder(world)
    set_mocks(world, project="platform", stack=name, preview=False, monitor=recorder)
    test(lambda: list(compose(settings).values()))()
    sent = sorted(recorder.registered.values(), key=lambda one: one.urn)
    # In the strict world all environments are in one account.
    own = identifiers(as_pulumi_gives_it(config)) | {ACCOUNT}
    return Stack(tuple(_resource(one, environment, own) for one in sent))
