"""What an organisation asks of Google about a project: budgets, contacts, feeds of changes."""

from collections.abc import Iterator

from rehearsal.errors import Problem
from rehearsal.gcp.paths import GcpCase
from rehearsal.gcp.refusals import invalid
from rehearsal.values import get


def amount_is_one(case: GcpCase) -> Iterator[Problem]:
    """A budget is an amount, or what was spent last time; it tells somebody at one threshold at least."""
    given = [it for it in ("specifiedAmount", "lastPeriodAmount") if get(case.properties, f"amount.{it}") is not None]
    if len(given) != 1:
        words = "one of `amount.0.last_period_amount,amount.0.specified_amount` must be specified"
        yield Problem("amount", f"{words}, got {', '.join(given) or 'none'}")
    if case.get("budgetFilter.calendarPeriod") is not None and case.get("budgetFilter.customPeriod") is not None:
        yield invalid("budgetFilter", "A budget has a calendar period or a custom one, not both")
    for index, rule in enumerate(case.get("thresholdRules") or ()):
        forecast = get(rule, "spendBasis") == "FORECASTED_SPEND"
        if forecast and case.get("budgetFilter.customPeriod") is not None:
            yield invalid(f"thresholdRules[{index}]", "A custom period has no forecast")


def contact_is_new(case: GcpCase) -> Iterator[Problem]:
    """An address is written to once."""
    parent, email = case.get("parent"), case.get("email")
    if any(it.outputs.get("parent") == parent and it.outputs.get("email") == email for it in case.standing(case.type)):
        yield Problem("email", f"Error 409: The contact {email} already exists in {parent}., alreadyExists")


def feed_says_of_what(case: GcpCase) -> Iterator[Problem]:
    """A feed is of assets or of kinds of assets."""
    if all(case.properties.get(name) is None for name in ("assetNames", "assetTypes")):
        yield invalid("assetTypes", "Either or both of asset_names and asset_types must be specified")
