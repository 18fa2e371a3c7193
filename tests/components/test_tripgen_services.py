"""TripGen's namespace and services in the cluster, against the physical architecture's tables."""

from collections.abc import Mapping
from typing import Any

import pytest

from rehearsal.kubernetes import schemas
from tests.components.strict_mocks import World

ROLLOUT, SCALED = "kubernetes:argoproj.io/v1alpha1:Rollout", "kubernetes:keda.sh/v1alpha1:ScaledObject"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
BINDING = "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding"
SERVICES = ("user-service", "trip-service", "ai-service", "location-service")


def own_kinds(world: World) -> list[Mapping[str, Any]]:
    objects = [each.inputs for each in world.placed if each.type.startswith("kubernetes:") and "kind" in each.inputs]
    return [each for each in objects if "istio.io" not in each["apiVersion"] and "v1alpha1" not in each["apiVersion"]]


def test_every_object_of_a_kind_of_kubernetes_own_fits_the_clusters_schema(every_tripgen: World) -> None:
    version = every_tripgen.one("azure-native:containerservice:ManagedCluster", "cluster-cluster")["kubernetesVersion"]
    objects = own_kinds(every_tripgen)
    assert {each["kind"] for each in objects} >= {"NetworkPolicy", "Service", "Ingress", "ClusterRole"}
    for each in objects:
        assert schemas.check(version, dict(each)) == [], each["metadata"]


def test_services_are_found_under_the_designs_names_and_port(tripgen_prod: World) -> None:
    services = {each["metadata"]["name"]: each for each in tripgen_prod.of("kubernetes:core/v1:Service").values()}
    assert set(services) == {*SERVICES, *(f"{name}-preview" for name in SERVICES)}
    for name in SERVICES:
        assert services[name]["metadata"]["namespace"] == "production"
        assert services[name]["spec"]["ports"][0]["port"] == 8080


def test_every_service_is_a_rollout_on_the_application_pool_with_budget_and_autoscaling(every_tripgen: World) -> None:
    pool = every_tripgen.one("azure-native:containerservice:AgentPool", "cluster-application-pool")
    for name in SERVICES:
        pod = every_tripgen.one(ROLLOUT, f"{name}-rollout")["spec"]["template"]["spec"]
        assert pod["nodeSelector"].items() <= pool["nodeLabels"].items()
        assert [f"{each['key']}={each['value']}:{each['effect']}" for each in pod["tolerations"]] == pool["nodeTaints"]
        assert every_tripgen.one(SCALED, f"{name}-autoscaling")
        assert every_tripgen.one("kubernetes:policy/v1:PodDisruptionBudget", f"{name}-disruption-budget")


#: 3.3.2: threshold of each service's own figure, and what serves it.
OWN_FIGURES = {
    "user-service": ("requests_per_second", "prometheus", "threshold", "100"),
    "trip-service": ("active_connections", "prometheus", "threshold", "50"),
    "ai-service": ("queue_length", "azure-servicebus", "messageCount", "10"),
    "location-service": ("search_requests", "prometheus", "threshold", "200"),
}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_scales_by_its_own_figure_too(tripgen_prod: World, name: str) -> None:
    own = tripgen_prod.one(SCALED, f"{name}-autoscaling")["spec"]["triggers"][-1]
    metric, served_by, key, threshold = OWN_FIGURES[name]
    assert (own["name"], own["type"], own["metadata"][key]) == (metric, served_by, threshold)


def test_the_queue_that_is_counted_is_one_of_the_buss(every_tripgen: World) -> None:
    queues = {each["queueName"] for each in every_tripgen.of("azure-native:servicebus:Queue").values()}
    own = every_tripgen.one(SCALED, "ai-service-autoscaling")["spec"]["triggers"][-1]["metadata"]
    assert own["queueName"] in queues
    (bus,) = (each["namespaceName"] for each in every_tripgen.of("azure-native:servicebus:Namespace").values())
    assert own["namespace"] == bus


def rows(policy: Mapping[str, Any], direction: str, side: str) -> set[tuple[str, int]]:
    found = set()
    for rule in policy["spec"][direction]:
        for peer in rule.get(side, [{}]):
            labels = {
                **peer.get("namespaceSelector", {}).get("matchLabels", {}),
                **peer.get("podSelector", {}).get("matchLabels", {}),
            }
            who = peer.get("ipBlock", {}).get("cidr") or "/".join(labels.values()) or "all"
            found |= {(who, port["port"]) for port in rule["ports"]}
    return found


def test_the_network_policy_says_the_designs_rows_for_todays_cluster(tripgen_prod: World) -> None:
    policy = tripgen_prod.one(POLICY, "services-network-policy")
    assert policy["metadata"]["name"] == "production-network-policy"
    assert policy["metadata"]["namespace"] == "production"
    assert policy["spec"]["podSelector"] == {"matchLabels": {"tier": "application"}}
    assert policy["spec"]["policyTypes"] == ["Ingress", "Egress"]
    assert rows(policy, "ingress", "from") == {
        ("aks-istio-ingress", 8080),
        ("aks-istio-system", 15001),
        ("aks-istio-system", 15006),
        ("application", 8080),
        ("argo-rollouts", 8080),
        ("kube-system", 15020),
    }
    assert {row for row in rows(policy, "egress", "to") if not row[0].startswith("10.0.201.")} == {
        *(("10.1.4.0/24", port) for port in (5432, 6432, 10000, 8500, 5671, 5672)),
        ("all", 443),
        ("kube-system/kube-dns", 53),
        ("aks-istio-system", 15012),
        ("application", 8080),
    }


def test_what_no_policy_allows_is_denied_in_both_directions(every_tripgen: World) -> None:
    deny = every_tripgen.one(POLICY, "services-namespace-default-deny")["spec"]
    assert deny == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_accounts_have_the_designs_roles_in_the_namespace_only(tripgen_prod: World) -> None:
    given = {
        (each["subjects"][0]["name"], each["roleRef"]["name"], each["metadata"]["namespace"])
        for each in tripgen_prod.of(BINDING).values()
    }
    assert given == {
        ("user-service-sa", "application-reader", "production"),
        ("trip-service-sa", "application-reader", "production"),
        ("deployment-sa", "application-writer", "production"),
    }
    assert not tripgen_prod.of("kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding")


def test_every_account_of_a_service_stands_for_the_services_identity(every_tripgen: World) -> None:
    subjects = {
        each["subject"]
        for each in every_tripgen.of("azure-native:managedidentity:FederatedIdentityCredential").values()
    }
    accounts = every_tripgen.of("kubernetes:core/v1:ServiceAccount")
    for name in SERVICES:
        account = accounts[f"{name}-account-service-account"]
        assert account["metadata"]["annotations"]["azure.workload.identity/client-id"]
        namespace, own = account["metadata"]["namespace"], account["metadata"]["name"]
        assert f"system:serviceaccount:{namespace}:{own}" in subjects
        template = every_tripgen.one(ROLLOUT, f"{name}-rollout")["spec"]["template"]
        assert template["metadata"]["labels"]["azure.workload.identity/use"] == "true"
        assert template["spec"]["serviceAccountName"] == own
    assert "system:serviceaccount:kube-system:keda-operator" in subjects


def test_the_mesh_is_strict_and_the_gateway_before_it_hands_over_to_its_own(tripgen_prod: World) -> None:
    (mutual,) = tripgen_prod.of("kubernetes:security.istio.io/v1:PeerAuthentication").values()
    assert mutual["metadata"]["namespace"] == "production"
    assert mutual["spec"] == {"mtls": {"mode": "STRICT"}}
    (ingress,) = tripgen_prod.of("kubernetes:networking.k8s.io/v1:Ingress").values()
    assert ingress["metadata"]["namespace"] == "aks-istio-ingress"
    assert ingress["spec"]["ingressClassName"] == "azure-application-gateway"
    (rule,) = ingress["spec"]["rules"]
    assert [path["path"] for path in rule["http"]["paths"]] == ["/actuator/health", "/api", "/static"]
    assert {path["backend"]["service"]["name"] for path in rule["http"]["paths"]} == {
        "aks-istio-ingressgateway-internal"
    }


def test_every_path_that_the_edge_passes_on_leads_to_a_service(tripgen_prod: World) -> None:
    (routes,) = tripgen_prod.of("kubernetes:networking.istio.io/v1:VirtualService").values()
    led = {
        match["uri"].get("prefix", match["uri"].get("exact")): route["route"][0]["destination"]["host"]
        for route in routes["spec"]["http"]
        for match in route["match"]
    }
    assert led == {
        "/actuator/health": "trip-service",
        "/api/users": "user-service",
        "/api/trips": "trip-service",
        "/static": "trip-service",
        "/api/ai": "ai-service",
        "/api/locations": "location-service",
    }


def variables(world: World, service: str) -> dict[str, str]:
    pod = world.one(ROLLOUT, f"{service}-rollout")["spec"]["template"]["spec"]
    return {each["name"]: each["value"] for each in pod["containers"][0]["env"]}


def test_services_are_told_of_tracing_and_of_when_to_stop_calling_what_fails(tripgen_prod: World) -> None:
    given = variables(tripgen_prod, "trip-service")
    assert given["APPLICATIONINSIGHTS_SAMPLING_PERCENTAGE"] == "10"
    assert given["RESILIENCE4J_CIRCUITBREAKER_CONFIGS_DEFAULT_FAILURERATETHRESHOLD"] == "50"
    assert given["RESILIENCE4J_CIRCUITBREAKER_CONFIGS_DEFAULT_WAITDURATIONINOPENSTATE"] == "300s"


def test_no_pod_of_a_service_may_change_the_cluster(every_tripgen: World) -> None:
    for name in ("ai-service", "location-service"):
        pod = every_tripgen.one(ROLLOUT, f"{name}-rollout")["spec"]["template"]["spec"]
        assert pod["automountServiceAccountToken"] is False
