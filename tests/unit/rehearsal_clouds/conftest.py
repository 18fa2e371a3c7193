from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.rehearsal_clouds.provider_client import TOKYO, Clouds, Engine, Network


@pytest.fixture
def clouds(tmp_path: Path) -> Iterator[Clouds]:
    running = Clouds(tmp_path)
    yield running
    running.close()


@pytest.fixture
def aws(clouds: Clouds) -> Engine:
    """AWS in Tokyo."""
    return clouds.provider("aws", TOKYO)


@pytest.fixture
def network(aws: Engine) -> Network:
    return Network(aws)
