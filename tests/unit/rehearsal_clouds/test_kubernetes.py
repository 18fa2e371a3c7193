"""What the simulated Kubernetes refuses, in the API server's own words, and what it adds to an object."""

import json
import re

import pytest

from rehearsal.values import UNKNOWN
from tests.unit.rehearsal_clouds.provider_client import Cluster, Refused

NAMESPACE, CONFIG_MAP = "kubernetes:core/v1:Namespace", "kubernetes:core/v1:ConfigMap"
DEPLOYMENT, SERVICE, SECRET = "kubernetes:apps/v1:Deployment", "kubernetes:core/v1:Service", "kubernetes:core/v1:Secret"
RELEASE = "kubernetes:helm.sh/v3:Release"


def refused(message):
    return pytest.raises(Refused, match=re.escape(message))


def kubeconfig(server="https://k8s.example:6443"):
    return json.dumps(
        {
            "current-context": "a",
            "contexts": [{"name": "a", "context": {"cluster": "c", "user": "u"}}],
            "clusters": [{"name": "c", "cluster": {"server": server}}],
        }
    )


@pytest.fixture
def k8s(clouds):
    return clouds.provider("kubernetes", {"kubeconfig": kubeconfig()})


def named(token, name=None, namespace=None, **rest):
    _, place, kind = token.split(":")
    metadata = {key: item for key, item in (("name", name), ("namespace", namespace)) if item}
    return {"apiVersion": place.removeprefix("core/"), "kind": kind, "metadata": metadata, **rest}


def deployment(labels=None, **pod):
    container = {"name": "api", "image": "nginx:1", "ports": [{"containerPort": 80}]}
    template = {"metadata": {"labels": labels or {"app": "api"}}, "spec": {"containers": [container], **pod}}
    return {"spec": {"selector": {"matchLabels": {"app": "api"}}, "template": template}}


TWO_LABELS = {**deployment({"app": "api", "b": "c"})["spec"], "selector": {"matchLabels": {"app": "api", "b": "c"}}}


def test_an_object_stands_in_its_namespace(k8s):
    k8s.create(NAMESPACE, **named(NAMESPACE, "shop"))
    made = k8s.create(CONFIG_MAP, **named(CONFIG_MAP, "settings", "shop", data={"a": "b"}))
    assert made.id == "shop/settings"
    assert re.fullmatch(r"[0-9a-f-]{36}", made["metadata"]["uid"])
    assert made["metadata"]["resourceVersion"] == "1"
    assert k8s.read(made) == made


def test_without_a_namespace_it_is_default(k8s):
    made = k8s.create(CONFIG_MAP, **named(CONFIG_MAP, "settings"))
    assert made.id == "default/settings"
    assert made["metadata"]["namespace"] == "default"


def test_a_namespace_that_does_not_exist_is_refused(k8s):
    with refused('namespaces "shop" not found'):
        k8s.create(CONFIG_MAP, **named(CONFIG_MAP, "settings", "shop"))


@pytest.mark.parametrize(
    ("token", "name", "message"),
    [
        (NAMESPACE, "kube-system", 'namespaces "kube-system" already exists'),
        ("kubernetes:core/v1:ServiceAccount", "default", 'serviceaccounts "default" already exists'),
    ],
)
def test_what_every_cluster_is_born_with_exists(k8s, token, name, message):
    with refused(message):
        k8s.create(token, **named(token, name))


def test_a_name_is_taken_once_a_namespace_and_kind(k8s, clouds):
    k8s.create(CONFIG_MAP, "one", **named(CONFIG_MAP, "settings"))
    with refused('configmaps "settings" already exists'):
        k8s.create(CONFIG_MAP, "two", **named(CONFIG_MAP, "settings"))
    k8s.create(SECRET, "three", **named(SECRET, "settings"))
    other = clouds.provider("kubernetes", {"kubeconfig": kubeconfig("https://other.example")})
    other.create(CONFIG_MAP, "four", **named(CONFIG_MAP, "settings"))


@pytest.mark.parametrize(
    ("token", "name", "message"),
    [
        (NAMESPACE, "Shop",
         'Namespace "Shop" is invalid: metadata.name: Invalid value: "Shop": a lowercase RFC 1123 label must'),
        (NAMESPACE, "a.b", "a lowercase RFC 1123 label must consist of"),
        (NAMESPACE, "n" * 64, "must be no more than 63 characters"),
        (CONFIG_MAP, "my_settings", "a lowercase RFC 1123 subdomain must consist of"),
        (SERVICE, "1api", "a DNS-1035 label must consist of"),
        ("kubernetes:rbac.authorization.k8s.io/v1:Role", "a/b", "may not contain '/' or '%'"),
    ],
)  # fmt: skip
def test_a_wrong_name_is_refused_in_preview(k8s, token, name, message):
    with refused(message):
        k8s.preview(token, "it", named(token, name))


@pytest.mark.parametrize(
    ("token", "manifest", "message"),
    [
        (DEPLOYMENT, deployment(serviceAccount="x", hostNetwrok=True), "'hostNetwrok' was unexpected"),
        (DEPLOYMENT, {"spec": {"selector": {}}}, "'template' is a required property"),
        (DEPLOYMENT, {"spec": {**deployment()["spec"], "replicas": "2"}}, "'2' is not of type 'integer'"),
        (DEPLOYMENT, deployment({"app": "web"}), "`selector` does not match template `labels`"),
        (DEPLOYMENT, deployment({"app": "api", "team": "my team"}),
         "a valid label must be an empty string or consist of"),
        (CONFIG_MAP, {"data": {"a": 1}}, "data.a: 1 is not of type 'string'"),
        (SERVICE, {"spec": {"ports": [{"targetPort": 80}]}}, "'port' is a required property"),
    ],
)  # fmt: skip
def test_an_object_its_schema_does_not_allow_is_refused_in_preview(k8s, token, manifest, message):
    with refused(message):
        k8s.preview(token, "it", {**named(token, "api"), **manifest})


def test_what_is_unknown_is_not_judged(k8s):
    seen = k8s.preview(DEPLOYMENT, "it", {**named(DEPLOYMENT, "api", UNKNOWN), **deployment(nodeSelector=UNKNOWN)})
    assert seen["status"] is UNKNOWN
    assert seen["metadata"]["uid"] is UNKNOWN
    assert seen["spec"]["selector"] == {"matchLabels": {"app": "api"}}


def test_a_kind_this_version_does_not_serve_is_refused(k8s):
    token = "kubernetes:policy/v1beta1:PodDisruptionBudget"
    with refused('no matches for kind "PodDisruptionBudget" in version "policy/v1beta1" (Kubernetes 1.35)'):
        k8s.preview(token, "it", named(token, "x"))


def test_custom_kinds_are_taken_by_their_structure(k8s):
    token = "kubernetes:argoproj.io/v1alpha1:Application"
    made = k8s.create(token, **named(token, "shop", spec={"anything": [1, {"goes": True}]}))
    assert made["spec"] == {"anything": [1, {"goes": True}]}
    with refused("a lowercase RFC 1123 subdomain"):
        k8s.preview(token, "it", named(token, "Shop"))


def test_a_missing_name_is_made_and_marked(k8s):
    made = k8s.create(CONFIG_MAP, "settings", **named(CONFIG_MAP))
    assert re.fullmatch(r"settings-[0-9a-f]{8}", made["metadata"]["name"])
    assert made["metadata"]["annotations"] == {"pulumi.com/autonamed": "true"}
    assert k8s.check(CONFIG_MAP, "settings", named(CONFIG_MAP), made.inputs) == made.inputs


@pytest.mark.parametrize(
    ("token", "old", "new", "replaces"),
    [
        (CONFIG_MAP, {"data": {"a": "1"}}, {"data": {"a": "2"}}, ["data"]),
        (CONFIG_MAP, {"metadata": {"name": "x"}}, {"metadata": {"name": "x", "labels": {"a": "b"}}}, []),
        (DEPLOYMENT, deployment(), {"spec": {**deployment()["spec"], "replicas": 3}}, []),
        (DEPLOYMENT, deployment(), {"spec": TWO_LABELS}, ["spec"]),
    ],
)  # fmt: skip
def test_immutable_fields_replace_and_the_old_one_goes_first(k8s, token, old, new, replaces):
    made = k8s.create(token, **{**named(token, "x"), **old})
    answer = k8s.diff(made, {**named(token, "x"), **new})
    assert list(answer.replaces) == replaces
    assert answer.deleteBeforeReplace == bool(replaces)


def test_an_update_keeps_identity_and_counts(k8s):
    made = k8s.create(DEPLOYMENT, **{**named(DEPLOYMENT, "api"), **deployment()})
    assert made["status"]["availableReplicas"] == 1
    grown = k8s.update(made, spec={**deployment()["spec"], "replicas": 3})
    assert grown["status"]["availableReplicas"] == 3
    assert grown["metadata"]["uid"] == made["metadata"]["uid"]
    assert grown["metadata"]["resourceVersion"] == "2"


def test_a_service_gets_its_address_and_a_secret_its_data(k8s):
    service = k8s.create(SERVICE, **named(SERVICE, "api", spec={"type": "LoadBalancer", "ports": [{"port": 80}]}))
    assert service["spec"]["clusterIP"].startswith("172.20.")
    assert service["status"]["loadBalancer"]["ingress"][0]["hostname"].endswith(".elb.example")
    secret = k8s.create(SECRET, **named(SECRET, "key", stringData={"a": "b"}))
    assert secret["data"] == {"a": "Yg=="}
    assert secret["type"] == "Opaque"


def test_a_namespace_takes_everything_in_it_along(k8s, clouds):
    space = k8s.create(NAMESPACE, **named(NAMESPACE, "shop"))
    inside = k8s.create(CONFIG_MAP, **named(CONFIG_MAP, "settings", "shop"))
    k8s.delete(space)
    assert k8s.read(inside) is None
    k8s.delete(inside)
    assert clouds.inventory.count("kubernetes") == 0


class TestReleases:
    """Helm releases: their shape, name and namespace; no chart is rendered."""

    def test_a_release_is_deployed_under_its_namespace_and_name(self, k8s):
        made = k8s.create(RELEASE, chart="argo-cd", name="argocd", namespace="kube-system", version="10.1.1")
        assert made.id == "kube-system/argocd"
        assert made["status"]["status"] == "deployed"
        assert made["status"]["version"] == "10.1.1"

    def test_its_namespace_exists_or_is_made(self, k8s):
        with refused('namespaces "argocd" not found'):
            k8s.create(RELEASE, "one", chart="argo-cd", name="argocd", namespace="argocd")
        k8s.create(RELEASE, "one", chart="argo-cd", name="argocd", namespace="argocd", createNamespace=True)
        k8s.create(CONFIG_MAP, **named(CONFIG_MAP, "settings", "argocd"))

    def test_a_name_is_used_once(self, k8s):
        k8s.create(RELEASE, "one", chart="argo-cd", name="argocd")
        with refused("cannot re-use a name that is still in use"):
            k8s.create(RELEASE, "two", chart="argo-cd", name="argocd")

    @pytest.mark.parametrize(
        ("inputs", "message"),
        [
            ({"name": "Argo"}, '"Argo": invalid release name, must match regex'),
            ({"name": "a" * 54}, "the length must not be longer than 53"),
            ({"chart": None}, 'The argument "chart" is required'),
            ({"createNamepace": True},
             'An argument named "createNamepace" is not expected here. Did you mean "createNamespace"?'),
        ],
    )  # fmt: skip
    def test_a_wrong_release_is_refused_in_preview(self, k8s, inputs, message):
        with refused(message):
            k8s.preview(RELEASE, "it", {"chart": "argo-cd", **inputs})


class TestClusters:
    """A kubeconfig that points to EKS points to a cluster of the simulated AWS."""

    def test_a_cluster_that_does_not_exist_cannot_be_reached(self, clouds):
        server = "https://0123456789ABCDEF0123456789ABCDEF.gr7.ap-northeast-1.eks.amazonaws.com"
        lost = clouds.provider("kubernetes", {"kubeconfig": kubeconfig(server)})
        with refused("configured Kubernetes cluster is unreachable: dial tcp: lookup 0123456789abcdef"):
            lost.create(NAMESPACE, **named(NAMESPACE, "shop"))

    def test_objects_live_and_die_with_their_cluster(self, clouds, aws, network):
        shop = Cluster(aws, network)
        k8s = clouds.provider("kubernetes", {"kubeconfig": kubeconfig(shop.cluster["endpoint"])})
        k8s.create(NAMESPACE, **named(NAMESPACE, "shop"))
        assert clouds.inventory.count("kubernetes") == 1
        aws.delete(shop.cluster)
        assert clouds.inventory.count("kubernetes") == 0

    def test_an_object_is_checked_with_its_clusters_own_version(self, clouds, aws, network):
        shop = Cluster(aws, network, version="1.37")
        k8s = clouds.provider("kubernetes", {"kubeconfig": kubeconfig(shop.cluster["endpoint"])})
        token = "kubernetes:policy/v1beta1:PodDisruptionBudget"
        with refused("(Kubernetes 1.37)"):
            k8s.preview(token, "it", named(token, "x"))

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("{}", "the kubeconfig names no cluster"),
            ("clusters:\n  - {", "the kubeconfig names no cluster"),
            ("/no/such/kubeconfig", "there is no kubeconfig: /no/such/kubeconfig is not a file"),
            (kubeconfig("k8s"), "the kubeconfig's server 'k8s' is not a URL"),
        ],
    )
    def test_a_wrong_kubeconfig_is_refused(self, clouds, text, message):
        with refused(message):
            clouds.provider("kubernetes", {"kubeconfig": text})


def test_charts_and_yaml_are_not_rendered(k8s):
    with refused("it holds objects and releases, it does not render charts or YAML"):
        k8s.invoke("kubernetes:yaml:decode", text="a: b")
