"""DTx' settings as a stack file gives them, and what is said when one is changed for the worse."""

from pathlib import Path
from typing import Any

import pytest

from settings.dtx.system import DtxSettings
from settings.stack import SettingsError, load_stack
from tests.stack_files import ROOT, as_pulumi_gives_it, stack_config


def dtx(stack: str) -> DtxSettings:
    return load_stack(as_pulumi_gives_it(stack_config(stack))).section(DtxSettings)


def refusal_of(config: dict[str, Any], project: Path = ROOT) -> str:
    with pytest.raises(SettingsError) as caught:
        load_stack(as_pulumi_gives_it(config), project)
    return str(caught.value)


def refusal(section: str, **changes: Any) -> str:
    """What is said of prod with one of its sections changed."""
    config = stack_config("prod")
    config["platform:dtx"][section] = {**config["platform:dtx"].get(section, {}), **changes}
    return refusal_of(config)
