"""What the installed SDKs offer, read from their files: importing them would cost seconds and prove no more."""

import ast
import json
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path


@cache
def package_folder(package: str) -> Path:
    spec = find_spec(f"pulumi_{package}")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def package_of(token: str) -> str:
    """The SDK of a type, as its module is called after `pulumi_`."""
    return token.partition(":")[0].replace("-", "_")


@cache
def classes(package: str) -> dict[str, tuple[str, str]]:
    """Every resource type token of a package, with the folder and the class that it is registered for."""
    source = (package_folder(package) / "__init__.py").read_text(encoding="utf-8")
    registered = re.search(r'resource_modules="""(.*?)"""', source, re.DOTALL)
    assert registered is not None
    return {
        token: (module["fqn"].removeprefix(f"pulumi_{package}").strip(".").replace(".", "/"), name)
        for module in json.loads(registered[1])
        for token, name in module["classes"].items()
    }


@cache
def arguments(package: str, token: str) -> frozenset[str]:
    """The arguments of a type's constructor, as Python spells them."""
    folder, name = classes(package)[token]
    for path in (package_folder(package) / folder).glob("*.py"):
        if path.name == "_inputs.py":  # parts of resources, some of which are called as a resource is
            continue
        source = path.read_text(encoding="utf-8")
        # `InitArgs` where a part of something is called as the resource is.
        named = {f"{name}Args", f"{name}InitArgs"}
        if not any(f"class {one}" in source for one in named):
            continue
        for node in ast.parse(source).body:
            if isinstance(node, ast.ClassDef) and node.name in named:
                (init,) = (part for part in node.body if isinstance(part, ast.FunctionDef) and part.name == "__init__")
                return frozenset(argument.arg for argument in (*init.args.args, *init.args.kwonlyargs))
    raise AssertionError(f"{token}: no {name}Args in pulumi_{package}/{folder}")


def snake_case(name: str) -> str:
    """A property's name as the SDK's constructors spell it."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()
