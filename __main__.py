"""The program: load the stack's settings, compose the systems it enables, export their outputs."""

from __future__ import annotations

import asyncio
import gc

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
    # The program runs once and ends. What it makes lives until then, and looking through all of it for cycles again and
    # again costs a fifth of the time, the more so the larger the stack (docs/performance.md).
    gc.disable()
    try:
        stack = load_stack(configuration())
    except SettingsError as error:
        raise pulumi.RunError(str(error)) from None
    for system, outputs in compose(stack).items():
        pulumi.export(system, outputs)


async def registrations_begin() -> None:
    """Let every registration begin before the SDK starts to wait.

    It first waits for the registrations that have begun, one by one, and then for all other outputs at once, looking
    through each of them whenever one is done: with none begun that grows with the square of the stack.
    """
    await asyncio.sleep(0)


main()
pulumi.run(registrations_begin)
