"""What is printed about a finding. The CLI prints the message and nothing else of a rule, so all stands in it."""

from __future__ import annotations

from policies.exceptions import PolicyException
from policies.levels import Level
from policies.rule import Answer, Finding, Rule


def message(rule: Rule, finding: Finding, level: Level, exception: PolicyException | None = None) -> str:
    """Return the rule, the control, what was found, what is allowed and how to mend it, and why it may be for now."""
    if exception:
        return "\n".join(
            [
                f"{rule.id}: EXCEPTED {exception.argument}",
                f"{rule.title} ({rule.protects})",
                f"Found: {finding.found}",
                f"Allowed: {finding.allowed}",
                f"Fix by then: {rule.fix}",
            ]
        )
    later = finding.answer is Answer.UNKNOWABLE and level == "advisory"
    lines = [
        f"{rule.id}: {rule.title} ({rule.protects})",
        f"Found: {finding.found}",
        f"Allowed: {finding.allowed}",
        "It is judged again in the update, once the value is known" if later else f"Fix: {rule.fix}",
    ]
    return "\n".join(lines)
