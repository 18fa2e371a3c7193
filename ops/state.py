"""An exported state as the policy pack reads resources: plain values, secrets wrapped, each with its provider."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from policies.classification import system_of
from policies.resource import UNKNOWN, EnvironmentName, Provider, Resource, Secret, Value

_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - how a state marks a secret
#: What Pulumi lets a stack be called.
_STACK: Final = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_SYSTEM: Final = "platform:system:"


class StateError(Exception):
    """What was given is no exported state that anything could be said about."""


@dataclass(frozen=True, kw_only=True)
class Held:
    """A resource of the state."""

    resource: Resource
    #: The system it belongs to; empty for what belongs to the stack itself.
    system: str
    #: URNs of the resources whose outputs its provider was made from: the cluster that an object runs in.
    made_in: tuple[str, ...] = ()
    #: A create or an update of it was under way when a run ended: nobody knows what is there.
    pending: bool = False


@dataclass(frozen=True, kw_only=True)
class State:
    """An exported state."""

    stack: str
    #: SHA-256 of the export as it was given, in hexadecimal digits.
    digest: str
    #: When the engine wrote it, as it writes times.
    written: str
    records: tuple[Mapping[str, Any], ...]
    pending: tuple[Mapping[str, Any], ...]
    #: Accounts, subscriptions and projects of its environment, where its stack's settings are known.
    own: frozenset[str] = frozenset()

    @classmethod
    def read(cls, exported: bytes) -> State:
        """Return the state in what `pulumi stack export` wrote."""
        try:
            deployment = json.loads(exported)["deployment"]
            records = tuple(deployment.get("resources") or ())
            pending = tuple(one["resource"] for one in deployment.get("pending_operations") or ())
            stack = {record["urn"].split("::")[0].rsplit(":", 1)[-1] for record in (*records, *pending)}
            written = str((deployment.get("manifest") or {}).get("time", ""))
        except (UnicodeDecodeError, json.JSONDecodeError) as error:
            raise StateError(f"this is no JSON ({error}); `pulumi stack export` writes what is wanted") from None
        except (KeyError, TypeError, AttributeError):
            raise StateError("this is no exported state; `pulumi stack export` writes one") from None
        if len(stack) != 1:
            raise StateError("the state holds no resource: there is nothing that could be checked")
        if not _STACK.fullmatch(*stack):
            raise StateError(f"no stack is called {stack.pop()!r}: this is no state of Pulumi's")
        return cls(
            stack=stack.pop(),
            digest=hashlib.sha256(exported).hexdigest(),
            written=written,
            records=records,
            pending=pending,
        )

    @cached_property
    def systems(self) -> frozenset[str]:
        """Return the systems that have something in the state."""
        roots = [record["urn"].split("::")[2].split("$")[0] for record in (*self.records, *self.pending)]
        return frozenset(root.removeprefix(_SYSTEM).lower() for root in roots if root.startswith(_SYSTEM))

    @property
    def project(self) -> str:
        """Return the name of the program whose stack it is."""
        record, *_ = (*self.records, *self.pending)
        return record["urn"].split("::")[1]

    def everything(self, environment: EnvironmentName) -> list[Resource]:
        """Return all that is registered, components and providers among it, as the cloud says it is."""
        return [self._resource(record, environment, _properties(record)) for record in self.records]

    def as_said(self, environment: EnvironmentName) -> list[Resource]:
        """Return the same with no more than what the program says, and of that what the cloud answers.

        A cloud adds what nobody said: the node pools inside a cluster, the number of pods that an autoscaler chose.
        """
        return [self._resource(record, environment, _said(record)) for record in self.records]

    @cached_property
    def _providers(self) -> Mapping[str, Mapping[str, Any]]:
        return {record["urn"]: record for record in self.records if record["type"].startswith("pulumi:providers:")}

    def _provider_of(self, record: Mapping[str, Any]) -> Mapping[str, Any] | None:
        return self._providers.get(str(record.get("provider")).rpartition("::")[0])

    def _resource(
        self, record: Mapping[str, Any], environment: EnvironmentName, properties: Mapping[str, Value]
    ) -> Resource:
        provider = self._provider_of(record)
        return Resource(
            urn=record["urn"],
            type=record["type"],
            name=record["urn"].rsplit("::", 1)[-1],
            properties=properties,
            environment=environment,
            provider=_provider(provider) if provider else None,
            references=_references(record),
            protect=bool(record.get("protect")),
            own=self.own,
        )

    def held(self, environment: EnvironmentName) -> Iterator[Held]:
        """Return the resources that a cloud holds, and the providers they were made with; components are neither.

        What an update still has to delete is among them: it is still there.
        """
        for record, pending in (
            *((record, False) for record in self.records),
            *((record, True) for record in self.pending),
        ):
            if record.get("custom"):
                provider = self._provider_of(record)
                resource = self._resource(record, environment, _properties(record))
                system = system_of(resource)
                yield Held(
                    resource=resource,
                    system=system if system in self.systems else "",
                    made_in=tuple(urn for urns in _references(provider or {}).values() for urn in urns),
                    pending=pending,
                )


def _properties(record: Mapping[str, Any]) -> dict[str, Value]:
    """What was asked for, and over it what the cloud says: where they differ, the cloud is right."""
    inputs, outputs = _read(record.get("inputs") or {}), _read(record.get("outputs") or {})
    merged = _merged(inputs, outputs)
    return merged if isinstance(merged, dict) else {}


def _said(record: Mapping[str, Any]) -> dict[str, Value]:
    inputs, outputs = _read(record.get("inputs") or {}), _read(record.get("outputs") or {})
    said = _answered(inputs, outputs)
    return said if isinstance(said, dict) else {}


def _provider(record: Mapping[str, Any]) -> Provider:
    return Provider(type=record["type"], name=record["urn"].rsplit("::", 1)[-1], properties=_properties(record))


def _references(record: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(urns or ()) for name, urns in (record.get("propertyDependencies") or {}).items()}


def _merged(under: Value, over: Value) -> Value:
    if isinstance(under, dict) and isinstance(over, dict):
        return {**under, **{name: _merged(under[name], one) if name in under else one for name, one in over.items()}}
    return over


def _answered(said: Value, answer: Value) -> Value:
    """Return what was said, as far as there is an answer to it in the words of the answer."""
    if isinstance(said, dict) and isinstance(answer, dict):
        return {name: _answered(one, answer[name]) if name in answer else one for name, one in said.items()}
    if isinstance(said, list) and isinstance(answer, list) and len(said) == len(answer):
        return [_answered(*pair) for pair in zip(said, answer, strict=True)]
    return answer


def _read(value: Any) -> Value:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        if value.get(_SIGNATURE) == _SECRET:
            return Secret(_read(json.loads(value["plaintext"])) if "plaintext" in value else UNKNOWN)
        # Marked otherwise it is an asset, an archive, a reference: nothing that a rule could read.
        return UNKNOWN if _SIGNATURE in value else {name: _read(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_read(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
