"""Answers to Azure's data sources: who am I, and the credentials of a cluster."""

from collections.abc import Callable, Mapping
from typing import Any

from rehearsal.inventory import Inventory

Answer = Callable[[Inventory, Mapping[str, str], Mapping[str, Any]], dict[str, Any]]


def _client_config(_: Inventory, at: Mapping[str, str], __: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "subscriptionId": at["account"], "tenantId": at["tenant"],
        "clientId": "00000000-0000-4000-8000-00000000000a", "objectId": "00000000-0000-4000-8000-00000000000b",
    }  # fmt: skip


ANSWERS: Mapping[str, Answer] = {
    "azure-native:authorization:getClientConfig": _client_config,
}
