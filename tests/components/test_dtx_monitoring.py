"""What watches DTx' cluster from inside it: metrics, alerts, dashboards and logs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network
from typing import Any

import pytest

from components.kubernetes.alert_routing import Channels, EmailChannel, alertmanager_config
from components.kubernetes.log_pipeline import PersonalFields, pipeline, references, template
from components.kubernetes.network_policy import Peer
from rehearsal.kubernetes import schemas
from settings.capacity import NOTHING, Amount, cpu_millis, memory_mib
from settings.dtx.system import DtxSettings
from settings.stack import load_stack
from systems.dtx_metrics import CONTRACT, EXPORTED
from systems.dtx_monitoring_network import COLLECTION, LOGGING, MONITORING, OPERATOR_HOME, Policy, policies
from tests.components.strict_mocks import World
from tests.stack_files import ROOT, as_pulumi_gives_it, stack_config

RELEASE = "kubernetes:helm.sh/v3:Release"
RULE = "kubernetes:monitoring.coreos.com/v1:PrometheusRule"
MONITOR = "kubernetes:monitoring.coreos.com/v1:PodMonitor"
ELASTICSEARCH = "kubernetes:elasticsearch.k8s.elastic.co/v1:Elasticsearch"
KIBANA = "kubernetes:kibana.k8s.elastic.co/v1:Kibana"
LOGSTASH = "kubernetes:logstash.k8s.elastic.co/v1alpha1:Logstash"
BEAT = "kubernetes:beat.k8s.elastic.co/v1beta1:Beat"
NAMESPACES = (MONITORING, LOGGING, COLLECTION, OPERATOR_HOME)
#: Words of PromQL that name no measurement.
WORDS = {"by", "without", "on", "or", "and", "unless", "bool", "le", "group_left"}


def settings(stack: str = "prod") -> DtxSettings:
    return load_stack(as_pulumi_gives_it(stack_config(stack))).section(DtxSettings)


def values(world: World) -> Mapping[str, Any]:
    return world.one(RELEASE, "metrics-release")["values"]


def walk(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, value
    children = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from walk(child, (*path, str(key)))


def everything(world: World) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every value of what stands in the namespaces of monitoring, charts' values included."""
    for placed in world.placed:
        namespace = placed.inputs.get("namespace") or placed.inputs.get("metadata", {}).get("namespace")
        if placed.type.startswith("kubernetes:") and namespace in NAMESPACES:
            yield from walk(placed.inputs, (placed.name,))


def measured(expression: str) -> set[str]:
    """The measurements that PromQL names: what is left without texts, selectors, ranges, functions and groupings."""
    bare = re.sub(r'"[^"]*"', "", expression)
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]", "", bare)
    bare = re.sub(r"\b(by|without|on)\s*\([^)]*\)", "", bare)
    names = re.findall(r"[a-zA-Z_:][a-zA-Z0-9_:]*(?!\s*\(|[a-zA-Z0-9_:])", bare)
    return {name for name in names if name not in WORDS}


def rules(world: World, group: str) -> list[Mapping[str, Any]]:
    (found,) = world.one(RULE, f"rules-{group}")["spec"]["groups"]
    return found["rules"]


def all_rules(world: World) -> list[Mapping[str, Any]]:
    return [rule for each in world.of(RULE).values() for group in each["spec"]["groups"] for rule in group["rules"]]


def dashboards(world: World) -> dict[str, Mapping[str, Any]]:
    maps = world.of("kubernetes:core/v1:ConfigMap").values()
    found = [each for each in maps if each["metadata"]["labels"].get("grafana_dashboard") == "1"]
    return {name: json.loads(text) for each in found for name, text in each["data"].items()}


# --- what stands where -------------------------------------------------------------------------------------------


def test_every_object_of_a_kind_of_kubernetes_own_fits_the_clusters_schema(every_dtx: World) -> None:
    checked = set()
    for placed in every_dtx.placed:
        own = placed.inputs.get("metadata", {})
        mine = own.get("namespace") in NAMESPACES or own.get("name") in (*NAMESPACES, "filebeat", "regional-key")
        if placed.type.startswith("kubernetes:") and mine and "kind" in placed.inputs:
            problems = schemas.check("1.35", dict(placed.inputs))
            assert not problems, placed.name
            checked.add(placed.inputs["kind"])
    assert checked >= {"Namespace", "NetworkPolicy", "StorageClass", "PodDisruptionBudget", "ConfigMap", "ClusterRole"}


def test_only_what_reads_nodes_may_more_than_its_neighbours(every_dtx: World) -> None:
    namespaces = every_dtx.of("kubernetes:core/v1:Namespace").values()
    levels = {
        each["metadata"]["name"]: each["metadata"]["labels"]["pod-security.kubernetes.io/enforce"]
        for each in namespaces
    }
    assert {name: levels[name] for name in NAMESPACES} == {
        MONITORING: "restricted",
        LOGGING: "baseline",
        COLLECTION: "privileged",
        OPERATOR_HOME: "restricted",
    }
    host_files = {path[0] for path, _ in everything(every_dtx) if path[-1] == "hostPath"}
    assert host_files == {"filebeat-filebeat"}


def test_every_volume_is_under_the_regions_key_in_the_regions_zones(every_dtx: World) -> None:
    disks = every_dtx.one("kubernetes:storage.k8s.io/v1:StorageClass", "volumes-storage-class")
    key = disks["parameters"]["disk-encryption-kms-key"]
    assert "/locations/europe-west3/keyRings/" in key
    assert key.endswith("/cryptoKeys/nodes")
    assert disks["volumeBindingMode"] == "WaitForFirstConsumer"
    (terms,) = disks["allowedTopologies"]
    zones = ["europe-west3-a", "europe-west3-b", "europe-west3-c"]
    assert terms["matchLabelExpressions"] == [{"key": "topology.gke.io/zone", "values": zones}]
    classes = [value for path, value in everything(every_dtx) if path[-1] == "storageClassName"]
    assert len(classes) == 4  # Prometheus, Alertmanager, Elasticsearch, Logstash
    assert set(classes) == {disks["metadata"]["name"]}


def test_disks_outlive_their_claims_where_data_is_protected(dtx_prod: World, dtx_dev: World) -> None:
    kind, name = "kubernetes:storage.k8s.io/v1:StorageClass", "volumes-storage-class"
    assert dtx_prod.one(kind, name)["reclaimPolicy"] == "Retain"
    assert dtx_dev.one(kind, name)["reclaimPolicy"] == "Delete"


def test_nothing_has_an_address_outside_of_the_cluster(every_dtx: World) -> None:
    found = list(everything(every_dtx))
    assert [path for path, value in found if path[-1] == "type" and value in ("LoadBalancer", "NodePort")] == []
    assert [path for path, _ in found if path[-1] == "hostNetwork"] == []
    assert {each.type for each in every_dtx.placed if "Ingress" in each.type.rpartition(":")[2]} == set()


def test_no_password_stands_in_any_value(every_dtx: World) -> None:
    for path, value in everything(every_dtx):
        if re.search(r"password|api_url|webhook_url|(^|_)token$|secret_?key$", path[-1], re.IGNORECASE):
            assert path[-1].endswith("_file") or value == "", path
    secrets = every_dtx.of("kubernetes:core/v1:Secret").values()
    assert [each for each in secrets if each["metadata"]["namespace"] in NAMESPACES] == []


def test_what_runs_requests_what_the_capacity_check_counts(dtx_prod: World) -> None:
    def amount(resources: Mapping[str, Any]) -> Amount:
        wanted = resources["requests"]
        return Amount(cpu_millis=cpu_millis(wanted["cpu"]), memory_mib=memory_mib(wanted["memory"]))

    stack = values(dtx_prod)
    total = NOTHING
    for spec in (stack["prometheus"]["prometheusSpec"], stack["alertmanager"]["alertmanagerSpec"], stack["grafana"]):
        total += amount(spec["resources"]) * spec["replicas"]
    for part in ("prometheusOperator", "kube-state-metrics"):
        total += amount(stack[part]["resources"])
    total += amount(dtx_prod.one(RELEASE, "elastic-operator-release")["values"]["resources"])
    (nodes,) = dtx_prod.one(ELASTICSEARCH, "elasticsearch-cluster")["spec"]["nodeSets"]
    total += amount(nodes["podTemplate"]["spec"]["containers"][0]["resources"]) * nodes["count"]
    for kind, name in ((KIBANA, "kibana-kibana"), (LOGSTASH, "logstash-logstash")):
        spec = dtx_prod.one(kind, name)["spec"]
        total += amount(spec["podTemplate"]["spec"]["containers"][0]["resources"]) * spec["count"]
    assert total == settings().monitoring.amount()[0]

    beat = dtx_prod.one(BEAT, "filebeat-filebeat")["spec"]["daemonSet"]["podTemplate"]["spec"]["containers"][0]
    each = amount(beat["resources"]) + amount(stack["prometheus-node-exporter"]["resources"])
    assert each == settings().monitoring.on_every_node()


def test_pods_of_monitoring_run_on_its_pool_and_the_readers_on_every_node(dtx_prod: World) -> None:
    pool = dtx_prod.one("gcp:container/nodePool:NodePool", "cluster-monitoring-pool")["nodeConfig"]
    selectors = [value for path, value in everything(dtx_prod) if path[-1] == "nodeSelector"]
    assert len(selectors) >= 8
    for selector in selectors:
        assert selector.items() <= pool["labels"].items()
    beat = dtx_prod.one(BEAT, "filebeat-filebeat")["spec"]["daemonSet"]["podTemplate"]["spec"]
    exporter = values(dtx_prod)["prometheus-node-exporter"]
    assert beat["tolerations"] == exporter["tolerations"] == [{"operator": "Exists"}]
    assert "nodeSelector" not in beat


# --- who talks to whom -------------------------------------------------------------------------------------------


def rows() -> list[Policy]:
    s = settings()
    return policies(
        s.network.plan(), services_namespace=s.workloads.namespace, service_ports=[8080], channel_ports=[443, 587]
    )


def test_every_connection_inside_is_allowed_at_both_ends() -> None:
    found = {(each.namespace, tuple(each.pod_labels.items())): each for each in rows() if each.pod_labels}
    checked = 0
    for source in found.values():
        for row in source.egress:
            target = found.get((row.peer.namespace or source.namespace, tuple((row.peer.pod_labels or {}).items())))
            if target is None:
                continue
            same = target.namespace == source.namespace
            callers = (
                Peer(namespace=None if same else source.namespace, pod_labels=source.pod_labels),
                Peer(namespace=source.namespace, pod_labels=source.pod_labels),
            )
            let_in = {port.first for each in target.ingress if each.peer in callers for port in each.ports}
            assert {port.first for port in row.ports} <= let_in, (source.name, target.name)
            checked += 1
    assert checked >= 12


def test_logs_leave_the_cluster_by_no_way() -> None:
    for policy in rows():
        if policy.namespace in (LOGGING, COLLECTION, OPERATOR_HOME):
            for row in policy.egress:
                assert row.peer.pod_labels or row.peer.cidr == str(settings().network.plan().control_plane), policy.name


def test_only_alertmanager_calls_outside() -> None:
    outside = {policy.name for policy in rows() for row in policy.egress if row.peer == Peer()}
    assert outside == {"alertmanager", "prometheus"}


def test_prometheus_reaches_nodes_by_no_range_of_addresses_and_nobody_else_by_that_row() -> None:
    # Dataplane V2 knows a node by who it is: a row with a range that holds its address does not match it.
    nodes = settings().network.plan().nodes
    for policy in rows():
        for row in (*policy.ingress, *policy.egress):
            assert row.peer.cidr is None or not nodes.overlaps(IPv4Network(row.peer.cidr)), policy.name
    (prometheus,) = (policy for policy in rows() if policy.name == "prometheus")
    (everybody,) = (row for row in prometheus.egress if row.peer == Peer())
    assert {port.first for port in everybody.ports} == {10250, 9100}


def test_the_firewall_lets_prometheus_leave_the_cluster_by_no_port_of_nodes(dtx_prod: World) -> None:
    (policy,) = dtx_prod.of(
        "gcp:compute/regionNetworkFirewallPolicyWithRules:RegionNetworkFirewallPolicyWithRules"
    ).values()
    plan = settings().network.plan()
    for rule in policy["rules"]:
        match = rule["match"]
        ports = {port for config in match["layer4Configs"] for port in config.get("ports") or ["every"]}
        if rule["direction"] == "EGRESS" and rule["action"] == "allow" and ports & {"every", "10250", "9100"}:
            assert match["destIpRanges"] == [str(plan.nodes), str(plan.pods)], rule["ruleName"]


def test_policies_stand_in_every_namespace_with_a_default_that_denies(every_dtx: World) -> None:
    placed = every_dtx.of("kubernetes:networking.k8s.io/v1:NetworkPolicy").values()
    denied = {each["metadata"]["namespace"] for each in placed if each["metadata"]["name"] == "default-deny"}
    assert denied >= set(NAMESPACES)
    names = {(each["metadata"]["namespace"], each["metadata"]["name"]) for each in placed}
    assert {(policy.namespace, policy.name) for policy in rows()} <= names


def test_services_let_prometheus_in_on_the_port_that_is_measured(every_dtx: World) -> None:
    monitor = every_dtx.one(MONITOR, "monitors-services")["spec"]
    (endpoint,) = monitor["podMetricsEndpoints"]
    assert monitor["namespaceSelector"] == {"matchNames": ["dtx"]}
    rollout = every_dtx.one("kubernetes:argoproj.io/v1alpha1:Rollout", "user-service-rollout")["spec"]["template"]
    assert monitor["selector"]["matchLabels"].items() <= rollout["metadata"]["labels"].items()
    assert endpoint["port"] in {port["name"] for port in rollout["spec"]["containers"][0]["ports"]}
    (relabelling,) = endpoint["relabelings"]
    assert relabelling == {"sourceLabels": ["__meta_kubernetes_pod_label_app"], "targetLabel": "service"}


# --- metrics and alerts ------------------------------------------------------------------------------------------


def test_prod_has_two_of_each_on_different_nodes_and_zones(dtx_prod: World, dtx_dev: World) -> None:
    for part, spec in (("prometheus", "prometheusSpec"), ("alertmanager", "alertmanagerSpec")):
        pods, budget = values(dtx_prod)[part][spec], values(dtx_prod)[part]["podDisruptionBudget"]
        assert (pods["replicas"], pods["podAntiAffinity"]) == (2, "hard")
        assert pods["topologySpreadConstraints"][0]["topologyKey"] == "topology.kubernetes.io/zone"
        assert budget == {"enabled": True, "minAvailable": 1}
        assert values(dtx_dev)[part]["podDisruptionBudget"]["enabled"] is False


def test_measurements_are_kept_as_long_as_the_settings_say(dtx_prod: World) -> None:
    spec = values(dtx_prod)["prometheus"]["prometheusSpec"]
    assert (spec["retention"], spec["retentionSize"]) == ("30d", "174080MB")
    assert spec["storageSpec"]["volumeClaimTemplate"]["spec"]["resources"]["requests"]["storage"] == "200Gi"


def test_nobody_sees_grafana_without_signing_in_and_grafana_tells_nobody(every_dtx: World) -> None:
    grafana = values(every_dtx)["grafana"]
    assert grafana["grafana.ini"]["auth.anonymous"] == {"enabled": False}
    assert grafana["grafana.ini"]["snapshots"] == {"external_enabled": False}
    # Plugins that the image would fetch from Grafana's own hosts at every start.
    assert grafana["grafana.ini"]["plugins"]["preinstall_disabled"] is True
    # Left empty the chart makes one; its own default would be the same in every cluster of the world.
    assert grafana["adminPassword"] == ""
    assert {each["resource"] for each in grafana["sidecar"].values()} == {"configmap"}


def test_rules_of_every_kind_are_judged_whatever_label_they_carry(every_dtx: World) -> None:
    spec = values(every_dtx)["prometheus"]["prometheusSpec"]
    assert spec["ruleSelectorNilUsesHelmValues"] is False
    assert spec["podMonitorSelectorNilUsesHelmValues"] is False


def test_there_are_the_infrastructures_four_groups(every_dtx: World) -> None:
    groups = {each["metadata"]["name"] for each in every_dtx.of(RULE).values()}
    assert groups == {"system", "application", "business", "residency"}


def test_every_measurement_that_is_judged_or_shown_is_known(every_dtx: World) -> None:
    expressions = [rule["expr"] for rule in all_rules(every_dtx)]
    expressions += [
        target["expr"]
        for page in dashboards(every_dtx).values()
        for panel in page["panels"]
        for target in panel["targets"]
    ]
    named = set().union(*map(measured, expressions))
    assert named <= {*CONTRACT, *EXPORTED}
    assert named == {*CONTRACT, *EXPORTED}  # and nothing is promised that nobody looks at
    for expression in expressions:
        assert expression.count("(") == expression.count(")"), expression
        assert expression.count("{") == expression.count("}"), expression


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        (
            '100 * sum by (service) (rate(a_total{b="c", d=~"e|f"}[5m])) / sum(rate(g_total[5m]))',
            {"a_total", "g_total"},
        ),
        ("histogram_quantile(0.95, sum by (le, service) (rate(h_bucket[5m]))) > 1.0", {"h_bucket"}),
        ('absent(up{job="apiserver"} == 1)', {"up"}),
        ("count(x) or vector(0)", {"x"}),
    ],
)
def test_the_reader_of_promql_finds_the_measurements(expression: str, names: set[str]) -> None:
    assert measured(expression) == names


def test_a_measurement_that_is_missing_is_told_of(every_dtx: World) -> None:
    guarded = {name for rule in all_rules(every_dtx) if "absent(" in rule["expr"] for name in measured(rule["expr"])}
    assert guarded >= {name for name in CONTRACT if name.startswith("dtx_")}
    assert guarded >= {"kube_node_labels", "kube_persistentvolume_info", "kube_persistentvolumeclaim_info"}
    services = set(settings().services)
    unseen = [rule["expr"] for rule in rules(every_dtx, "application") if rule["alert"] == "ServiceUnseen"]
    assert {service for service in services if any(f'service="{service}"' in each for each in unseen)} == services


def test_a_node_or_volume_outside_of_the_region_is_a_violation_at_once(every_dtx: World) -> None:
    found = {rule["alert"]: rule for rule in rules(every_dtx, "residency")}
    for name in ("NodeOutsideRegion", "VolumeOutsideRegion", "ClaimWithoutRegionalKey"):
        assert (found[name]["labels"]["severity"], found[name]["for"]) == ("violation", "0m")
    assert found["NodeOutsideRegion"]["expr"] == (
        'kube_node_labels{label_topology_kubernetes_io_region!="europe-west3"} > 0'
    )
    assert {rule["labels"]["severity"] for rule in found.values()} == {"violation"}


@pytest.mark.parametrize(
    ("handle", "inside"),
    [
        ("projects/dtx-platform/zones/europe-west3-b/disks/pvc-1", True),
        ("projects/dtx-platform/regions/europe-west3/disks/pvc-1", True),
        ("projects/dtx-platform/zones/europe-west4-a/disks/pvc-1", False),
        ("projects/dtx-platform/zones/europe-west3x-a/disks/pvc-1", False),
        ("projects/dtx-platform/regions/europe-west30/disks/pvc-1", False),
        ("modeInstance/us-central1-c/share/vol1", False),
        ("", False),
    ],
)
def test_a_volume_whose_disk_is_not_known_to_be_here_counts_as_elsewhere(
    dtx_prod: World, handle: str, inside: bool
) -> None:
    (rule,) = (each for each in rules(dtx_prod, "residency") if each["alert"] == "VolumeOutsideRegion")
    (pattern,) = re.findall(r'csi_volume_handle!~"([^"]+)"', rule["expr"])
    assert bool(re.fullmatch(pattern, handle)) is inside  # Prometheus anchors patterns at both ends


def test_the_exporter_tells_where_nodes_stand(every_dtx: World) -> None:
    (allowed,) = values(every_dtx)["kube-state-metrics"]["metricLabelsAllowlist"]
    assert allowed == "nodes=[topology.kubernetes.io/region,topology.kubernetes.io/zone]"


def minutes(rule: Mapping[str, Any]) -> int:
    return int(rule["for"].removesuffix("m"))


def test_a_warning_that_stays_becomes_critical(every_dtx: World) -> None:
    found = all_rules(every_dtx)
    warnings = [rule for rule in found if rule["labels"]["severity"] == "warning"]
    assert len(warnings) >= 8
    for warning in warnings:
        (escalated,) = (
            rule
            for rule in found
            if rule["expr"] == warning["expr"] and rule["alert"] == warning["alert"] and rule is not warning
        )
        assert escalated["labels"]["severity"] == "critical"
        assert minutes(escalated) - minutes(warning) == settings().monitoring.thresholds.escalation_minutes


def receivers(world: World) -> dict[str, dict[str, Any]]:
    config = values(world)["alertmanager"]["config"]
    return {each.pop("name"): each for each in map(dict, config["receivers"])}


def test_critical_and_violations_reach_everybody_and_warnings_nobodys_telephone(dtx_prod: World) -> None:
    channels = {name: set(each) for name, each in receivers(dtx_prod).items()}
    everybody = {"email_configs", "slack_configs", "webhook_configs"}
    assert channels == {
        "nobody": set(),
        "violation": everybody,
        "critical": everybody,
        "warning": {"email_configs", "slack_configs"},
    }


def test_a_violation_is_told_at_once_and_first_in_the_routes(every_dtx: World) -> None:
    config = values(every_dtx)["alertmanager"]["config"]
    violation, critical, warning = config["route"]["routes"]
    assert violation["matchers"] == ["severity = violation"]
    assert violation["group_wait"] == "0s"
    repeats = [int(each["repeat_interval"].removesuffix("m")) for each in (violation, critical, warning)]
    assert repeats == sorted(repeats)
    for inhibition in config["inhibit_rules"]:
        assert "violation" not in str(inhibition)


def test_what_has_become_critical_silences_the_warning_of_the_same_matter_only(every_dtx: World) -> None:
    (inhibition,) = values(every_dtx)["alertmanager"]["config"]["inhibit_rules"]
    told_apart = set(inhibition["equal"])
    for rule in all_rules(every_dtx):
        if rule["labels"]["severity"] == "warning":
            assert set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"])) <= told_apart
    missing = [rule for rule in all_rules(every_dtx) if rule["alert"] == "MeasurementMissing"]
    subjects = {rule["labels"]["subject"] for rule in missing}
    assert 2 * len(subjects) == len(missing)


def test_passwords_of_channels_are_read_from_a_secret_that_somebody_else_makes(dtx_prod: World, dtx_dev: World) -> None:
    alertmanager = values(dtx_prod)["alertmanager"]
    files = {value for path, value in walk(alertmanager["config"]) if path and path[-1].endswith("_file")}
    folder = "/etc/alertmanager/secrets/alert-channels"
    assert files == {f"{folder}/smtp-password", f"{folder}/slack-url", f"{folder}/sms-url"}
    assert alertmanager["alertmanagerSpec"]["secrets"] == ["alert-channels"]
    # Where nobody is told, no pod waits for a secret.
    assert values(dtx_dev)["alertmanager"]["alertmanagerSpec"]["secrets"] == []


@pytest.mark.parametrize(("port", "required"), [(587, True), (465, False)])
def test_mail_is_never_sent_in_the_clear_and_starttls_only_asked_for_where_it_is_offered(
    port: int, required: bool
) -> None:
    mail = EmailChannel(
        to="a@b.invalid", sender="c@b.invalid", host="smtp.b.invalid", port=port, username="c@b.invalid"
    )
    config = alertmanager_config(Channels(secret="channels", email=mail, slack=None, sms=None), {})
    assert config["global"]["smtp_smarthost"] == f"smtp.b.invalid:{port}"
    assert config["global"]["smtp_require_tls"] is required


def test_a_rollout_that_went_back_or_took_too_long_is_told_of(every_dtx: World) -> None:
    # Phases of the controller's metrics (argo-rollouts, controller/metrics) that lead to no new version.
    (rule,) = (rule for rule in all_rules(every_dtx) if rule["alert"] == "RolloutFailed")
    phases = re.search(r'phase=~"([^"]+)"', rule["expr"])
    assert phases is not None
    every_phase = {"Abort", "Completed", "Error", "InvalidSpec", "Paused", "Progressing", "Timeout"}
    assert set(phases[1].split("|")) == every_phase - {"Completed", "Paused", "Progressing"}


def test_the_mail_servers_and_chats_hosts_are_let_through_the_firewall(dtx_prod: World) -> None:
    let_through = json.dumps([each.inputs for each in dtx_prod.placed if "Firewall" in each.type])
    for host in ("smtp.dtx.invalid", "hooks.slack.com", "on-call.dtx.invalid"):
        assert host in let_through


# --- dashboards --------------------------------------------------------------------------------------------------


def test_there_are_four_dashboards_that_nobody_edits_by_hand(every_dtx: World) -> None:
    pages = dashboards(every_dtx)
    assert set(pages) == {f"dtx-{name}.json" for name in ("system", "application", "business", "residency")}
    for page in pages.values():
        assert page["editable"] is False
        assert len(page["panels"]) >= 5
        assert len({panel["id"] for panel in page["panels"]}) == len(page["panels"])


def test_every_panel_says_what_it_shows_and_in_which_unit(every_dtx: World) -> None:
    known = {"percent", "s", "reqps", "short"}
    for page in dashboards(every_dtx).values():
        corners = {(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in page["panels"]}
        assert len(corners) == len(page["panels"])
        for panel in page["panels"]:
            assert panel["title"]
            assert panel["description"]
            assert panel["fieldConfig"]["defaults"]["unit"] in known
            assert panel["targets"]
            for target in panel["targets"]:
                assert target["datasource"]["uid"] == "prometheus"
                assert target["legendFormat"]


def test_a_panels_red_line_is_its_alerts_threshold(dtx_prod: World) -> None:
    (latency,) = (p for p in dashboards(dtx_prod)["dtx-application.json"]["panels"] if p["title"] == "Time to answer")
    threshold = settings().monitoring.thresholds.latency_seconds
    assert latency["fieldConfig"]["defaults"]["thresholds"]["steps"][-1] == {"color": "red", "value": threshold}
    (alert, _) = (rule for rule in rules(dtx_prod, "application") if rule["alert"] == "RequestsSlow")
    assert alert["expr"] == f"{latency['targets'][0]['expr']} > {threshold}"


def test_the_services_contract_is_written_down_for_them() -> None:
    page = (ROOT / "docs/dtx-metrics.md").read_text()
    assert {name for name in CONTRACT if f"`{name}`" in page} == set(CONTRACT)


# --- logs --------------------------------------------------------------------------------------------------------


def test_elasticsearch_keeps_copies_in_other_zones_for_the_days_of_the_settings(dtx_prod: World) -> None:
    cluster = dtx_prod.one(ELASTICSEARCH, "elasticsearch-cluster")
    (nodes,) = cluster["spec"]["nodeSets"]
    assert nodes["count"] == 3
    assert nodes["config"]["data_streams.lifecycle.retention.max"] == "90d"
    assert nodes["config"]["data_streams.lifecycle.retention.default"] == "90d"
    assert nodes["config"]["cluster.routing.allocation.awareness.attributes"] == "k8s_node_name,zone"
    zone = "topology.kubernetes.io/zone"
    assert cluster["metadata"]["annotations"] == {"eck.k8s.elastic.co/downward-node-labels": zone}
    pod = nodes["podTemplate"]["spec"]
    (variable,) = pod["containers"][0]["env"]
    assert variable["valueFrom"]["fieldRef"]["fieldPath"] == f"metadata.annotations['{zone}']"
    (spread,) = pod["topologySpreadConstraints"]
    assert (spread["topologyKey"], spread["whenUnsatisfiable"]) == (zone, "DoNotSchedule")
    (template_,) = nodes["volumeClaimTemplates"]
    assert template_["metadata"]["name"] == "elasticsearch-data"


def test_all_of_the_stack_has_one_version_and_dev_one_pod_of_each(dtx_prod: World, dtx_dev: World) -> None:
    names = {ELASTICSEARCH: "elasticsearch-cluster", KIBANA: "kibana-kibana", LOGSTASH: "logstash-logstash"}
    specs = {kind: dtx_prod.one(kind, name)["spec"] for kind, name in names.items()}
    versions = {spec["version"] for spec in specs.values()} | {
        dtx_prod.one(BEAT, "filebeat-filebeat")["spec"]["version"]
    }
    assert versions == {settings().monitoring.logs.version}
    assert specs[KIBANA]["count"] == 2
    assert dtx_dev.one(ELASTICSEARCH, "elasticsearch-cluster")["spec"]["nodeSets"][0]["count"] == 1
    assert dtx_dev.one(KIBANA, "kibana-kibana")["spec"]["count"] == 1


def test_pods_that_the_operator_makes_are_told_what_they_may_not(every_dtx: World) -> None:
    (nodes,) = every_dtx.one(ELASTICSEARCH, "elasticsearch-cluster")["spec"]["nodeSets"]
    templates = [
        nodes["podTemplate"],
        every_dtx.one(KIBANA, "kibana-kibana")["spec"]["podTemplate"],
        every_dtx.one(LOGSTASH, "logstash-logstash")["spec"]["podTemplate"],
    ]
    for pod in (each["spec"] for each in templates):
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["automountServiceAccountToken"] is False
        for container in (*pod["containers"], *pod.get("initContainers", ())):
            context = container["securityContext"]
            assert context["allowPrivilegeEscalation"] is False
            assert context["capabilities"] == {"drop": ["ALL"]}
            # Logstash writes below its root, beside the volume that the operator gives it.
            assert context.get("readOnlyRootFilesystem", False) is (
                pod["containers"][0]["name"] in {"elasticsearch", "kibana"}
            )
            assert {"requests", "limits"} <= container["resources"].keys()


def test_filebeat_reads_only_the_services_files_and_changes_none(every_dtx: World) -> None:
    spec = every_dtx.one(BEAT, "filebeat-filebeat")["spec"]
    pod = spec["daemonSet"]["podTemplate"]["spec"]
    mounts = {each["name"]: each for each in pod["containers"][0]["volumeMounts"]}
    for volume in pod["volumes"]:
        if "hostPath" in volume:
            assert volume["hostPath"]["path"].startswith("/var/log/")
            assert mounts[volume["name"]]["readOnly"] is True
    assert pod["containers"][0]["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    (provider,) = spec["config"]["filebeat"]["autodiscover"]["providers"]
    conditions = [each["condition"] for each in provider["templates"]]
    assert conditions == [{"equals": {"kubernetes.namespace": "dtx"}}]
    assert "hints" not in provider
    role = every_dtx.one("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", "filebeat-role")
    assert {verb for rule in role["rules"] for verb in rule["verbs"]} == {"get", "list", "watch"}
    assert "secrets" not in {kind for rule in role["rules"] for kind in rule["resources"]}


def test_a_container_that_says_one_line_and_ends_is_read(every_dtx: World) -> None:
    beat = every_dtx.one(BEAT, "filebeat-filebeat")["spec"]["config"]
    (template,) = beat["filebeat"]["autodiscover"]["providers"][0]["templates"]
    (container,) = template["config"]
    # Shorter than the time and stream that begin every line and a word of what it says: no shorter than Filebeat takes.
    line = "2026-11-21T16:36:57.123456789Z stderr F no database at dta-postgres\n"
    assert 64 <= container["prospector.scanner.fingerprint.length"] <= len(line)


def test_lines_travel_under_a_certificate_for_the_name_they_are_sent_to(every_dtx: World) -> None:
    beat = every_dtx.one(BEAT, "filebeat-filebeat")["spec"]
    logstash = every_dtx.one(LOGSTASH, "logstash-logstash")
    output = beat["config"]["output.logstash"]
    (service,) = logstash["spec"]["services"]
    home = logstash["metadata"]["namespace"]
    # The only service that the operator's certificate is for.
    assert service["name"] == "api"
    assert output["hosts"] == [f"{logstash['metadata']['name']}-ls-api.{home}.svc:5044"]
    assert [port["port"] for port in service["service"]["spec"]["ports"]] == [9600, 5044]
    assert output["ssl.verification_mode"] == "full"
    secrets = {
        volume["secret"]["secretName"]
        for volume in beat["daemonSet"]["podTemplate"]["spec"]["volumes"]
        if "secret" in volume
    }
    assert secrets == {"services-ls-http-certs-public"}  # no private key on every node
    assert every_dtx.one(BEAT, "filebeat-filebeat")["metadata"]["namespace"] == home


def the_pipeline(world: World) -> str:
    (only,) = world.one(LOGSTASH, "logstash-logstash")["spec"]["pipelines"]
    return only["config.string"]


def test_no_personal_field_reaches_elasticsearch_as_it_came(every_dtx: World) -> None:
    text = the_pipeline(every_dtx)
    fields = settings().monitoring.logs.personal
    taken_out = text[: text.index("output {")]
    for field in fields.replaced:
        for reference in references(field):
            assert f'fingerprint {{ source => ["{reference}"] target => "{reference}" method => "SHA256"' in taken_out
    for field in fields.removed:
        for reference in references(field):
            assert f'"{reference}"' in taken_out
    for field in fields.shortened:
        for reference in references(field):
            assert f'gsub => ["{reference}"' in taken_out


def test_the_raw_line_goes_once_it_is_parsed(every_dtx: World) -> None:
    text = the_pipeline(every_dtx)
    parsed, gone = text.index("json { source"), text.index('remove_field => ["message"]')
    assert parsed < gone < text.index("fingerprint")
    assert 'remove_field => ["[event][original]"]' in text


def test_only_objects_are_parsed_for_nothing_else_has_fields_to_take_out(dtx_prod: World) -> None:
    (pattern,) = re.findall(r'if \[message\] =~ "([^"]+)" \{ json', the_pipeline(dtx_prod))
    assert re.search(pattern, '  {"email": "a@b.example"}')
    for line in ('["a@b.example"]', '"a@b.example"', "sign-in failed {", "42"):
        assert not re.search(pattern, line)


def test_pseudonyms_are_made_with_a_key_from_a_secret(every_dtx: World) -> None:
    pod = every_dtx.one(LOGSTASH, "logstash-logstash")["spec"]["podTemplate"]["spec"]
    variables = {each["name"]: each for each in pod["containers"][0]["env"]}
    assert variables["PSEUDONYM_KEY"]["valueFrom"] == {"secretKeyRef": {"name": "log-pseudonyms", "key": "key"}}
    assert 'key => "${PSEUDONYM_KEY}"' in the_pipeline(every_dtx)


def masks(text: str, reference: str) -> list[tuple[str, str]]:
    (row,) = re.findall(rf"if {re.escape(reference)} {{ mutate {{ gsub => \[(.+)\] }} }}", text)
    parts = re.findall(r'"([^"]*)"', row)
    return [(parts[i + 1], parts[i + 2]) for i in range(0, len(parts), 3)]


@pytest.mark.parametrize(
    ("reference", "before", "after"),
    [
        ("[app][clientIp]", "203.0.113.77", "203.0.113.0"),
        ("[app][clientIp]", "2001:db8:85a3:8d3:1319:8a2e:370:7348", "2001:db8:85a3::"),
        ("[app][clientIp]", "2001:db8:85a3::7348", "2001:db8:85a3::"),
        ("[message]", "jo.doe+x@clinic.example from 203.0.113.77 failed", "<mail> from 203.0.113.0 failed"),
        ("[app][message]", "version 1.2.3 answered in 12.5 ms", "version 1.2.3 answered in 12.5 ms"),
    ],
)
def test_addresses_and_mail_in_texts_are_masked(dtx_prod: World, reference: str, before: str, after: str) -> None:
    for pattern, replacement in masks(the_pipeline(dtx_prod), reference):
        before = re.sub(pattern, replacement, before)
    assert before == after


def test_braces_of_a_pipeline_close(every_dtx: World) -> None:
    bare = re.sub(r'"[^"]*"', "", the_pipeline(every_dtx))
    for opening, closing in ("{}", "[]"):
        assert bare.count(opening) == bare.count(closing)


def test_the_data_stream_that_is_written_is_the_one_that_the_template_makes() -> None:
    fields = PersonalFields(replaced=["userId"], removed=["email"], shortened=["clientIp"])
    text = pipeline(port=5044, data_stream="logs-dtx-prod", fields=fields)
    assert 'index => "logs-dtx-prod"' in text
    assert 'action => "create"' in text
    made = template("logs-dtx-prod", nodes=3)
    assert made["index_patterns"] == ["logs-dtx-prod"]
    assert made["data_stream"] == {}
    assert made["template"]["lifecycle"] == {"enabled": True}
    assert made["template"]["settings"]["index.number_of_replicas"] == 1
    assert template("logs-dtx-dev", nodes=1)["template"]["settings"]["index.number_of_replicas"] == 0
    # What the operator lets Logstash write to.
    assert "logs-dtx-prod".startswith("logs-")


def test_half_of_logstashs_memory_is_heap_and_its_queue_fits_its_volume(dtx_prod: World) -> None:
    spec = dtx_prod.one(LOGSTASH, "logstash-logstash")["spec"]
    variables = {each["name"]: each.get("value") for each in spec["podTemplate"]["spec"]["containers"][0]["env"]}
    assert variables["LS_JAVA_OPTS"] == "-Xms768m -Xmx768m"
    assert spec["config"] == {"queue.type": "persisted", "queue.max_bytes": "17408mb"}


def test_nothing_of_elastics_calls_home(every_dtx: World) -> None:
    kibana = every_dtx.one(KIBANA, "kibana-kibana")["spec"]["config"]
    assert kibana["telemetry.optIn"] is kibana["newsfeed.enabled"] is kibana["map.includeElasticMapsService"] is False
    (nodes,) = every_dtx.one(ELASTICSEARCH, "elasticsearch-cluster")["spec"]["nodeSets"]
    assert nodes["config"]["ingest.geoip.downloader.enabled"] is False
    assert every_dtx.one(RELEASE, "elastic-operator-release")["values"]["telemetry"] == {"disabled": True}
