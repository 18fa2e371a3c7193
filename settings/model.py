"""The base of every settings model: closed, frozen, strict; and the rules over several fields.

Pydantic stops at a model's first failing validator and runs none on a model whose section failed. So that every mistake
is told at once, rules are no validators: the loader (settings/stack.py) runs them all, on whatever could be read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from types import FunctionType
from typing import TYPE_CHECKING, Any, Final, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

Location = tuple[str, ...]
Model = TypeVar("Model", bound="Settings")
Rule = TypeVar("Rule", bound=Callable[..., Iterator[str]])

_RULES: Final[set[object]] = set()


class UnreadError(Exception):
    """A rule asked for a field whose value was refused or is missing; that mistake is told already."""


class Settings(BaseModel):
    """A section of the settings. An unknown key is a mistake, and so is a value of another type."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)

    def args(self) -> dict[str, Any]:
        """Return the section's fields as keyword arguments for the component of the same vocabulary."""
        return {name: getattr(self, name) for name in type(self).model_fields}

    if not TYPE_CHECKING:  # a type checker would take any misspelt name for an attribute

        def __getattr__(self, name: str) -> object:
            if name in type(self).model_fields:
                raise UnreadError(name)
            return super().__getattr__(name)


def rule(method: Rule) -> Rule:
    """Mark a method of a settings model as a rule over its fields: pure, it yields one sentence per mistake."""
    _RULES.add(method)
    return method


def findings(section: Settings, location: Location = ()) -> Iterator[tuple[Location, str]]:
    """Yield what the rules of a section and of all sections below it find, each with the section's location."""
    for kind in reversed(type(section).__mro__):
        for method in vars(kind).values():
            if isinstance(method, FunctionType) and method in _RULES:
                try:
                    yield from [(location, finding) for finding in method(section)]
                except UnreadError:
                    continue
    for name in type(section).model_fields:
        below = vars(section).get(name)
        if isinstance(below, Settings):
            yield from findings(below, (*location, name))
        elif isinstance(below, Mapping):
            for key, entry in below.items():
                if isinstance(entry, Settings):
                    yield from findings(entry, (*location, name, key))


def readable(kind: type[Model], values: Mapping[str, Any]) -> Model:
    """Return what can be read of a section with mistakes, for its rules only: refused fields are absent."""
    read: dict[str, Any] = {}
    for name, field in kind.model_fields.items():
        section = _section_kind(field)
        if name not in values:
            if not field.is_required():
                read[name] = field.get_default(call_default_factory=True, validated_data=read)
        elif (entry := _entry_kind(field)) and isinstance(values[name], Mapping):
            read[name] = {key: readable(entry, each) for key, each in values[name].items() if isinstance(each, Mapping)}
        elif section and isinstance(values[name], Mapping):
            read[name] = readable(section, values[name])
        else:
            # A section brings its own configuration, and pydantic accepts no other beside it.
            adapter = TypeAdapter(field.rebuild_annotation(), config=None if section else ConfigDict(strict=True))
            try:
                read[name] = adapter.validate_json(json.dumps(values[name]))
            except ValidationError:
                continue
    partial = kind.model_construct(**read)
    for name in kind.model_fields.keys() - read.keys():
        vars(partial).pop(name, None)  # model_construct falls back on defaults: a rule would judge what nobody gave
    return partial


def _section_kind(field: FieldInfo) -> type[Settings] | None:
    """Return the model of a field that holds a section, optional or not."""
    kinds = (field.annotation, *get_args(field.annotation))
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Settings)), None)


def _entry_kind(field: FieldInfo) -> type[Settings] | None:
    """Return the model of the entries of a field that maps names to sections."""
    *_, entry = get_args(field.annotation) or (None,)
    is_mapping = get_origin(field.annotation) is Mapping
    return entry if is_mapping and isinstance(entry, type) and issubclass(entry, Settings) else None
