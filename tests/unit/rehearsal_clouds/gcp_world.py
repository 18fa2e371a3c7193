"""Small worlds on Google Cloud that tests start from."""

import re
from typing import Any

import pytest

from tests.unit.rehearsal_clouds.provider_client import PROJECT, Engine, Refused, Thing, Values

NUMBER = "123456789012"
REGION = "europe-west3"
IN_REGION = f"projects/{PROJECT}/regions/{REGION}"
ENCRYPTER = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
SERVICES = (
    "artifactregistry", "bigquery", "certificatemanager", "cloudkms", "cloudresourcemanager", "compute", "container",
    "dns", "firestore", "gkebackup", "iam", "logging", "monitoring", "networkconnectivity", "orgpolicy", "pubsub",
    "redis", "secretmanager", "servicenetworking", "sqladmin", "storage", "accesscontextmanager",
)  # fmt: skip


def refused(message: str) -> Any:
    return pytest.raises(Refused, match=re.escape(message))


class Frankfurt:
    """The project dtx-shop in Frankfurt with its services switched on, and what is asked for in it."""

    def __init__(self, google: Engine) -> None:
        self.google = google
        for service in SERVICES:
            self.switch_on(service)

    def switch_on(self, service: str) -> Thing:
        return self.make("projects/service:Service", service, service=f"{service}.googleapis.com")

    def make(self, kind: str, label: str = "it", /, **inputs: Any) -> Thing:
        return self.google.create(f"gcp:{kind}", label, **inputs)

    # --- keys --------------------------------------------------------------------------------------------------------

    def ring(self, name: str = "ring", location: str = REGION) -> Thing:
        return self.make("kms/keyRing:KeyRing", f"{name}-{location}", name=name, location=location)

    def key(self, name: str = "data", ring: Thing | None = None, **inputs: Any) -> Thing:
        return self.make("kms/cryptoKey:CryptoKey", name, name=name, keyRing=(ring or self.ring()).id, **inputs)

    def grant(self, key: Thing, account: str) -> Thing:
        """Let an agent, `service-{number}@container-engine-robot`, use a key."""
        member = f"serviceAccount:{account.format(number=NUMBER)}.iam.gserviceaccount.com"
        return self.make(
            "kms/cryptoKeyIAMMember:CryptoKeyIAMMember", f"{key.id}-{account}", cryptoKeyId=key.id, role=ENCRYPTER,
            member=member,
        )  # fmt: skip

    def agent(self, service: str) -> Thing:
        """Make the account that a service acts as."""
        host = f"{service}.googleapis.com"
        return self.make("projects/serviceIdentity:ServiceIdentity", service, service=host)

    def key_for(self, account: str, service: str | None = None, **inputs: Any) -> Thing:
        """Return a key that a service may use."""
        if service:
            self.agent(service)
        key = self.key(**inputs)
        self.grant(key, account)
        return key

    # --- networks ----------------------------------------------------------------------------------------------------

    def network(self, name: str = "net", **inputs: Any) -> Thing:
        return self.make("compute/network:Network", name, name=name, **{"autoCreateSubnetworks": False, **inputs})

    def subnet(self, name: str, cidr: str, network: Thing, **inputs: Any) -> Thing:
        given: Values = {"name": name, "ipCidrRange": cidr, "network": network.id, "region": REGION}
        return self.make("compute/subnetwork:Subnetwork", name, **{**given, **inputs})
