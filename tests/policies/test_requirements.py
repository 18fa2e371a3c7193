"""The pack starts with its own locked requirements and nothing else, which are the program's own versions."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from packaging.requirements import Requirement
from pulumi.runtime.proto import analyzer_pb2_grpc

from policies.registry import RULES

PACK = Path("policies")
#: What is imported under another name than it is installed by.
DISTRIBUTIONS = {"google": "protobuf", "grpc": "grpcio"}
#: Starts the pack as the engine does, with the packages in one folder and this project's files.
START = """
import importlib.util, runpy, sys
sys.path.insert(0, sys.argv[1])
assert importlib.util.find_spec("pulumi_aws") is None, "other packages can be seen"
runpy.run_path("policies", run_name="__main__")
"""


def locked(file: Path) -> dict[str, Requirement]:
    lines = [line.rstrip("\\ ") for line in file.read_text(encoding="utf-8").splitlines() if "==" in line]
    return {one.name: one for one in map(Requirement, lines)}


def asked_for() -> set[str]:
    lines = (PACK / "requirements.in").read_text(encoding="utf-8").splitlines()
    return {line.partition("#")[0].strip() for line in lines} - {""}


def test_the_lock_is_of_the_programs_own_versions_with_hashes() -> None:
    ours, programs = locked(PACK / "requirements.txt"), locked(Path("requirements.txt"))
    assert asked_for() <= set(ours) <= set(programs)
    assert [name for name, one in ours.items() if one.specifier != programs[name].specifier] == []
    hashes = (PACK / "requirements.txt").read_text(encoding="utf-8").split("==")[1:]
    assert all("--hash=sha256:" in each for each in hashes)


def test_the_lock_holds_no_provider() -> None:
    assert [name for name in locked(PACK / "requirements.txt") if name.startswith("pulumi-")] == []


def test_what_the_pack_imports_is_what_it_asks_for() -> None:
    imported = {name.partition(".")[0] for file in PACK.rglob("*.py") for name in imports(file)}
    foreign = imported - set(sys.stdlib_module_names) - {"policies"}
    assert {DISTRIBUTIONS.get(name, name) for name in foreign} == asked_for()


def imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder with the files of the locked packages, by links: what an environment of the pack's own would hold."""
    site = tmp_path / "site"
    for name, one in locked(PACK / "requirements.txt").items():
        if one.marker and not one.marker.evaluate():
            continue
        for file in distribution(name).files or ():
            if ".." in file.parts or "__pycache__" in file.parts:
                continue
            target, link = Path(str(file.locate())), site / file
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(target)
            compiled = link.with_name("__pycache__")
            if not compiled.is_symlink() and target.with_name("__pycache__").is_dir():
                compiled.symlink_to(target.with_name("__pycache__"))
    return site


def test_the_pack_starts_with_nothing_else(site: Path) -> None:
    command = [sys.executable, "-I", "-S", "-c", START, str(site)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as pack:
        assert pack.stdout is not None
        assert pack.stderr is not None
        try:
            port = pack.stdout.readline().strip()
            assert port.isdigit(), pack.stderr.read()
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                told = analyzer_pb2_grpc.AnalyzerStub(channel).GetAnalyzerInfo(Empty(), timeout=30)
        finally:
            pack.kill()
    assert {rule.id for rule in RULES} <= {policy.name for policy in told.policies}
