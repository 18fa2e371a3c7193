"""Starts the policy pack for the engine: `pulumi preview --policy-pack policies`."""

from __future__ import annotations

import sys
from pathlib import Path

# Whoever starts the pack puts this folder on the path; its modules are imported as `policies.*`, here as in the tests.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from policies.analyzer import main  # noqa: E402 - the line above makes it findable

sys.exit(main())
