"""A service of any system: its pods, how they are reached, how many run, how a new version takes over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.apps.v1 import Deployment
from pulumi_kubernetes.autoscaling.v2 import HorizontalPodAutoscaler
from pulumi_kubernetes.core.v1 import Service
from pulumi_kubernetes.meta.v1 import ObjectMetaArgsDict
from pulumi_kubernetes.policy.v1 import PodDisruptionBudget
from pulumi_kubernetes.rbac.v1 import RoleBinding

from components.base import Component, ComponentArgs
from components.kubernetes.autoscaling import KEDA_API, MetricSources, autoscaler_spec, scaled_object_spec
from components.kubernetes.pods import PORT_NAME, PodSurroundings, pod_template
from components.kubernetes.rollout import (
    DEPLOYMENT_VERSION,
    DEPLOYMENTS_API,
    ROLLOUT_VERSION,
    ROLLOUTS_API,
    analysis_spec,
    canary_name,
    canary_spec,
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
    #: Where a service's own figures come from; none where no service has one.
    sources: MetricSources | None = None
    #: Which identity of the cloud the service account stands for.
    account_annotations: Mapping[str, pulumi.Input[str]]
    #: What the cloud is told of the service itself, by its load balancer's controller.
    service_annotations: Mapping[str, str] = field(default_factory=dict)


class Workload(Component[WorkloadArgs], type="platform:kubernetes:Workload"):
    """Pods spread over zones and nodes behind one name, scaled between two figures, never all taken away at once."""

    def build(self, args: WorkloadArgs) -> None:
        """Place the service's objects. Argo Rollouts' kinds must be there before, and KEDA's and a mesh's if used."""
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
        pods = self._place_pods()
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
        self._place_autoscaling(pods)

    def _place_autoscaling(self, pods: pulumi.Resource) -> None:
        """Place Kubernetes' autoscaler, or for a service with a figure of its own KEDA's, which makes one."""
        args, scaling = self.args, self.args.service.scaling
        if scaling.metric is None:
            spec: Any = autoscaler_spec(scaling, self._target())
            HorizontalPodAutoscaler(
                f"{self.name}-autoscaling", metadata=self._metadata(), spec=spec, opts=self.child(depends_on=[pods])
            )
            return
        if args.sources is None:
            raise ValueError(f"{args.service_name} is scaled by {scaling.metric.name}, but nothing says who is asked")
        CustomResource(
            f"{self.name}-autoscaling",
            api_version=KEDA_API,
            kind="ScaledObject",
            metadata=self._metadata(),
            spec=scaled_object_spec(args.service_name, scaling, scaling.metric, self._target(), args.sources),
            # KEDA's webhook asks for what is scaled, and refuses what it does not find.
            opts=self.child(depends_on=[pods]),
        )

    def _target(self) -> dict[str, str]:
        """Return what autoscaling points to."""
        rolling = self.args.service.strategy == "rolling"
        api_version, kind = (DEPLOYMENTS_API, "Deployment") if rolling else (ROLLOUTS_API, "Rollout")
        return {"apiVersion": api_version, "kind": kind, "name": self.args.service_name}

    def _place_pods(self) -> pulumi.Resource:
        """Place what runs the pods in the way of the service's strategy, and return it."""
        match self.args.service.strategy:
            case "blue-green":
                return self._place_blue_green()
            case "canary":
                return self._place_canary()
            case "rolling":
                return self._place_rolling()

    def _place_blue_green(self) -> pulumi.Resource:
        """Place both services, the analysis and the rollout, which is returned."""
        name, service = self.args.service_name, self.args.service
        for kind, each in (("service", name), ("preview", preview_name(name))):
            # Argo Rollouts adds the version to the selector; taking that back would send traffic to both versions.
            self._place_service(kind, each, self.child(ignore_changes=["spec.selector"]))
        return self._place_rollout(rollout_spec(name, service, self._template(ROLLOUT_VERSION)))

    def _place_canary(self) -> pulumi.Resource:
        """Place the service of all pods, that of the new ones, the analysis and the rollout, which is returned."""
        name, service = self.args.service_name, self.args.service
        self._place_service("service", name, self.child())
        # Argo Rollouts adds the version to the selector; taking that back would have the old pods judged.
        self._place_service("canary", canary_name(name), self.child(ignore_changes=["spec.selector"]))
        return self._place_rollout(canary_spec(name, service, self._template(ROLLOUT_VERSION)))

    def _place_rollout(self, spec: dict[str, Any]) -> pulumi.Resource:
        """Place the analysis and the rollout, which is returned."""
        CustomResource(
            f"{self.name}-analysis",
            api_version=ROLLOUTS_API,
            kind="AnalysisTemplate",
            metadata=self._metadata(),
            spec=analysis_spec(self.args.service, self.args.namespace),
            opts=self.child(),
        )
        return CustomResource(
            f"{self.name}-rollout",
            api_version=ROLLOUTS_API,
            kind="Rollout",
            metadata=self._metadata(),
            spec=spec,
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
        metadata = self._metadata(name)
        if self.args.service_annotations and name == self.args.service_name:
            metadata["annotations"] = dict(self.args.service_annotations)
        Service(
            f"{self.name}-{kind}",
            metadata=metadata,
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


def place_group_binding(
    owner: Component[Any], namespace: pulumi.Input[str], *, role: str, groups: Sequence[str]
) -> RoleBinding:
    """Give groups of people a cluster role in one namespace only."""
    return RoleBinding(
        f"{owner.name}-{role}",
        metadata={"name": role, "namespace": namespace, "labels": owner.scope.tags.kubernetes()},
        role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
        subjects=[{"kind": "Group", "name": group, "api_group": "rbac.authorization.k8s.io"} for group in groups],
        opts=owner.child(),
    )


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
