"""The shape of every resource type, read from the installed Pulumi SDK's Python source without importing it.

The SDK's classes say which inputs a type takes, which of them it requires, how they nest, which values a closed enum
has, and which properties it gives back. Importing an SDK costs seconds; parsing the few classes a type needs costs
milliseconds, and the result is kept on disk per SDK version, so the second use costs nothing.
"""

import ast
import contextlib
import importlib.metadata
import importlib.util
import json
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

from rehearsal.errors import Problem, suggestion
from rehearsal.values import UNKNOWN, Steps, Value, format_path, is_asset

_FORMAT = 5  # raise it when the extraction below changes: older caches are then ignored
_TOP_LEVEL = re.compile(r"^(?=@|class |def )", re.MULTILINE)
_CLASS = re.compile(r"^class (\w+)", re.MULTILINE)
_IMPORT = re.compile(r"^from (\.+)([\w.]*) import (\w+)(?: as (\w+))?$", re.MULTILINE)
_PRIMITIVES = {"str": "string", "int": "integer", "float": "number", "bool": "boolean"}

# A type is a string (string, integer, number, boolean, asset, any) or a pair: ["array" | "map", element],
# ["object", reference], ["enum", reference], ["open", reference] (an enum that takes other text too) or
# ["union", [types]].
Type = Any


@dataclass(frozen=True)
class Property:
    """One input property: its type and whether the SDK requires it."""

    type: Type
    required: bool

    @property
    def is_text(self) -> bool:
        """Tell whether it is text, of any or of a named kind."""
        return self.type == "string" or self.type[0] in ("enum", "open")


@dataclass(frozen=True)
class ResourceSchema:
    """What the SDK says about one resource type; property names are the wire's (camelCase)."""

    token: str
    inputs: dict[str, Property]
    outputs: dict[str, bool]  # name -> always present (the SDK does not call it optional)
    computed: list[str]  # outputs that are never inputs
    secrets: list[str]
    objects: dict[str, dict[str, Property]] = field(default_factory=dict)
    enums: dict[str, list[Any]] = field(default_factory=dict)
    open_enums: frozenset[str] | None = None  # the names of those that are open indeed; None: all that are called so

    def takes_other_text(self, reference: str) -> bool:
        """Tell whether an enum that the SDK calls open is so."""
        return self.open_enums is None or reference.rpartition(":")[2] in self.open_enums


def default_cache() -> Path:
    """Return the user's cache directory for extracted schemas."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pulumi-rehearsal" / "sdk"


class Sdk:
    """One provider's installed Python SDK, e.g. Sdk("aws") for the distribution pulumi_aws."""

    def __init__(
        self, package: str, cache_dir: Path | None = None, *, open_enums: frozenset[str] | None = None
    ) -> None:
        """`open_enums`: the only enums whose cloud takes other text; None where the SDK is to be believed of each."""
        self.package, self._open_enums = package, open_enums
        self.module = "pulumi_" + package.replace("-", "_")
        try:
            self.version = importlib.metadata.version(self.module)
        except importlib.metadata.PackageNotFoundError:
            raise LookupError(
                f"the Python package {self.module} is not installed; the shapes of {package} are read from it"
            ) from None
        spec = importlib.util.find_spec(self.module)
        self._root = Path(str(spec and spec.origin)).parent
        self._cache = (cache_dir or default_cache()) / f"{package}-{self.version}-{_FORMAT}"
        self._known: dict[str, ResourceSchema | None] = {}

    def resource(self, token: str) -> ResourceSchema | None:
        """Return the schema of a type token, None when the SDK has no such type."""
        if token not in self._known:
            found = self._load(token)
            self._known[token] = replace(found, open_enums=self._open_enums) if found else None
        return self._known[token]

    def known(self, token: str) -> ResourceSchema:
        """Return the schema of a type that has been checked to exist."""
        schema = self.resource(token)
        if schema is None:
            raise LookupError(f"{self.module} {self.version} has no resource type {token}")
        return schema

    def provider(self) -> ResourceSchema:
        """Return the schema of the package's provider resource: what an explicit provider may be configured with."""
        return self.known(f"pulumi:providers:{self.package}")

    def tokens(self) -> list[str]:
        """Return every resource type token of the SDK."""
        return list(self._classes)

    @cached_property
    def _classes(self) -> dict[str, tuple[str, str]]:
        return {f"pulumi:providers:{self.package}": (self.module, "Provider"), **_registrations(self._root)}

    def _load(self, token: str) -> ResourceSchema | None:
        file = self._cache / (re.sub(r"\W+", "_", token) + ".json")
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            return _from_json(json.loads(file.read_text()))
        place = self._classes.get(token)
        if place is None:
            return None
        module, name = place
        folder = self._root.joinpath(*module.split(".")[1:])
        schema = _Extraction(self._root, folder, token, name).schema()
        with contextlib.suppress(OSError):  # a read-only cache costs milliseconds, nothing else
            self._cache.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", dir=self._cache, delete=False) as draft:
                json.dump(asdict(schema), draft)
            Path(draft.name).replace(file)
        return schema


def _from_json(data: dict[str, Any]) -> ResourceSchema:
    def properties(entries: dict[str, Any]) -> dict[str, Property]:
        return {name: Property(**entry) for name, entry in entries.items()}

    shape: dict[str, Any] = dict(data)
    shape["inputs"] = properties(data["inputs"])
    shape["objects"] = {name: properties(entries) for name, entries in data["objects"].items()}
    return ResourceSchema(**shape)


@cache
def _registrations(root: Path) -> dict[str, tuple[str, str]]:
    """Map type token -> (module, class) from the register call at the end of the SDK's __init__.py."""
    source = (root / "__init__.py").read_text()
    listed = re.search(r'resource_modules="""\n(.*?)"""', source, re.DOTALL)
    modules = json.loads(listed.group(1)) if listed else []
    return {token: (module["fqn"], name) for module in modules for token, name in module["classes"].items()}


@cache
def _slices(file: Path) -> dict[str, str]:
    """Map class name -> its source text; cutting text is far cheaper than parsing megabytes of generated code."""
    source = file.read_text() if file.exists() else ""
    starts = [match.start() for match in _TOP_LEVEL.finditer(source)] + [len(source)]
    found = {}
    for start, end in pairwise(starts):
        if match := _CLASS.match(source, start):
            found[match.group(1)] = source[start:end]
    return found


@cache
def _resource_files(folder: Path) -> dict[str, Path]:
    """Map class name -> file for the classes a module folder defines outside its shared files."""
    found: dict[str, Path] = {}
    for file in sorted(folder.glob("*.py")):
        if not file.name.startswith(("_", "get_")) and file.name != "outputs.py":
            for name in re.findall(r"^class (\w+)\(pulumi\.\w+Resource\)", file.read_text(), re.MULTILINE):
                found[name] = file
    return found


def _class(source: str) -> ast.ClassDef:
    return next(node for node in ast.parse(source).body if isinstance(node, ast.ClassDef))


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


class _Extraction:
    """Reads one resource class and whatever its inputs refer to."""

    def __init__(self, root: Path, folder: Path, token: str, name: str) -> None:
        self.root, self.token, self.name = root, token, name
        guess = folder / f"{_snake(name)}.py"
        self.file = guess if name in _slices(guess) else _resource_files(folder)[name]
        self.objects: dict[str, dict[str, Property]] = {}
        self.enums: dict[str, list[Any]] = {}

    def schema(self) -> ResourceSchema:
        classes = _slices(self.file)
        # `InitArgs` is the SDK's way out where a nested type is called `<Resource>Args` already.
        arguments = next(classes[name] for name in (f"{self.name}InitArgs", f"{self.name}Args") if name in classes)
        inputs = self._arguments(arguments, self.file)
        body = _class(classes[self.name])
        names = {method.name: wire for method, wire in _getters(body)}
        outputs = {wire: not _is_optional(method.returns) for method, wire in _getters(body)}
        computed, secrets = _constructor(body)
        return ResourceSchema(
            token=self.token,
            inputs=inputs,
            outputs=outputs,
            computed=[names[name] for name in computed if name in names and names[name] not in inputs],
            secrets=secrets,
            objects=self.objects,
            enums=self.enums,
        )

    def _arguments(self, source: str, file: Path) -> dict[str, Property]:
        body = _class(source)
        names = {method.name: wire for method, wire in _getters(body)}
        found = {}
        for item in body.body:
            if isinstance(item, ast.FunctionDef) and item.name == "__init__":
                for argument, default in zip(item.args.kwonlyargs, item.args.kw_defaults, strict=True):
                    wire = names.get(argument.arg, argument.arg)
                    found[wire] = Property(self._type(argument.annotation, file), default is None)
        return found

    def _type(self, node: ast.expr | None, file: Path) -> Type:
        match node:
            case ast.Subscript(value=value, slice=inner):
                return self._generic(ast.unparse(value).rpartition(".")[2], inner, file)
            case ast.Attribute(attr=name) | ast.Name(id=name):
                return "asset" if name in ("Asset", "Archive") else _PRIMITIVES.get(name, "any")
            case ast.Constant(value=str(reference)):
                return self._reference(reference, file)
        return "any"

    def _generic(self, kind: str, inner: ast.expr, file: Path) -> Type:
        if kind in ("Input", "Optional", "InputType"):
            return self._type(inner, file)
        if kind in ("Sequence", "List"):
            return ["array", self._type(inner, file)]
        if kind == "Mapping" and isinstance(inner, ast.Tuple):
            return ["map", self._type(inner.elts[1], file)]
        if kind == "Union" and isinstance(inner, ast.Tuple):
            return _union([self._type(element, file) for element in inner.elts if not _is_dict_form(element)])
        return "any"

    def _reference(self, reference: str, file: Path) -> Type:
        *aliases, name = reference.split(".")
        folder = _folder(file, aliases)
        inputs, enums = folder / "_inputs.py", folder / "_enums.py"
        key = f"{folder.relative_to(self.root.parent)}:{name}"
        if name in _slices(inputs):
            if key not in self.objects:
                self.objects[key] = {}  # first, since statements of rules may nest themselves
                self.objects[key].update(self._arguments(_slices(inputs)[name], inputs))
            return ["object", key]
        if name in _slices(enums):
            self.enums[key] = _enum_values(_slices(enums)[name])
            return ["enum", key]
        return "any"


def _folder(file: Path, aliases: list[str]) -> Path:
    """Follow `_core.v1` through the file's own relative imports to the folder it names."""
    folder = file.parent
    if not aliases:
        return folder
    head = file.read_text().split("\n__all__", 1)[0]
    for dots, path, name, alias in _IMPORT.findall(head):
        if aliases[0] == (alias or name):
            start = folder
            for _ in range(len(dots) - 1):
                start = start.parent
            module = [*path.split("."), *([] if name.startswith("_") else [name])]
            return start.joinpath(*[part for part in module if part], *aliases[1:])
    return folder


def _union(options: list[Type]) -> Type:
    unique: list[Type] = []
    for option in options:
        if option not in unique:
            unique.append(option)
    enums = [option for option in unique if isinstance(option, list) and option[0] == "enum"]
    if "string" in unique and enums:  # `Union[str, Enum]` is how the SDK writes an open enum
        rest = [option for option in unique if option != "string" and option not in enums]
        unique = [*rest, *(["open", reference] for _, reference in enums)]
    return unique[0] if len(unique) == 1 else ["union", unique]


def _is_dict_form(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.endswith("ArgsDict")


def _is_optional(node: ast.expr | None) -> bool:
    return node is not None and "Optional[" in ast.unparse(node).split("[", 1)[-1][:20]


def _getters(body: ast.ClassDef) -> Iterator[tuple[ast.FunctionDef, str]]:
    for item in body.body:
        if isinstance(item, ast.FunctionDef):
            for decorator in item.decorator_list:
                if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pulumi.getter":
                    yield item, ast.literal_eval(decorator.keywords[0].value)
                elif ast.unparse(decorator) == "pulumi.getter":
                    yield item, item.name


def _constructor(body: ast.ClassDef) -> tuple[list[str], list[str]]:
    """Return the properties the constructor sets to None (outputs only) and the ones it declares secret."""
    computed: list[str] = []
    secrets: list[str] = []
    for item in body.body:
        if isinstance(item, ast.FunctionDef) and item.name == "_internal_init":
            for node in ast.walk(item):
                match node:
                    case ast.Assign(
                        targets=[ast.Subscript(slice=ast.Constant(value=str(name)))], value=ast.Constant(value=None)
                    ):
                        computed.append(name)
                    case ast.keyword(arg="additional_secret_outputs", value=ast.List() as listed):
                        secrets = ast.literal_eval(listed)
    return computed, secrets


def _enum_values(source: str) -> list[Any]:
    body = _class(source)
    return [
        item.value.value for item in body.body if isinstance(item, ast.Assign) and isinstance(item.value, ast.Constant)
    ]


# --- checking -------------------------------------------------------------------------------------------------------


def check(schema: ResourceSchema, inputs: dict[str, Any]) -> list[Problem]:
    """Return every mistake of shape: unknown or missing properties, wrong types, values outside a closed enum."""
    return list(_check_object(schema, schema.inputs, inputs, ()))


def _check_object(
    schema: ResourceSchema, declared: dict[str, Property], given: dict[str, Any], at: Steps
) -> Iterator[Problem]:
    for name, item in given.items():
        if name in declared:
            if item is not None:
                yield from _check_value(schema, declared[name].type, item, (*at, name))
        elif not name.startswith("__"):
            yield Problem(
                format_path((*at, name)),
                f'An argument named "{name}" is not expected here.{suggestion(name, declared)}',
            )
    for name, entry in declared.items():
        if entry.required and given.get(name) is None:
            path = format_path((*at, name))
            yield Problem(
                path, f'Missing required argument. The argument "{name}" is required, but no definition was found.'
            )


def _check_value(schema: ResourceSchema, kind: Type, value: Value, at: Steps) -> Iterator[Problem]:  # noqa: C901
    if value is UNKNOWN or value is None or kind == "any":
        return
    wanted, inner = (kind, "") if isinstance(kind, str) else kind
    if wanted == "union":
        attempts = [list(_check_value(schema, option, value, at)) for option in inner]
        yield from min(attempts, key=len)
    elif wanted == "array" and isinstance(value, list):
        for index, item in enumerate(value):
            yield from _check_value(schema, inner, item, (*at, index))
    elif wanted == "map" and isinstance(value, dict):
        for key, item in value.items():
            yield from _check_value(schema, inner, item, (*at, key))
    elif wanted == "object" and isinstance(value, dict):
        yield from _check_object(schema, schema.objects[inner], value, at)
    elif wanted == "open" and schema.takes_other_text(inner):
        yield from _check_value(schema, "string", value, at)
    elif wanted in ("enum", "open"):
        if value not in schema.enums[inner]:
            known = schema.enums[inner]
            allowed = ", ".join(json.dumps(item) for item in known)
            near = (
                suggestion(value, [item for item in known if isinstance(item, str)]) if isinstance(value, str) else ""
            )
            yield Problem(format_path(at), f"expected one of {allowed}, got {json.dumps(value)}{near and '.' + near}")
    elif not _fits(wanted, value):
        yield Problem(
            format_path(at), f"expected type {_ARTICLES.get(wanted, wanted)}, got {_kind(value)} {_short(value)}"
        )


_ARTICLES = {"array": "list", "object": "object"}


def _fits(wanted: str, value: Value) -> bool:
    match wanted:
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "asset":
            return is_asset(value)
    return False


def _kind(value: Value) -> str:
    if isinstance(value, bool):
        return "boolean"
    names = {str: "string", int: "integer", float: "number", list: "list", dict: "object"}
    return names[type(value)]


def _short(value: Value, limit: int = 60) -> str:
    text = json.dumps(value, default=repr)
    return text if len(text) <= limit else text[:limit] + "..."
