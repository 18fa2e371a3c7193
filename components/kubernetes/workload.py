"""A service of any system: its pods, how they are reached, how many run, how a new version takes over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.apps.v1 import Deployment
from pulumi_kubernetes.core.v1 import Service
from pulumi_kubernetes.meta.v1 import ObjectMetaArgsDict
from pulumi_kubernetes.policy.v1 import PodDisruptionBudget
from pulumi_kubernetes.rbac.v1 import RoleBinding

from components.base import Component, ComponentArgs
from components.kubernetes.autoscaling import KEDA_API, MetricSources, scaled_object_spec
from components.kubernetes.pods import PORT_NAME, PodSurroundings, pod_template
from components.kubernetes.rollout import (
    DEPLOYMENT_VERSION,
    DEPLOYMENTS_API,
    ROLLOUT_VERSION,
    ROLLOUTS_API,
    analysis_spec,
    deployment_spec,
    preview_name,
    rollout_spec,
)
from components.kubernetes.service_account import ServiceAccount, ServiceAccountArgs
from settings.services import ServiceSettings


@dataclass(frozen=True, kw_only=True)
class WorkloadArgs(ComponentArgs):
    """A service file, and what the environment adds to it."""

    service_name: str
    service: ServiceSettings
    namespace: pulumi.Input[str]
    surroundings: PodSurroundings
    sources: MetricSources
    #: Which identity of the cloud the service account stands for.
    account_annotations: Mapping[str, pulumi.Input[str]]


class Workload(Component[WorkloadArgs], type="platform:kubernetes:Workload"):
    """Pods spread over zones and nodes behind one name, scaled between two figures, never all taken away at once."""

    def build(self, args: WorkloadArgs) -> None:
        """Place the service's objects. Argo Rollouts', KEDA's and the mesh's kinds must be there before."""
        self.args = args
        service = args.service
        ServiceAccount(
            f"{self.name}-account",
            ServiceAccountArgs(
                scope=args.scope,
                namespace=args.namespace,
                service_account=service.service_account,
                annotations=args.account_annotations,
            ),
            self.child(),
        )
        for role in service.cluster_roles:
            place_binding(self, args.namespace, role=role, service_account=service.service_account)
        pods = self._place_blue_green() if service.strategy == "blue-green" else self._place_rolling()
        PodDisruptionBudget(
            f"{self.name}-disruption-budget",
            metadata=self._metadata(),
            spec={
                "min_available": service.min_available,
                "selector": {"match_labels": {"app": args.service_name}},
                # A pod that is not healthy holds no drain back.
                "unhealthy_pod_eviction_policy": "AlwaysAllow",
            },
            opts=self.child(),
        )
        CustomResource(
            f"{self.name}-autoscaling",
            api_version=KEDA_API,
            kind="ScaledObject",
            metadata=self._metadata(),
            spec=scaled_object_spec(args.service_name, service.scaling, self._target(), args.sources),
            # KEDA's webhook asks for what is scaled, and refuses what it does not find.
            opts=self.child(depends_on=[pods]),
        )

    def _target(self) -> dict[str, str]:
        """Return what autoscaling points to."""
        rollout = self.args.service.strategy == "blue-green"
        api_version, kind = (ROLLOUTS_API, "Rollout") if rollout else (DEPLOYMENTS_API, "Deployment")
        return {"apiVersion": api_version, "kind": kind, "name": self.args.service_name}

    def _place_blue_green(self) -> pulumi.Resource:
        """Place both services, the analysis and the rollout, which is returned."""
        name, service = self.args.service_name, self.args.service
        for kind, each in (("service", name), ("preview", preview_name(name))):
            # Argo Rollouts adds the version to the selector; taking that back would send traffic to both versions.
            self._place_service(kind, each, self.child(ignore_changes=["spec.selector"]))
        CustomResource(
            f"{self.name}-analysis",
            api_version=ROLLOUTS_API,
            kind="AnalysisTemplate",
            metadata=self._metadata(),
            spec=analysis_spec(service, self.args.namespace),
            opts=self.child(),
        )
        return CustomResource(
            f"{self.name}-rollout",
            api_version=ROLLOUTS_API,
            kind="Rollout",
            metadata=self._metadata(),
            spec=rollout_spec(name, service, self._template(ROLLOUT_VERSION)),
            opts=self.child(),
        )

    def _place_rolling(self) -> pulumi.Resource:
        """Place the service and the deployment, which is returned."""
        name = self.args.service_name
        self._place_service("service", name, self.child())
        spec: Any = deployment_spec(name, self._template(DEPLOYMENT_VERSION))
        return Deployment(f"{self.name}-deployment", metadata=self._metadata(), spec=spec, opts=self.child())

    def _place_service(self, kind: str, name: str, opts: pulumi.ResourceOptions) -> None:
        port = self.args.service.port
        Service(
            f"{self.name}-{kind}",
            metadata=self._metadata(name),
            spec={
                "type": "ClusterIP",
                "selector": {"app": self.args.service_name},
                "ports": [{"name": PORT_NAME, "port": port, "target_port": PORT_NAME, "protocol": "TCP"}],
            },
            opts=opts,
        )

    def _template(self, version_label: str) -> dict[str, Any]:
        args = self.args
        return pod_template(args.service_name, args.service, args.surroundings, version_label=version_label)

    def _metadata(self, name: str = "") -> ObjectMetaArgsDict:
        return {
            "name": name or self.args.service_name,
            "namespace": self.args.namespace,
            "labels": {**self.scope.tags.kubernetes(), "app": self.args.service_name},
        }


def place_binding(
    owner: Component[Any], namespace: pulumi.Input[str], *, role: str, service_account: str
) -> RoleBinding:
    """Give a service account a cluster role in its own namespace only."""
    return RoleBinding(
        f"{owner.name}-{role}",
        metadata={
            "name": f"{service_account}-{role}",
            "namespace": namespace,
            "labels": owner.scope.tags.kubernetes(),
        },
        role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
        subjects=[{"kind": "ServiceAccount", "name": service_account, "namespace": namespace}],
        opts=owner.child(),
    )
