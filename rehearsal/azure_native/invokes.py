"""Answers to Azure's data sources: who am I, and the credentials of a cluster."""

import base64
from collections.abc import Callable, Mapping
from typing import Any

import grpc

from rehearsal.azure_native.arm import RESOURCE
from rehearsal.azure_native.clusters import kubeconfig
from rehearsal.azure_native.node_pools import CLUSTER
from rehearsal.errors import CloudError
from rehearsal.inventory import Handle, Inventory

Answer = Callable[[Inventory, Mapping[str, str], Mapping[str, Any]], dict[str, Any]]


def _client_config(_: Inventory, at: Mapping[str, str], __: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "subscriptionId": at["account"], "tenantId": at["tenant"],
        "clientId": "00000000-0000-4000-8000-00000000000a", "objectId": "00000000-0000-4000-8000-00000000000b",
    }  # fmt: skip


def _cluster_user_credentials(inventory: Inventory, at: Mapping[str, str], args: Mapping[str, Any]) -> dict[str, Any]:
    kind, group, name = "Microsoft.ContainerService/managedClusters", args["resourceGroupName"], args["resourceName"]
    path = f"/subscriptions/{at['account']}/resourceGroups/{group}/providers/{kind}/{name}"
    cluster = inventory.resolve("azure-native", Handle(RESOURCE, "id", path, at["account"], at["region"]))
    if cluster is None or cluster.type != CLUSTER:
        words = f"The Resource '{kind}/{name}' under resource group '{group}' was not found."
        raise CloudError(f"ResourceNotFound: {words}", grpc.StatusCode.NOT_FOUND)
    text = base64.b64encode(kubeconfig(cluster, at["tenant"]).encode()).decode()
    return {"kubeconfigs": [{"name": "clusterUser", "value": text}]}


ANSWERS: Mapping[str, Answer] = {
    "azure-native:authorization:getClientConfig": _client_config,
    "azure-native:containerservice:listManagedClusterUserCredentials": _cluster_user_credentials,
}
