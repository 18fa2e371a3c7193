"""Property values as plain Python data: paths into them, unknowns in them, merging and comparing them.

A path names one place as Pulumi writes it: `vpcConfig.subnetIds[0]`, `metadata.labels["app.kubernetes.io/name"]`.
In a pattern `[*]` stands for every element of a list and `.*` for every value of a map.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

Steps = tuple[str | int, ...]
Value = Any
"""A property value: JSON-like data, a signed asset, or UNKNOWN."""


class _Unknown:
    """The one value a preview does not know yet."""

    def __repr__(self) -> str:
        return "<unknown>"


UNKNOWN: Final = _Unknown()
ASSET_SIGNATURES = ("c44067f5952c0a294b673a41bacd8c17", "0def7320c3a5731c473e5ecbe6d01bc7")
SIGNATURE = "4dabf18193072939515e22adb298388d"

_STEP = re.compile(r'\.?([A-Za-z0-9_$*/-]+)|\[(\d+|\*)\]|\["((?:[^"\\]|\\.)*)"\]')


def parse_path(path: str) -> Steps:
    """Split `a.b[0]["c.d"]` into its steps; the wildcard stays `*`."""
    steps: list[str | int] = []
    end = 0
    for match in _STEP.finditer(path):
        if match.start() != end:
            break
        end = match.end()
        name, index, quoted = match.groups()
        steps.append(
            name if name is not None else quoted if quoted is not None else "*" if index == "*" else int(index)
        )
    if end != len(path) or not steps:
        raise ValueError(f'{path!r} is not a property path; write it like vpcConfig.subnetIds[0] or tags["a.b"]')
    return tuple(steps)


def format_path(steps: Steps) -> str:
    """Write steps the way Pulumi prints a property path."""
    text = ""
    for step in steps:
        if isinstance(step, int):
            text += f"[{step}]"
        elif re.fullmatch(r"[A-Za-z_$][A-Za-z0-9_$]*", step):
            text += f".{step}" if text else step
        else:
            text += '["' + step.replace('"', '\\"') + '"]'
    return text


def find(value: Value, pattern: str | Steps) -> Iterator[tuple[Steps, Any]]:
    """Yield every (path, value) the pattern meets; an unknown on the way is yielded in place of what it hides."""
    steps = parse_path(pattern) if isinstance(pattern, str) else pattern
    yield from _find(value, steps, ())


def _find(value: Value, steps: Steps, seen: Steps) -> Iterator[tuple[Steps, Any]]:
    if not steps or value is UNKNOWN:
        if value is not None:
            yield seen, value
        return
    step, rest = steps[0], steps[1:]
    if step == "*":
        entries = enumerate(value) if isinstance(value, list) else getattr(value, "items", tuple)()
        for key, item in entries:
            yield from _find(item, rest, (*seen, key))
    elif (isinstance(value, dict) and step in value) or (
        isinstance(value, list) and isinstance(step, int) and step < len(value)
    ):
        yield from _find(value[step], rest, (*seen, step))


def get(value: Value, path: str, default: Value = None) -> Value:
    """Return the value at a path without wildcards, the default where nothing stands."""
    for _, found in find(value, path):
        return found
    return default


def put(value: Value, path: str, new: Value) -> Value:
    """Return a copy of the value with `new` at the path; None removes what stands there."""
    return _put(value, parse_path(path), new)


def _put(value: Value, steps: Steps, new: Value) -> Value:
    if not steps:
        return new
    step, rest = steps[0], steps[1:]
    if isinstance(step, int):
        items = list(value) if isinstance(value, list) else []
        if step > len(items):
            raise ValueError(f"the list has {len(items)} elements: [{step}] is out of reach")
        changed = _put(items[step] if step < len(items) else None, rest, new)
        items[step : step + 1] = [] if changed is None else [changed]
        return items
    entries = dict(value) if isinstance(value, dict) else {}
    changed = _put(entries.get(step), rest, new)
    if changed is None:
        entries.pop(step, None)
    else:
        entries[step] = changed
    return entries


def contains_unknown(value: Value) -> bool:
    """Tell whether anything in the value is unknown."""
    if isinstance(value, dict):
        return any(contains_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(contains_unknown(item) for item in value)
    return value is UNKNOWN


def merge(under: Value, over: Value) -> Value:
    """Lay `over` on `under`: maps entry by entry, everything else as a whole."""
    if isinstance(under, dict) and isinstance(over, dict) and SIGNATURE not in over:
        return {**under, **{key: merge(under[key], item) if key in under else item for key, item in over.items()}}
    return over


def is_asset(value: Value) -> bool:
    """Tell an asset or an archive (which travel as signed maps) from an ordinary map."""
    return isinstance(value, dict) and value.get(SIGNATURE) in ASSET_SIGNATURES


def differences(old: Value, new: Value, at: Steps = ()) -> Iterator[tuple[Steps, str]]:
    """Yield (path, "add" | "delete" | "update") for every leaf that differs; assets are compared by their hash."""
    if is_asset(old) and is_asset(new) and old.get("hash") and new.get("hash"):
        if old["hash"] != new["hash"]:
            yield at, "update"
    elif isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() | new.keys()):
            yield from differences(old.get(key), new.get(key), (*at, key))
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            yield from differences(
                old[index] if index < len(old) else None, new[index] if index < len(new) else None, (*at, index)
            )
    elif old is None and new is not None:
        yield at, "add"
    elif old is not None and new is None:
        yield at, "delete"
    elif old is UNKNOWN or new is UNKNOWN or old != new or isinstance(old, bool) != isinstance(new, bool):
        yield at, "update"


def matches(path: Steps, pattern: Steps) -> bool:
    """Tell whether a path is what the pattern names, or lies below it."""
    return len(path) >= len(pattern) and all(want in ("*", step) for step, want in zip(path, pattern, strict=False))


def mapping(value: Value) -> Mapping[str, Any]:
    """Read a value as a map: anything else (absent, unknown) is the empty one."""
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}
