import json
from ipaddress import IPv4Network
from typing import Any

import pytest

from components.kubernetes.cluster_roles import TEAM_ROLES
from components.kubernetes.pods import Placement, PodSurroundings
from components.kubernetes.workload import Workload, WorkloadArgs
from rehearsal.kubernetes import schemas
from settings.gcp.network import NetworkPlan
from settings.services import ServiceSettings
from systems.dtx_services import Access, egress_rows, ingress_rows
from tests.components.strict_mocks import World, place
from tests.components.test_workload import FILE, SCOPE, workload

ROLLOUT, DEPLOYMENT = "kubernetes:argoproj.io/v1alpha1:Rollout", "kubernetes:apps/v1:Deployment"
AUTOSCALER = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
ANALYSIS = "kubernetes:argoproj.io/v1alpha1:AnalysisTemplate"
SERVICE, POLICY = "kubernetes:core/v1:Service", "kubernetes:networking.k8s.io/v1:NetworkPolicy"
ACCOUNT = "kubernetes:core/v1:ServiceAccount"
BUDGET = "kubernetes:policy/v1:PodDisruptionBudget"
FEDERATION = "gcp:serviceaccount/iAMMember:IAMMember"
PROJECT_ROLE = "gcp:projects/iAMMember:IAMMember"
SERVICES = ("api-gateway", "timemachine", "user-service")

PLAN = NetworkPlan(
    nodes=IPv4Network("10.0.0.0/22"),
    pods=IPv4Network("10.0.128.0/17"),
    services=IPv4Network("10.0.32.0/20"),
    control_plane=IPv4Network("10.0.7.0/28"),
    proxies=IPv4Network("10.0.4.0/23"),
    cache=IPv4Network("10.0.6.0/24"),
    private_services=IPv4Network("10.0.16.0/20"),
)


def spec(world: World, kind: str, name: str) -> dict[str, Any]:
    return world.one(kind, name)["spec"]


def peers(rows: list[dict[str, Any]], side: str) -> set[str]:
    """What a policy lets through, in one word a row: a network, a namespace or a service of this one."""
    found = set()
    for row in rows:
        (peer,) = row[side]
        selector = peer.get("namespaceSelector") or peer.get("podSelector")
        found.add(peer["ipBlock"]["cidr"] if "ipBlock" in peer else next(iter(selector["matchLabels"].values())))
    return found


def test_production_runs_as_many_pods_as_the_infrastructure_says(dtx_prod: World) -> None:
    scales = {
        name: (s["minReplicas"], s["maxReplicas"])
        for name in SERVICES
        if (s := spec(dtx_prod, AUTOSCALER, f"{name}-autoscaling"))
    }
    assert scales == {"api-gateway": (2, 4), "user-service": (3, 6), "timemachine": (2, 4)}


def test_nothing_needs_keda_and_each_autoscaler_points_to_what_runs_the_pods(every_dtx: World) -> None:
    assert not [placed for placed in every_dtx.placed if placed.type.startswith("kubernetes:keda")]
    targets = {name: spec(every_dtx, AUTOSCALER, f"{name}-autoscaling")["scaleTargetRef"] for name in SERVICES}
    assert {name: target["kind"] for name, target in targets.items()} == {
        "api-gateway": "Rollout",
        "user-service": "Rollout",
        "timemachine": "Deployment",
    }
    assert {target["name"] for target in targets.values()} == set(SERVICES)


def test_all_three_ways_of_taking_over_are_there(every_dtx: World) -> None:
    assert "canary" in spec(every_dtx, ROLLOUT, "api-gateway-rollout")["strategy"]
    assert "blueGreen" in spec(every_dtx, ROLLOUT, "user-service-rollout")["strategy"]
    rolling = spec(every_dtx, DEPLOYMENT, "timemachine-deployment")["strategy"]
    assert rolling == {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}


def test_a_canary_grows_step_by_step_and_each_step_is_watched(dtx_prod: World) -> None:
    rollout = spec(dtx_prod, ROLLOUT, "api-gateway-rollout")
    canary = rollout["strategy"]["canary"]
    assert (canary["maxSurge"], canary["maxUnavailable"]) == (1, 0)
    assert canary["canaryService"] == "api-gateway-canary"
    assert [step["setWeight"] for step in canary["steps"] if "setWeight" in step] == [25, 50]
    period = int(spec(dtx_prod, ANALYSIS, "api-gateway-analysis")["metrics"][0]["interval"].removesuffix("s"))
    asked = [{a["name"]: a["value"] for a in s["analysis"]["args"]} for s in canary["steps"] if "analysis" in s]
    assert [int(each["checks"]) * period for each in asked] == [300, 600]
    assert {each["host"] for each in asked} == {"api-gateway-canary"}
    assert "replicas" not in rollout
    assert rollout["progressDeadlineAbort"] is True


def test_a_canarys_pods_of_both_versions_answer_to_the_services_own_name(dtx_prod: World) -> None:
    for name in ("api-gateway-service", "api-gateway-canary"):
        assert spec(dtx_prod, SERVICE, name)["selector"] == {"app": "api-gateway"}


def test_the_load_balancer_finds_the_gateways_pods_and_no_others(every_dtx: World) -> None:
    annotations = {
        name: service["metadata"].get("annotations", {}).get("cloud.google.com/neg")
        for name, service in every_dtx.of(SERVICE).items()
    }
    exposed = annotations.pop("api-gateway-service")
    assert json.loads(exposed) == {"exposed_ports": {"8080": {"name": "dta-api-gateway"}}}
    assert set(annotations.values()) == {None}


def test_the_diagrams_arrows_are_the_only_ways_into_a_service(dtx_prod: World) -> None:
    asked = {"argo-rollouts", "monitoring"}
    into = {n: peers(spec(dtx_prod, POLICY, f"{n}-network-policy")["ingress"], "from") for n in SERVICES}
    assert into == {
        "api-gateway": {"10.42.4.0/23", "35.191.0.0/16", "130.211.0.0/22", *asked},
        "user-service": {"api-gateway", *asked},
        "timemachine": {"api-gateway", *asked},
    }


def test_the_diagrams_arrows_are_the_only_ways_out_of_a_service(dtx_prod: World) -> None:
    google = {"199.36.153.4/30", "169.254.169.254/32", "169.254.169.252/32"}
    out = {n: peers(spec(dtx_prod, POLICY, f"{n}-network-policy")["egress"], "to") for n in SERVICES}
    assert out == {
        "api-gateway": {"user-service", "timemachine"},
        "user-service": {"10.42.16.0/20", *google},
        "timemachine": {"10.42.6.0/24", *google},
    }


def test_in_the_services_namespace_nothing_talks_unless_it_is_said(every_dtx: World) -> None:
    deny = spec(every_dtx, POLICY, "services-namespace-default-deny")
    assert deny == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_a_service_without_callers_and_stores_is_reached_by_checks_and_metrics_only() -> None:
    alone = Access(port=8080, from_outside=False, callers=[], callees={}, stores=[])
    assert {row.peer.namespace for row in ingress_rows(alone, PLAN, monitoring_namespace="m")} == {"argo-rollouts", "m"}
    assert egress_rows(alone, PLAN) == []


def test_a_service_is_nobody_in_google_cloud_unless_it_has_a_store(every_dtx: World) -> None:
    whom = {
        name: every_dtx.one(ACCOUNT, f"{name}-account-service-account")["metadata"].get("annotations")
        for name in SERVICES
    }
    assert not whom["api-gateway"]
    for name in ("user-service", "timemachine"):
        assert whom[name] == {"iam.gke.io/gcp-service-account": f"{name}-account@p.iam.gserviceaccount.com"}


def test_only_the_pods_of_a_services_own_account_act_as_it(dtx_prod: World) -> None:
    members = {n: g["member"] for n, g in dtx_prod.of(FEDERATION).items() if n.startswith("services-")}
    assert members == {
        "services-user-service-federation": "serviceAccount:dtx-platform.svc.id.goog[dtx/user-service]",
        "services-timemachine-federation": "serviceAccount:dtx-platform.svc.id.goog[dtx/timemachine]",
    }


def test_a_service_has_the_roles_of_its_stores_and_no_others(dtx_prod: World) -> None:
    def roles(service: str) -> set[str]:
        member = f"serviceAccount:{service}-account@p.iam.gserviceaccount.com"
        return {grant["role"] for grant in dtx_prod.of(PROJECT_ROLE).values() if grant["member"] == member}

    assert roles("timemachine") == {"roles/redis.dbConnectionUser"}
    assert roles("user-service") >= {"roles/cloudsql.client", "roles/cloudsql.instanceUser", "roles/datastore.user"}
    assert "roles/redis.dbConnectionUser" not in roles("user-service")
    assert not [role for role in roles("user-service") if role.rpartition("/")[2] in ("owner", "editor", "viewer")]


def test_pods_are_told_their_own_stores_and_whom_they_call(dtx_prod: World) -> None:
    def told(kind: str, name: str) -> dict[str, str]:
        (container,) = spec(dtx_prod, kind, name)["template"]["spec"]["containers"]
        return {variable["name"]: variable["value"] for variable in container["env"]}

    gateway = told(ROLLOUT, "api-gateway-rollout")
    assert gateway == {
        "SERVICE_NAME": "api-gateway",
        "USER_SERVICE_URL": "http://user-service.dtx.svc.cluster.local:8080",
        "TIMEMACHINE_URL": "http://timemachine.dtx.svc.cluster.local:8080",
    }
    user, machine = told(ROLLOUT, "user-service-rollout"), told(DEPLOYMENT, "timemachine-deployment")
    assert {"POSTGRES_INSTANCE", "BIGQUERY_DATASET", "FIRESTORE_DATABASE"} <= set(user)
    assert user["BIGQUERY_LOCATION"] == "europe-west3"
    assert "REDIS_DISCOVERY_HOST" in machine
    assert not set(machine) & {"POSTGRES_INSTANCE", "BIGQUERY_DATASET", "FIRESTORE_DATABASE"}


def test_images_come_from_the_environments_registry(dtx_prod: World) -> None:
    (container,) = spec(dtx_prod, DEPLOYMENT, "timemachine-deployment")["template"]["spec"]["containers"]
    registry, _, image = container["image"].rpartition("/")
    assert registry == "europe-west3-docker.pkg.dev/dtx-platform/dta-images"
    assert image.startswith("timemachine:1.0.0@sha256:")


def test_pods_run_on_the_services_nodes_in_all_zones_and_a_drain_leaves_one(dtx_prod: World) -> None:
    for kind, name in ((ROLLOUT, "user-service-rollout"), (DEPLOYMENT, "timemachine-deployment")):
        pod = spec(dtx_prod, kind, name)["template"]["spec"]
        assert pod["nodeSelector"] == {"dtx/pool": "services"}
        assert pod["topologySpreadConstraints"][0]["topologyKey"] == "topology.kubernetes.io/zone"
    budgets = {n: spec(dtx_prod, BUDGET, f"{n}-disruption-budget")["minAvailable"] for n in SERVICES}
    assert budgets == {"api-gateway": 1, "user-service": 2, "timemachine": 1}


def test_teams_look_after_one_namespace_and_read_no_secret(dtx_prod: World) -> None:
    bindings = dtx_prod.of("kubernetes:rbac.authorization.k8s.io/v1:RoleBinding")
    teams = {b["roleRef"]["name"]: b for b in bindings.values() if b["roleRef"]["name"].startswith("team-")}
    assert {role: [s["name"] for s in b["subjects"]] for role, b in teams.items()} == {
        "team-developer": ["dtx-developers@dtx.invalid"],
        "team-operator": ["dtx-operators@dtx.invalid"],
    }
    assert {b["metadata"]["namespace"] for b in teams.values()} == {"dtx"}
    for rules in TEAM_ROLES.values():
        assert not {r for rule in rules for r in rule.resources} & {"secrets", "pods/exec", "pods/attach", "*"}
    # Lines as services wrote them name people; what Kibana shows of them does not.
    raw = {role for role, rules in TEAM_ROLES.items() for rule in rules if "pods/log" in rule.resources}
    assert raw == {"team-operator"}
    developer = {verb for rule in TEAM_ROLES["team-developer"] for verb in rule.verbs}
    assert developer == {"get", "list", "watch"}
    connected = [g["member"] for g in dtx_prod.of(PROJECT_ROLE).values() if "clusterViewer" in g["role"]]
    assert connected == ["group:dtx-developers@dtx.invalid", "group:dtx-operators@dtx.invalid"]


def test_every_object_of_a_kind_of_kubernetes_own_fits_its_schema(every_dtx: World) -> None:
    kinds = set()
    for placed in every_dtx.placed:
        if placed.type.startswith("kubernetes:") and "apiVersion" in placed.inputs:
            problems = schemas.check("1.35", dict(placed.inputs))
            if problems is not None:
                kinds.add(placed.inputs["kind"])
                assert problems == [], placed.name
    assert kinds >= {"HorizontalPodAutoscaler", "NetworkPolicy", "ClusterRole", "Deployment", "PodDisruptionBudget"}


SCALING = {"min_replicas": 2, "max_replicas": 4, "cpu_percent": 70, "memory_percent": 80}


def test_a_service_with_a_figure_of_its_own_needs_somebody_who_is_asked_for_it() -> None:
    surroundings = PodSurroundings(registry="r", placement=Placement(), labels={}, annotations={}, environment={})
    args = WorkloadArgs(
        scope=SCOPE,
        service_name="cart",
        service=ServiceSettings.model_validate_json(json.dumps(FILE)),
        namespace="shop",
        surroundings=surroundings,
        account_annotations={},
    )
    with pytest.raises(ValueError, match="cart is scaled by carts, but nothing says who is asked"):
        place(lambda: Workload("cart", args))


def test_a_service_without_one_is_scaled_by_what_its_own_container_uses() -> None:
    plain = workload(scaling=SCALING, min_available=1)
    assert not plain.of("kubernetes:keda.sh/v1alpha1:ScaledObject")
    metrics = spec(plain, AUTOSCALER, "cart-autoscaling")["metrics"]
    assert [(m["containerResource"]["name"], m["containerResource"]["container"]) for m in metrics] == [
        ("cpu", "application"),
        ("memory", "application"),
    ]


@pytest.mark.parametrize("strategy", ["blue-green", "rolling"])
def test_only_a_canary_has_a_service_of_its_new_pods(strategy: str) -> None:
    assert "cart-canary" not in workload(scaling=SCALING, min_available=1, strategy=strategy).of(SERVICE)


def test_a_service_reaches_its_stores_at_their_own_ports_only() -> None:
    access = Access(port=8080, from_outside=False, callers=[], callees={}, stores=["postgres", "cache"])
    ports = {
        row.peer.cidr: [(each.first, each.last) for each in row.ports]
        for row in egress_rows(access, PLAN)
        if row.peer.cidr in ("10.0.16.0/20", "10.0.6.0/24")
    }
    assert ports == {"10.0.16.0/20": [(3307, None)], "10.0.6.0/24": [(6379, None), (11000, 13047)]}
