"""The arrows between the folders, as CONTRIBUTING.md draws them."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stack_files import ROOT

OURS = {"settings", "components", "systems", "policies", "rehearsal", "ops", "bench", "tests"}
#: Settings that a component may know: value types and pure functions, no system's section and no stack. A service file
#: is the vocabulary of every system's workloads.
VALUE_TYPES = {
    "settings",
    *(f"settings.{m}" for m in ("types", "environments", "naming", "tags", "network", "catalogue", "services")),
    *(f"settings.gcp{m}" for m in ("", ".types", ".naming", ".network", ".catalogue")),
    *(f"settings.azure{m}" for m in ("", ".types", ".naming", ".network", ".catalogue", ".logs")),
}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (
                f"{node.module}.{alias.name}" for alias in node.names if (ROOT / node.module.replace(".", "/")).is_dir()
            )


def our_imports(folder: str) -> dict[str, set[str]]:
    files = sorted((ROOT / folder).rglob("*.py"))
    assert files
    return {
        str(path.relative_to(ROOT)): {name for name in imports(path) if name.partition(".")[0] in OURS}
        for path in files
    }


@pytest.mark.parametrize(
    ("folder", "allowed"),
    [
        ("settings", {"settings"}),
        ("components", {"settings", "components"}),
        ("systems", {"settings", "components", "systems"}),
        ("rehearsal", {"rehearsal"}),
        ("policies", {"policies"}),
        ("ops", {"ops", "settings", "policies", "rehearsal"}),
    ],
)
def test_a_folder_imports_only_what_the_map_allows(folder: str, allowed: set[str]) -> None:
    for path, names in our_imports(folder).items():
        assert {name.partition(".")[0] for name in names} <= allowed, path


def test_components_know_value_types_of_the_settings_and_no_system() -> None:
    for path, names in our_imports("components").items():
        known = {name for name in names if name.startswith("settings")}
        assert known <= VALUE_TYPES, path


def test_operators_tools_know_the_rehearsal_by_its_inventory_only() -> None:
    known = {path: {n for n in names if n.startswith("rehearsal")} for path, names in our_imports("ops").items()}
    assert {path for path, names in known.items() if names} == {"ops/evidence.py"}
    assert known["ops/evidence.py"] <= {"rehearsal.inventory", "rehearsal.inventory.Inventory"}


def test_operators_tools_take_from_the_policies_what_judges_and_not_what_serves_the_engine() -> None:
    for path, names in our_imports("ops").items():
        assert not {name for name in names if name.startswith("policies.analyzer")}, path


def test_no_resource_is_made_inside_apply() -> None:
    for path in [*(ROOT / "components").rglob("*.py"), *(ROOT / "systems").rglob("*.py")]:
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "apply":
                made = [k.arg for inner in ast.walk(call) if isinstance(inner, ast.Call) for k in inner.keywords]
                assert "opts" not in made, f"{path}:{call.lineno}"


def test_settings_import_no_sdk_of_any_cloud() -> None:
    for path in (ROOT / "settings").rglob("*.py"):
        assert not [name for name in imports(path) if name.startswith("pulumi")], path


def test_no_component_asks_which_environment_it_is_in() -> None:
    for path in (ROOT / "components").rglob("*.py"):
        source = path.read_text()
        assert not [name for name in ("dev", "stage", "prod", "mgmt") if f'"{name}"' in source], path
