"""Which accounts, subscriptions and projects are an environment's own: those that its stack's settings name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

from policies.classification import SETTINGS

#: `account_id`, `data_project_id`, `project_number`, `user_account_ids`: the state's bucket is read from them all.
_KEY: Final = re.compile(r"(?:\w+_)?(?:account|subscription|tenant|project)_(?:id|number)s?")


def identifiers(config: Mapping[str, str]) -> frozenset[str]:
    """Return the identifiers in a stack's configuration; of the rest of it nothing is kept."""
    return frozenset(one for key, text in config.items() if key.startswith(SETTINGS) for one in _of_section(text))


def _of_section(text: str) -> Iterator[str]:
    try:
        section = json.loads(text)
    except ValueError:  # a plain text, such as the environment's name
        return
    for key, value in section.items() if isinstance(section, dict) else ():
        if _KEY.fullmatch(key):
            yield from (str(one).lower() for one in (value if isinstance(value, list) else [value]))
