from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.rehearsal_clouds.azure_world import Shop
from tests.unit.rehearsal_clouds.gcp_world import Frankfurt
from tests.unit.rehearsal_clouds.provider_client import FRANKFURT, KOREA, TOKYO, Clouds, Engine, Network, Thing


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


@pytest.fixture
def azure(clouds: Clouds) -> Engine:
    """Azure in Korea Central."""
    return clouds.provider("azure-native", KOREA)


@pytest.fixture
def group(azure: Engine) -> Thing:
    """The resource group rg-shop in Korea Central."""
    return azure.create("azure-native:resources:ResourceGroup", "group", resourceGroupName="rg-shop")


@pytest.fixture
def shop(azure: Engine, group: Thing) -> Shop:  # noqa: ARG001 -- it stands in the group
    """The network of a shop on Azure."""
    return Shop(azure)


@pytest.fixture
def google(clouds: Clouds) -> Engine:
    """Google Cloud in Frankfurt, in the project dtx-shop."""
    return clouds.provider("gcp", FRANKFURT)


@pytest.fixture
def frankfurt(google: Engine) -> Frankfurt:
    """A project on Google Cloud with its services switched on."""
    return Frankfurt(google)
