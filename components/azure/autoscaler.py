"""Who KEDA is when it asks Azure for the services' own metrics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource

from components.azure.managed_identity import ManagedIdentity, ManagedIdentityArgs, place_federation
from components.azure.resource_group import ResourceGroup
from components.azure.role_assignment import place_role
from components.base import Component, ComponentArgs
from components.kubernetes.autoscaling import KEDA_API

#: Account of AKS' KEDA add-on.
KEDA_SUBJECT: Final = "system:serviceaccount:kube-system:keda-operator"
AUTHENTICATION: Final = "azure"


@dataclass(frozen=True, kw_only=True)
class AutoscalerArgs(ComponentArgs):
    """The cluster that KEDA runs in, the namespace it scales in, and what it reads."""

    group: ResourceGroup
    issuer: pulumi.Input[str]
    namespace: pulumi.Input[str]
    #: The Azure Monitor workspace that holds the services' metrics.
    metrics_workspace_id: pulumi.Input[str]
    #: The Service Bus namespace whose queues are counted.
    service_bus_id: pulumi.Input[str]


class Autoscaler(Component[AutoscalerArgs], type="platform:azure:Autoscaler"):
    """An identity of KEDA's own: it reads metrics and the lengths of queues, for one namespace's scaled objects."""

    def build(self, args: AutoscalerArgs) -> None:
        """Place the identity, its roles, and what scaled objects refer to."""
        identity = ManagedIdentity(
            f"{self.name}-identity",
            ManagedIdentityArgs(scope=args.scope, group=args.group, purpose="autoscaler"),
            self.child(),
        )
        place_federation(self, identity, issuer=args.issuer, subjects={"keda": KEDA_SUBJECT})
        place_role(
            self,
            "metrics",
            role="Monitoring Data Reader",
            scope_id=args.metrics_workspace_id,
            principal_id=identity.principal_id,
        )
        # The lengths of queues are part of managing them; no smaller built-in role reads them.
        place_role(
            self,
            "queues",
            role="Azure Service Bus Data Owner",
            scope_id=args.service_bus_id,
            principal_id=identity.principal_id,
        )
        self.authentication = CustomResource(
            f"{self.name}-authentication",
            api_version=KEDA_API,
            kind="TriggerAuthentication",
            metadata={"name": AUTHENTICATION, "namespace": args.namespace, "labels": args.scope.tags.kubernetes()},
            spec={"podIdentity": {"provider": "azure-workload", "identityId": identity.client_id}},
            opts=self.child(),
        )
