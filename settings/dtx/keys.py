"""Customer keys (DTx infrastructure, security: encryption)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from settings.model import Settings


class KeysSettings(Settings):
    """The key ring and how its keys live. How long a key's destruction can be undone is the environment's profile's."""

    protection: Literal["SOFTWARE", "HSM"] = "HSM"
    """Where the keys are used: in certified hardware, or in software. A key keeps what it was made with; each version
    in hardware is paid for."""
    rotation_days: Annotated[int, Field(ge=2, le=365)] = 90
    """Days until a key gets its next version. What older versions encrypted stays readable."""
    generation: Annotated[int, Field(ge=1)] = 1
    """Number in the ring's name. Google deletes neither rings nor keys: an environment that was destroyed and comes
    again takes the next number."""
