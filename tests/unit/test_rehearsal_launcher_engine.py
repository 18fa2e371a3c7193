import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rehearsal import engine


@pytest.fixture
def machine(tmp_path: Path) -> dict[str, str]:
    """The environment of a machine with a shell and nothing else, whose download site is out of reach."""
    commands = tmp_path / "bin"
    commands.mkdir()
    for name in ("sh", "cat", "touch", "chmod", "sleep", "echo"):
        found = shutil.which(name)
        assert found
        (commands / name).symlink_to(found)
    return {"PATH": str(commands), "XDG_CACHE_HOME": str(tmp_path / "cache"), "HOME": str(tmp_path)}


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was announced; the official installer is out of reach, as it would say."""

    def closed(*_: object) -> Path:
        raise engine.WayClosedError("the download site does not answer")

    monkeypatch.setattr(engine, "install", closed)
    return []


def command(machine: dict[str, str], name: str, script: str) -> Path:
    path = Path(machine["PATH"]) / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def fake_go(machine: dict[str, str], *, version: str = "go1.26.1", build: str | None = None) -> Path:
    """A `go` whose build takes a moment, writes a working engine to the place after `-o`, and counts its calls."""
    calls = Path(machine["HOME"]) / "builds"
    works = f'echo x >> {calls}; sleep 0.3; while [ "$1" != -o ]; do shift; done; echo "#!/bin/sh" > $2; chmod +x $2'
    command(
        machine, "go", f'if [ "$1" = version ]; then echo "go version {version} linux/amd64"; else {build or works}; fi'
    )
    return calls


@pytest.mark.parametrize(
    ("text", "version"),
    [("v3.250.0\n", (3, 250, 0)), ("3.272.1-dev.0+abc", (3, 272, 1)), ("", None), ("command not found", None)],
)
def test_a_version_is_read_from_whatever_pulumi_says(text: str, version: tuple[int, int, int] | None) -> None:
    assert engine.parse_version(text) == version


def test_pulumi_on_path_is_used_when_new_enough_and_asked_only_once(machine: dict[str, str]) -> None:
    asked = Path(machine["HOME"]) / "asked"
    pulumi = command(machine, "pulumi", f"echo x >> {asked}; echo v3.244.0")
    assert engine.find(machine) == engine.find(machine) == engine.Engine(pulumi, "PATH")
    assert asked.read_text() == "x\n"


@pytest.mark.parametrize("says", ["echo v3.243.9", "echo what?", "exit 3"])
def test_pulumi_on_path_is_passed_over_when_old_or_strange(machine: dict[str, str], says: str) -> None:
    command(machine, "pulumi", says)
    assert engine.find(machine) is None


def test_an_engine_can_be_forced_and_a_wrong_one_is_refused(machine: dict[str, str]) -> None:
    mine = command(machine, "mine", "echo no version")
    assert engine.find({**machine, "REHEARSAL_ENGINE": str(mine)}) == engine.Engine(mine, "REHEARSAL_ENGINE")
    with pytest.raises(engine.EngineError, match="REHEARSAL_ENGINE is '/nowhere'"):
        engine.find({**machine, "REHEARSAL_ENGINE": "/nowhere"})


def test_the_engine_is_built_once_and_found_again_without_a_word(machine: dict[str, str], said: list[str]) -> None:
    builds = fake_go(machine)
    first = engine.acquire(said.append, machine)
    assert [line[:10] for line in said] == ["engine 1/3", "engine 2/3", "engine 2/3", "engine 3/3", "engine 3/3"]
    assert "there is none" in said[0]
    assert "about 3 minutes" in said[3]
    said.clear()
    assert engine.acquire(said.append, machine) == first
    assert said == []
    assert builds.read_text() == "x\n"


def test_two_processes_at_once_build_once(machine: dict[str, str], said: list[str]) -> None:
    builds = fake_go(machine)
    with ThreadPoolExecutor() as pool:
        one, two = (pool.submit(engine.acquire, said.append, machine) for _ in range(2))
    assert one.result() == two.result()
    assert builds.read_text() == "x\n"
    assert sum("another process is fetching it" in line for line in said) == 1


def test_a_build_that_was_killed_leaves_nothing_that_looks_like_an_engine(
    machine: dict[str, str], said: list[str]
) -> None:
    half = engine.cache_dir(machine) / "partial" / "bin" / "pulumi"
    half.parent.mkdir(parents=True)
    half.write_text("half an eng")
    assert engine.find(machine) is None
    fake_go(machine)
    assert engine.acquire(said.append, machine).command.read_text() == "#!/bin/sh\n"


def test_a_build_that_does_not_end_is_ended_with_all_it_started(
    machine: dict[str, str], said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUILD_LIMIT_S", 1)
    fake_go(machine, build="sleep 60 & sleep 60")
    started = time.monotonic()
    with pytest.raises(engine.EngineError, match="not finished after 1 s"):
        engine.acquire(said.append, machine)
    assert time.monotonic() - started < 10


def test_without_a_way_the_message_names_all_three_and_what_still_runs(
    machine: dict[str, str], said: list[str]
) -> None:
    command(machine, "pulumi", "echo v3.1.0")
    fake_go(machine, build="echo compiling; echo no route to the module proxy >&2; exit 1")
    with pytest.raises(engine.EngineError) as refused:
        engine.acquire(said.append, machine)
    text = str(refused.value)
    assert "is v3.1.0, needs v3.244.0 or newer" in text
    assert "2. the official installer: the download site does not answer" in text
    assert "3. the Go build: no route to the module proxy" in text
    assert "`make test` still runs the unit, component and policy tests" in text


def test_the_cache_is_outside_the_tree(tmp_path: Path) -> None:
    assert engine.cache_dir({"HOME": str(tmp_path)}) == tmp_path / ".cache" / "pulumi-rehearsal"
    assert engine.cache_dir({"HOME": "/h", "XDG_CACHE_HOME": str(tmp_path)}) == tmp_path / "pulumi-rehearsal"
    assert not engine.cache_dir(os.environ).is_relative_to(engine.TOOLS.parent)


def test_the_pinned_version_is_the_one_in_go_mod() -> None:
    assert engine.pinned_version((engine.TOOLS / "go.mod").read_text()).startswith("v3.")
    with pytest.raises(engine.EngineError, match=r"tools/go\.mod does not pin"):
        engine.pinned_version("module x\n")
