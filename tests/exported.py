"""Exported states for the tests of operators' tools, as `pulumi stack export` writes them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

FRANKFURT = "europe-west3"
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"


def secret(value: object, *, sealed: bool = False) -> dict[str, str]:
    """A secret as a state holds it: sealed by the stack's key, or opened by `--show-secrets`."""
    held = {"ciphertext": "v1:AAAA"} if sealed else {"plaintext": json.dumps(value)}
    return {_SIGNATURE: _SECRET, **held}


def urn(token: str, name: str, system: str = "Dtx", stack: str = "prod") -> str:
    lineage = f"platform:system:{system}${token}" if system else token
    return f"urn:pulumi:{stack}::platform::{lineage}::{name}"


def record(token: str, name: str, *, system: str = "Dtx", stack: str = "prod", **given: Any) -> dict[str, Any]:
    """A resource; `inputs` are its outputs too where those are not given."""
    inputs = given.pop("inputs", {})
    package = token.partition(":")[0]
    made_with = given.pop("provider", urn(*_PROVIDER_OF[package], "", stack) if package in _PROVIDER_OF else "")
    return {
        "urn": urn(token, name, system, stack),
        "type": token,
        "custom": True,
        "inputs": inputs,
        "outputs": given.pop("outputs", inputs),
        **({"provider": f"{made_with}::0000"} if made_with else {}),
        **given,
    }


_PROVIDER_OF = {
    "gcp": ("pulumi:providers:gcp", "dtx"),
    "aws": ("pulumi:providers:aws", "kyeol"),
    "azure-native": ("pulumi:providers:azure-native", "tripgen"),
}


def provider(package: str, *, stack: str = "prod", **inputs: Any) -> dict[str, Any]:
    """An explicit provider, which stands beside the system and is called after it."""
    token, name = _PROVIDER_OF[package]
    return record(token, name, system="", stack=stack, inputs=inputs, provider="")


def dtx(stack: str = "prod") -> dict[str, dict[str, Any]]:
    """The five resources that the DTx infrastructure names, and what stands around them, by name."""
    key = f"projects/dtx-platform/locations/{FRANKFURT}/keyRings/dta/cryptoKeys/database"
    inputs: dict[str, tuple[str, Mapping[str, Any]]] = {
        "cluster": (
            "gcp:container/cluster:Cluster",
            {
                "name": "dta-cluster",
                "location": FRANKFURT,
                "nodeLocations": [f"{FRANKFURT}-{letter}" for letter in "abc"],
                "databaseEncryption": {"state": "ENCRYPTED", "keyName": key},
            },
        ),
        "postgres": (
            "gcp:sql/databaseInstance:DatabaseInstance",
            {
                "name": "dta-postgres",
                "region": FRANKFURT,
                "encryptionKeyName": key,
                "settings": {"backupConfiguration": {"enabled": True, "location": FRANKFURT}},
            },
        ),
        "redis": (
            "gcp:redis/cluster:Cluster",
            {"name": "projects/dtx-platform/locations/europe-west3/clusters/dta-redis", "region": FRANKFURT},
        ),
        "warehouse": ("gcp:bigquery/dataset:Dataset", {"datasetId": "de", "location": FRANKFURT}),
        "documents": ("gcp:firestore/database:Database", {"name": "(default)", "locationId": FRANKFURT}),
        "files": ("gcp:storage/bucket:Bucket", {"name": "dtx-platform-files", "location": "EUROPE-WEST3"}),
        "logs": (
            "gcp:logging/projectBucketConfig:ProjectBucketConfig",
            {"location": FRANKFURT, "bucketId": "audit", "retentionDays": 365},
        ),
        "address": ("gcp:compute/address:Address", {"name": "dta-entry"}),
        "api": ("gcp:projects/service:Service", {"service": "sqladmin.googleapis.com"}),
    }
    return {
        "dtx": provider("gcp", stack=stack, region=FRANKFURT, project="dtx-platform"),
        **{name: record(token, name, stack=stack, inputs=given) for name, (token, given) in inputs.items()},
    }


def export(records: Iterable[Mapping[str, Any]], pending: Iterable[Mapping[str, Any]] = ()) -> bytes:
    """What `pulumi stack export` writes."""
    deployment = {
        "manifest": {"time": "2026-11-21T09:00:00.5Z", "version": "v3.250.0"},
        "resources": list(records),
        "pending_operations": [{"type": "creating", "resource": one} for one in pending],
    }
    return json.dumps({"version": 3, "deployment": deployment}).encode()
