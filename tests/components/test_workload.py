"""One service of any system, placed in the strict world by itself."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from components.base import Scope
from components.kubernetes.argo_rollouts import ArgoRollouts, ArgoRolloutsArgs
from components.kubernetes.autoscaling import MetricSources
from components.kubernetes.cluster_roles import CLUSTER_ROLES, ClusterRoles, ClusterRolesArgs
from components.kubernetes.mesh import Mesh, MeshNamespace, MeshNamespaceArgs, Route
from components.kubernetes.namespace import Namespace, NamespaceArgs
from components.kubernetes.network_policy import Allowed, Peer, Ports, TierPolicy, TierPolicyArgs
from components.kubernetes.pods import Placement, PodSurroundings
from components.kubernetes.workload import Workload, WorkloadArgs
from rehearsal.kubernetes import schemas
from settings.environments import ENVIRONMENTS
from settings.naming import Namer
from settings.services import ServiceSettings
from settings.tags import PlatformTags
from tests.components.strict_mocks import World, place

ROLLOUT, DEPLOYMENT = "kubernetes:argoproj.io/v1alpha1:Rollout", "kubernetes:apps/v1:Deployment"
SERVICE, POLICY = "kubernetes:core/v1:Service", "kubernetes:networking.k8s.io/v1:NetworkPolicy"
SCALED = "kubernetes:keda.sh/v1alpha1:ScaledObject"
BUDGET = "kubernetes:policy/v1:PodDisruptionBudget"

SCOPE = Scope(
    environment=ENVIRONMENTS["prod"],
    names=Namer(prefix="", system="shop", environment="prod"),
    tags=PlatformTags(
        system="shop", environment="prod", owner="team", cost_centre="shop", data_classification="internal"
    ),
)
MESH = Mesh(
    revision="asm-1-30",
    control_plane_namespace="aks-istio-system",
    ingress_namespace="aks-istio-ingress",
    ingress_selector="gateway",
)
FILE: dict[str, Any] = {
    "image": "cart:1.2.3",
    "requests": {"cpu": "500m", "memory": "1Gi"},
    "limits": {"cpu": "2000m", "memory": "2Gi"},
    "scaling": {
        "min_replicas": 3,
        "max_replicas": 10,
        "cpu_percent": 70,
        "memory_percent": 80,
        "metric": {"name": "carts", "above": 100, "query": "sum(carts)"},
    },
    "min_available": 2,
    "service_account": "cart-sa",
}


def workload(**changes: object) -> World:
    service = ServiceSettings.model_validate_json(json.dumps({**FILE, **changes}))
    return place(
        lambda: Workload(
            "cart",
            WorkloadArgs(
                scope=SCOPE,
                service_name="cart",
                service=service,
                namespace="shop",
                surroundings=PodSurroundings(
                    registry="images.example",
                    placement=Placement(
                        node_labels={"workload": "application"},
                        tolerations=[{"key": "application-workload", "operator": "Exists", "effect": "NoSchedule"}],
                    ),
                    labels={"azure.workload.identity/use": "true"},
                    annotations={"prometheus.io/scrape": "true"},
                    environment={"LEVEL": "info", "POSTGRES_HOST": "db"},
                ),
                sources=MetricSources(
                    prometheus_url="https://metrics.example", service_bus="bus", authentication="azure"
                ),
                account_annotations={"azure.workload.identity/client-id": "id"},
            ),
        )
    )


def pod(world: World) -> Mapping[str, Any]:
    return world.one(ROLLOUT, "cart-rollout")["spec"]["template"]["spec"]


def container(world: World) -> Mapping[str, Any]:
    return pod(world)["containers"][0]


def refused(manifest: Mapping[str, Any]) -> list[str]:
    problems = schemas.check("1.35", dict(manifest))
    assert problems is not None, manifest["kind"]
    return [problem.reason for problem in problems]


def test_a_rollout_is_blue_green_and_goes_back_within_three_minutes() -> None:
    world = workload()
    spec = world.one(ROLLOUT, "cart-rollout")["spec"]
    assert "replicas" not in spec
    assert (spec["progressDeadlineSeconds"], spec["progressDeadlineAbort"]) == (180, True)
    strategy = spec["strategy"]["blueGreen"]
    assert strategy["autoPromotionEnabled"] is True
    assert (strategy["activeService"], strategy["previewService"]) == ("cart", "cart-preview")
    before, after = strategy["prePromotionAnalysis"], strategy["postPromotionAnalysis"]
    assert before["args"] == [{"name": "host", "value": "cart-preview"}, {"name": "checks", "value": "3"}]
    metric = world.one("kubernetes:argoproj.io/v1alpha1:AnalysisTemplate", "cart-analysis")["spec"]["metrics"][0]
    watched_seconds = int(after["args"][1]["value"]) * int(metric["interval"].removesuffix("s"))
    assert watched_seconds == strategy["scaleDownDelaySeconds"] == 180
    assert metric["failureLimit"] == 2
    assert metric["provider"]["web"]["url"] == "http://{{args.host}}.shop.svc.cluster.local:8080/actuator/health"


def test_a_rolling_service_is_a_deployment_with_one_name_that_the_api_server_accepts() -> None:
    world = workload(strategy="rolling")
    manifest = world.one(DEPLOYMENT, "cart-deployment")
    assert refused(manifest) == []
    assert "replicas" not in manifest["spec"]
    assert manifest["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
    assert list(world.of(SERVICE)) == ["cart-service"]
    assert world.one(SCALED, "cart-autoscaling")["spec"]["scaleTargetRef"]["kind"] == "Deployment"
    assert not world.of(ROLLOUT)


def test_a_rollouts_pods_are_what_the_api_server_accepts_in_a_deployment() -> None:
    template = workload().one(ROLLOUT, "cart-rollout")["spec"]["template"]
    spec = {"selector": {"matchLabels": {"app": "cart"}}, "template": template}
    assert refused({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "cart"}, "spec": spec}) == []


@pytest.mark.parametrize("strategy", ["blue-green", "rolling"])
def test_every_object_of_a_kind_of_kubernetes_own_fits_its_schema(strategy: str) -> None:
    world = workload(strategy=strategy, cluster_roles=["application-reader"])
    own = [placed for placed in world.placed if "apiVersion" in placed.inputs and "." not in placed.type.split(":")[1]]
    assert {placed.inputs["kind"] for placed in own} >= {"Service", "ServiceAccount", "PodDisruptionBudget"}
    for placed in own:
        assert refused(placed.inputs) == [], placed.name


def test_a_version_is_spread_over_zones_and_nodes_and_a_lost_zone_does_not_count() -> None:
    spread = pod(workload())["topologySpreadConstraints"]
    assert spread == [
        {
            "maxSkew": 1,
            "topologyKey": "topology.kubernetes.io/zone",
            "whenUnsatisfiable": "DoNotSchedule",
            "labelSelector": {"matchLabels": {"app": "cart"}},
            "matchLabelKeys": ["rollouts-pod-template-hash"],
            "nodeTaintsPolicy": "Honor",
        }
    ]
    (apart,) = pod(workload())["affinity"]["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    assert apart["topologyKey"] == "kubernetes.io/hostname"
    assert apart["matchLabelKeys"] == ["rollouts-pod-template-hash"]


def test_pods_go_to_the_nodes_of_their_pool_and_past_its_taint() -> None:
    spec = pod(workload())
    assert spec["nodeSelector"] == {"workload": "application"}
    assert spec["tolerations"] == [{"key": "application-workload", "operator": "Exists", "effect": "NoSchedule"}]


def test_health_is_asked_for_at_one_path_and_three_failures_in_thirty_seconds_restart() -> None:
    probes = container(workload())
    for kind in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert probes[kind]["httpGet"] == {"path": "/actuator/health", "port": "http"}
    liveness, startup = probes["livenessProbe"], probes["startupProbe"]
    assert (liveness["failureThreshold"], liveness["failureThreshold"] * liveness["periodSeconds"]) == (3, 30)
    assert startup["failureThreshold"] * startup["periodSeconds"] == 120
    assert pod(workload())["restartPolicy"] == "Always"


def test_pods_are_restricted() -> None:
    world = workload()
    assert pod(world)["securityContext"] == {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    assert container(world)["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def test_only_an_account_with_a_role_gets_a_token_and_the_role_holds_in_its_namespace() -> None:
    without, with_role = workload(), workload(cluster_roles=["application-reader"])
    assert pod(without)["automountServiceAccountToken"] is False
    assert not without.of("kubernetes:rbac.authorization.k8s.io/v1:RoleBinding")
    assert pod(with_role)["automountServiceAccountToken"] is True
    (binding,) = with_role.of("kubernetes:rbac.authorization.k8s.io/v1:RoleBinding").values()
    assert binding["metadata"]["namespace"] == "shop"
    assert binding["roleRef"]["name"] == "application-reader"
    assert binding["subjects"] == [{"kind": "ServiceAccount", "name": "cart-sa", "namespace": "shop"}]


def test_autoscaling_asks_processor_memory_and_the_services_own_figure_and_lets_pods_go_one_by_one() -> None:
    spec = workload().one(SCALED, "cart-autoscaling")["spec"]
    assert (spec["minReplicaCount"], spec["maxReplicaCount"]) == (3, 10)
    cpu, memory, own = spec["triggers"]
    assert (cpu["type"], cpu["metadata"]["value"]) == ("cpu", "70")
    assert (memory["type"], memory["metadata"]["value"]) == ("memory", "80")
    assert own["type"] == "prometheus"
    assert own["authenticationRef"] == {"name": "azure"}
    assert own["metadata"]["threshold"] == "100"
    assert own["metadata"]["serverAddress"] == "https://metrics.example"
    config = spec["advanced"]["horizontalPodAutoscalerConfig"]
    assert config["name"] == "cart"
    assert config["behavior"]["scaleDown"] == {
        "stabilizationWindowSeconds": 300,
        "policies": [{"type": "Pods", "value": 1, "periodSeconds": 300}],
    }


def test_a_queues_length_comes_from_the_message_bus() -> None:
    metric = {"name": "queue_length", "above": 10, "queue": "work"}
    *_, own = workload(scaling={**FILE["scaling"], "metric": metric}).one(SCALED, "cart-autoscaling")["spec"][
        "triggers"
    ]
    assert own["type"] == "azure-servicebus"
    assert own["metadata"] == {"namespace": "bus", "queueName": "work", "messageCount": "10"}


@pytest.mark.parametrize(("strategy", "kind"), [("blue-green", ROLLOUT), ("rolling", DEPLOYMENT)])
def test_autoscaling_is_placed_once_there_is_something_to_scale(strategy: str, kind: str) -> None:
    placed = [each.type for each in workload(strategy=strategy).placed]
    assert placed.index(kind) < placed.index(SCALED)


def test_a_drain_leaves_the_promised_pods_and_is_not_held_back_by_sick_ones() -> None:
    spec = workload().one(BUDGET, "cart-disruption-budget")["spec"]
    assert spec["minAvailable"] == 2
    assert spec["unhealthyPodEvictionPolicy"] == "AlwaysAllow"
    assert spec["selector"] == {"matchLabels": {"app": "cart"}}


def test_the_image_comes_from_the_environments_registry_and_settings_from_the_template() -> None:
    given = container(workload(environment={"LEVEL": "debug"}))
    assert given["image"] == "images.example/cart:1.2.3"
    assert given["env"] == [
        {"name": "SERVICE_NAME", "value": "cart"},
        {"name": "LEVEL", "value": "debug"},
        {"name": "POSTGRES_HOST", "value": "db"},
    ]
    assert given["resources"] == {"requests": FILE["requests"], "limits": FILE["limits"]}


def test_a_service_is_found_under_its_name_at_its_port() -> None:
    service = workload(port=9090).one(SERVICE, "cart-service")
    assert (service["metadata"]["name"], service["metadata"]["namespace"]) == ("cart", "shop")
    assert service["spec"]["ports"] == [{"name": "http", "port": 9090, "targetPort": "http", "protocol": "TCP"}]


def surroundings(build: Callable[[], object]) -> World:
    world = place(build)
    for placed in world.placed:
        if "apiVersion" in placed.inputs and not placed.type.split(":")[1].endswith(("istio.io/v1", "io/v1alpha1")):
            assert refused(placed.inputs) == [], placed.name
    return world


def test_a_namespace_of_a_mesh_carries_its_revision_and_reaches_its_control_plane_only() -> None:
    world = surroundings(lambda: Namespace("shop", NamespaceArgs(scope=SCOPE, namespace="shop", mesh=MESH)))
    labels = world.one("kubernetes:core/v1:Namespace", "shop-namespace")["metadata"]["labels"]
    assert labels["istio.io/rev"] == "asm-1-30"
    (rule,) = world.one(POLICY, "shop-allow-mesh")["spec"]["egress"]
    assert rule["ports"] == [{"port": 15012, "protocol": "TCP"}]
    assert rule["to"][0]["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "aks-istio-system"}


def test_a_namespace_without_a_mesh_has_neither() -> None:
    world = surroundings(lambda: Namespace("shop", NamespaceArgs(scope=SCOPE, namespace="shop")))
    assert "istio.io/rev" not in world.one("kubernetes:core/v1:Namespace", "shop-namespace")["metadata"]["labels"]
    assert "shop-allow-mesh" not in world.of(POLICY)


def test_a_tiers_policy_says_each_row_and_denies_the_rest_in_both_directions() -> None:
    world = surroundings(
        lambda: TierPolicy(
            "tier",
            TierPolicyArgs(
                scope=SCOPE,
                namespace="shop",
                policy="shop-network-policy",
                pod_labels={"tier": "application"},
                ingress=[Allowed(peer=Peer(namespace="edge"), ports=[Ports(first=8080)])],
                egress=[
                    Allowed(peer=Peer(cidr="10.0.0.0/24"), ports=[Ports(first=8500, last=8599)]),
                    Allowed(peer=Peer(), ports=[Ports(first=443)]),
                    Allowed(
                        peer=Peer(namespace="dns", pod_labels={"k8s-app": "dns"}),
                        ports=[Ports(first=53, protocol="UDP")],
                    ),
                ],
            ),
        )
    )
    spec = world.one(POLICY, "tier-policy")["spec"]
    assert spec["policyTypes"] == ["Ingress", "Egress"]
    assert spec["ingress"] == [
        {
            "from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "edge"}}}],
            "ports": [{"port": 8080, "protocol": "TCP"}],
        }
    ]
    network, anywhere, dns = spec["egress"]
    assert network["to"] == [{"ipBlock": {"cidr": "10.0.0.0/24"}}]
    assert network["ports"] == [{"port": 8500, "endPort": 8599, "protocol": "TCP"}]
    assert "to" not in anywhere
    assert dns["to"][0].keys() == {"namespaceSelector", "podSelector"}


def test_a_mesh_namespace_insists_on_mutual_tls_and_leaves_failing_pods_out() -> None:
    world = surroundings(
        lambda: MeshNamespace(
            "mesh",
            MeshNamespaceArgs(
                scope=SCOPE,
                namespace="shop",
                mesh=MESH,
                routes=(
                    Route(service="cart", port=8080, prefixes=("/api/carts",), exact=("/health",)),
                    Route(service="worker", port=8080),
                ),
                ejection_percent=50,
                ejection_seconds=300,
            ),
        )
    )
    assert world.one("kubernetes:security.istio.io/v1:PeerAuthentication", "mesh-mutual-tls")["spec"] == {
        "mtls": {"mode": "STRICT"}
    }
    rule = world.one("kubernetes:networking.istio.io/v1:DestinationRule", "mesh-circuit-breaker")["spec"]
    assert rule["host"] == "*.shop.svc.cluster.local"
    assert rule["trafficPolicy"]["tls"] == {"mode": "ISTIO_MUTUAL"}
    assert rule["trafficPolicy"]["outlierDetection"]["baseEjectionTime"] == "300s"
    (route,) = world.one("kubernetes:networking.istio.io/v1:VirtualService", "mesh-routes")["spec"]["http"]
    assert route["match"] == [{"uri": {"exact": "/health"}}, {"uri": {"prefix": "/api/carts"}}]
    assert route["route"] == [{"destination": {"host": "cart", "port": {"number": 8080}}}]


#: TripGen physical architecture 7.2.2, with the API groups of its words.
DESIGNED_ROLES = {
    "application-reader": [("", {"pods", "services", "configmaps", "secrets"}, {"get", "list", "watch"})],
    "application-writer": [
        ("apps", {"deployments"}, {"create", "update", "patch", "delete"}),
        ("", {"services"}, {"create", "update", "patch", "delete"}),
        ("argoproj.io", {"rollouts"}, {"create", "update", "patch", "delete"}),
    ],
    "monitoring-reader": [("metrics.k8s.io", {"pods", "nodes"}, {"get", "list"}), ("", {"pods/log"}, {"get", "list"})],
}


def test_cluster_roles_hold_the_designs_verbs_and_nobody_has_one_everywhere() -> None:
    world = surroundings(lambda: ClusterRoles("roles", ClusterRolesArgs(scope=SCOPE, roles=CLUSTER_ROLES)))
    roles = world.of("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole").values()
    assert {
        role["metadata"]["name"]: [
            (rule["apiGroups"][0], set(rule["resources"]), set(rule["verbs"])) for rule in role["rules"]
        ]
        for role in roles
    } == DESIGNED_ROLES
    assert not world.of("kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding")


def test_the_rollouts_controller_is_in_the_mesh_and_may_ask_services_for_health() -> None:
    world = surroundings(
        lambda: ArgoRollouts(
            "rollouts",
            ArgoRolloutsArgs(
                scope=SCOPE, chart_version="2.41.0", mesh=MESH, services_namespace="shop", service_ports=[8080]
            ),
        )
    )
    release = world.one("kubernetes:helm.sh/v3:Release", "rollouts-release")
    assert (release["chart"], release["version"], release["namespace"]) == ("argo-rollouts", "2.41.0", "argo-rollouts")
    assert release["values"]["installCRDs"] is True
    # The profile is the pod's: a sidecar without one would be refused in a restricted namespace.
    assert release["values"]["podSecurityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    home = world.one("kubernetes:core/v1:Namespace", "rollouts-home-namespace")
    assert home["metadata"]["labels"]["istio.io/rev"] == "asm-1-30"
    (egress,) = world.one(POLICY, "rollouts-health-policy")["spec"]["egress"]
    assert egress["to"][0]["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "shop"}
