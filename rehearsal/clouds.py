"""All simulated clouds together: the inventory, one gRPC server a package, and the ports they listen on."""

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import grpc

from rehearsal.aws.cloud import AwsCloud
from rehearsal.azure_native.cloud import AzureNativeCloud
from rehearsal.cloud import Cloud
from rehearsal.faults import Faults
from rehearsal.gcp.cloud import GcpCloud
from rehearsal.inventory import Inventory
from rehearsal.kubernetes.cloud import KubernetesCloud
from rehearsal.server import serve

_CLOUDS: dict[str, Callable[[Inventory], Cloud]] = {
    "aws": AwsCloud,
    "azure-native": AzureNativeCloud,
    "gcp": GcpCloud,
    "kubernetes": KubernetesCloud,
}
_GRACE_SECONDS = 1.0


class Clouds:
    """The clouds as one context: `with Clouds(home) as clouds: clouds.ports["aws"]`.

    `home` holds `inventory.sqlite` (what the clouds hold, kept from run to run) and `clouds.log` (mistakes of the
    rehearsal itself; a refusal by a cloud is an answer and goes to the engine).
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.faults = Faults.of(home)
        self._ports: dict[str, int] = {}
        self._servers: list[grpc.Server] = []

    @property
    def ports(self) -> Mapping[str, int]:
        """The loopback port of each package, once entered."""
        return self._ports

    def __enter__(self) -> Self:
        self.home.mkdir(parents=True, exist_ok=True)
        self._log = logging.FileHandler(self.home / "clouds.log", delay=True)
        self._log.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        logger = logging.getLogger("rehearsal")
        logger.addHandler(self._log)
        logger.propagate = False
        self.inventory = Inventory(self.home / "inventory.sqlite")
        for package, cloud in _CLOUDS.items():
            server, port = serve(cloud(self.inventory), self.faults)
            self._servers.append(server)
            self._ports[package] = port
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        stopping = [server.stop(_GRACE_SECONDS) for server in self._servers]
        for stopped in stopping:
            stopped.wait()
        self._servers.clear()
        self.inventory.close()
        logging.getLogger("rehearsal").removeHandler(self._log)
        self._log.close()
