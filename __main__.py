"""The program: load the stack's settings, compose the systems it enables, export their outputs."""

from __future__ import annotations

import pulumi
from pulumi.runtime.config import CONFIG, get_config_env

from settings.stack import SettingsError, load_stack
from systems import compose


def configuration() -> dict[str, str]:
    """Return the whole configuration, so that a misspelt key is a mistake; the SDK's own reader asks key by key.

    The official language host hands it over in the environment, an in-process host in the SDK's context variable.
    """
    return {**get_config_env(), **CONFIG.get()}


def main() -> None:
    """Run the program; wrong settings end it with their list and no traceback."""
    try:
        stack = load_stack(configuration())
    except SettingsError as error:
        raise pulumi.RunError(str(error)) from None
    for system, outputs in compose(stack).items():
        pulumi.export(system, outputs)


main()
