"""The base of every settings model: closed, frozen, strict."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class Settings(BaseModel):
    """A section of the settings. An unknown key is a mistake, and so is a value of another type."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)

    def args(self) -> dict[str, Any]:
        """Return the section's fields as keyword arguments for the component of the same vocabulary."""
        return {name: getattr(self, name) for name in type(self).model_fields}
