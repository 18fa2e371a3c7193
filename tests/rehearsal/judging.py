"""What tests of the policy pack through the engine share: a change by hand, and the one violation that it brings."""

from pathlib import Path

from tests.rehearsal.harness import Result, Violation


def replace_in(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, new))


def only_violation(result: Result, rule: str, name: str) -> Violation:
    """The one mandatory violation: of this rule, on the resource of this name, with the fix in its message."""
    (found,) = result.refused(rule, "Fix: ").violations
    assert (found.policy, found.enforcement) == (rule, "mandatory")
    assert found.urn.endswith(f"::{name}")
    assert found.message.startswith(f"{rule}: ")
    return found
