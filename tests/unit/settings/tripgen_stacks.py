"""TripGen's settings as a stack file gives them, and what is said when one is changed for the worse."""

from typing import Any

import pytest

from settings.stack import SettingsError, load_stack
from settings.tripgen.system import TripgenSettings
from tests.stack_files import as_pulumi_gives_it, stack_config


def tripgen(stack: str) -> TripgenSettings:
    return load_stack(as_pulumi_gives_it(stack_config(stack))).section(TripgenSettings)


def refusal_of(config: dict[str, Any]) -> str:
    with pytest.raises(SettingsError) as caught:
        load_stack(as_pulumi_gives_it(config))
    return str(caught.value)


def refusal(section: str, **changes: Any) -> str:
    """What is said of prod with one of its sections changed."""
    config = stack_config("prod")
    config["platform:tripgen"][section] = {**config["platform:tripgen"].get(section, {}), **changes}
    return refusal_of(config)
