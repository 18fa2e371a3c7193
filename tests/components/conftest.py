from __future__ import annotations

from functools import cache

import pytest

from settings.stack import load_stack
from systems import dtx, kyeol, tripgen
from tests.components.strict_mocks import World, place
from tests.stack_files import STACKS, as_pulumi_gives_it, stack_config


@cache
def kyeol_world(stack: str) -> World:
    """Return KYEOL of a stack file of the project, placed in the strict world once for all tests."""
    settings = load_stack(as_pulumi_gives_it(stack_config(stack)))
    return place(lambda: kyeol.build(settings))


@cache
def tripgen_world(stack: str) -> World:
    """Return TripGen of a stack file of the project, placed in the strict world once for all tests."""
    settings = load_stack(as_pulumi_gives_it(stack_config(stack)))
    return place(lambda: tripgen.build(settings))


@cache
def dtx_world(stack: str) -> World:
    """Return DTx of a stack file of the project, placed in the strict world once for all tests."""
    settings = load_stack(as_pulumi_gives_it(stack_config(stack)))
    return place(lambda: dtx.build(settings))


@pytest.fixture(params=("dev", "stage", "prod"))
def every_dtx(request: pytest.FixtureRequest) -> World:
    return dtx_world(request.param)


@pytest.fixture
def dtx_dev() -> World:
    return dtx_world("dev")


@pytest.fixture
def dtx_stage() -> World:
    return dtx_world("stage")


@pytest.fixture
def dtx_prod() -> World:
    return dtx_world("prod")


@pytest.fixture(params=("dev", "stage", "prod"))
def every_tripgen(request: pytest.FixtureRequest) -> World:
    return tripgen_world(request.param)


@pytest.fixture
def tripgen_dev() -> World:
    return tripgen_world("dev")


@pytest.fixture
def tripgen_prod() -> World:
    return tripgen_world("prod")


@pytest.fixture(params=STACKS)
def every_stack(request: pytest.FixtureRequest) -> World:
    return kyeol_world(request.param)


@pytest.fixture
def dev() -> World:
    return kyeol_world("dev")


@pytest.fixture
def stage() -> World:
    return kyeol_world("stage")


@pytest.fixture
def prod() -> World:
    return kyeol_world("prod")


@pytest.fixture
def mgmt() -> World:
    return kyeol_world("mgmt")
