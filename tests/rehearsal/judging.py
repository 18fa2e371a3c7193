"""What tests of the policy pack through the engine share: a change by hand, and the violation that it brings."""

from pathlib import Path

from tests.rehearsal.harness import Result, Violation


def replace_in(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, new))


def violation(result: Result, rule: str, name: str) -> Violation:
    """The one violation of this rule: mandatory, on the resource of this name, with the fix in its message."""
    (found,) = [one for one in result.refused(rule, "Fix: ").violations if one.policy == rule]
    assert found.enforcement == "mandatory"
    assert found.urn.endswith(f"::{name}")
    assert found.message.startswith(f"{rule}: ")
    return found
