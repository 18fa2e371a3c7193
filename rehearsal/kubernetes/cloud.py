# ruff: noqa: A002 -- `type` and `id` are what the protocol calls them
"""The simulated Kubernetes: any number of clusters, told apart by the API server their kubeconfig names.

A cluster whose server looks like EKS's, AKS's or GKE's must exist in the simulated AWS, Azure or Google Cloud. Built-in
kinds are checked with their published schema; custom kinds and Helm releases by structure only.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import grpc
import yaml

from rehearsal import sdk_schema, values
from rehearsal.cloud import Cloud, Provider, Resource, State, Values
from rehearsal.errors import CloudError, Problem, suggestion
from rehearsal.inventory import Handle, Inventory, Object, Reference, Scope, TakenError
from rehearsal.kubernetes import names, outputs, schemas
from rehearsal.sdk_schema import Sdk
from rehearsal.values import UNKNOWN, Value, mapping

RELEASE = "kubernetes:helm.sh/v3:Release"
NAMESPACE = "kubernetes:core/v1:Namespace"


@dataclass(frozen=True)
class Managed:
    """Where a simulated cloud keeps its clusters: by the domain of their API servers."""

    name: str
    package: str
    type: str
    handles: tuple[str, ...]
    version: str


_MANAGED = {
    ".eks.amazonaws.com": Managed("AWS holds no EKS", "aws", "aws:eks/cluster:Cluster", ("endpoint",), "version"),
    ".azmk8s.io": Managed(
        "Azure holds no AKS", "azure-native", "azure-native:containerservice:ManagedCluster",
        ("endpoint", "public endpoint"), "kubernetesVersion",
    ),
    ".gke.goog": Managed(
        "Google Cloud holds no GKE", "gcp", "gcp:container/cluster:Cluster", ("dns endpoint", "endpoint"),
        "masterVersion",
    ),
}  # fmt: skip
_GKE_SIGN_IN = "gke-gcloud-auth-plugin"
_RELEASE_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")
_RELEASE_NAME_LENGTH = 53  # Helm's own limit


class KubernetesCloud(Cloud):
    """Objects stand in the scope (cluster's API server, "global") under `namespace/name` or `name`."""

    package = "kubernetes"

    def __init__(self, inventory: Inventory) -> None:
        super().__init__(inventory)
        self.sdk = Sdk("kubernetes")
        self.version = self.sdk.version
        self.kinds = yaml.safe_load((Path(__file__).parent / "kinds.yaml").read_text())

    # --- configuration ---------------------------------------------------------------------------------------------

    def check_config(self, config: Values) -> list[Problem]:
        """The kubeconfig must be given, parse, and name a cluster."""
        known = self.sdk.provider().inputs
        problems = [
            Problem(name, f'An argument named "{name}" is not expected here.{suggestion(name, known)}')
            for name in config
            if name not in known and name != "version"
        ]
        kubeconfig = config.get("kubeconfig")
        if kubeconfig is not UNKNOWN:
            try:
                _server(kubeconfig, config)
            except ValueError as mistake:
                problems.append(Problem("kubeconfig", str(mistake)))
        return problems

    def configure(self, config: Values) -> Provider:
        """The cluster's API server is the account."""
        return Provider(_server(config.get("kubeconfig"), config), "global", config)

    def config_replaces(self, name: str) -> bool:
        """Only a cluster identifier says for certain that it is another cluster."""
        return name == "clusterIdentifier"

    # --- check -----------------------------------------------------------------------------------------------------

    def check(self, provider: Provider, resource: Resource, olds: Values, news: Values) -> tuple[Values, list[Problem]]:
        """Names, labels, and for built-in kinds the published schema of the cluster's own version."""
        if resource.type == RELEASE:
            return self._check_release(resource, olds, news)
        if not isinstance(news.get("kind"), str) or not isinstance(news.get("apiVersion"), str):
            return news, [Problem("", f"{resource.type}: apiVersion and kind are required")]
        manifest = self._named(resource, olds, news)
        kind, api_version = manifest["kind"], manifest["apiVersion"]
        metadata = mapping(manifest.get("metadata"))
        problems = [
            *names.check_name(kind, metadata.get("name"), self.kinds["names"]),
            *names.check_labels(kind, manifest),
        ]
        version = self._version(provider)
        refused = schemas.check(version, manifest)
        if refused is not None:
            problems += [*refused, *_selector_matches(manifest)]
        elif resource.type in self.sdk.tokens():
            problems.append(
                Problem("kind", f'no matches for kind "{kind}" in version "{api_version}" (Kubernetes {version})')
            )
        return manifest, problems

    def _named(self, resource: Resource, olds: Values, news: Values) -> Values:
        """Name what has no name as the provider does: the resource's name and eight hex digits, marked as such."""
        metadata = mapping(news.get("metadata"))
        if news.get("metadata") is UNKNOWN or metadata.get("name") is not None or metadata.get("generateName"):
            return news
        kept = mapping(olds.get("metadata")).get("name")
        name = kept if isinstance(kept, str) else self._autoname(resource)
        annotations = {**mapping(metadata.get("annotations")), "pulumi.com/autonamed": "true"}
        return {**news, "metadata": {**metadata, "name": name, "annotations": annotations}}

    def _autoname(self, resource: Resource) -> str:
        upcoming = self.inventory.latest_generation(resource.urn) + 1
        return f"{resource.name}-{hashlib.sha256(f'{resource.urn}|{upcoming}'.encode()).hexdigest()[:8]}".lower()

    def _check_release(self, resource: Resource, olds: Values, news: Values) -> tuple[Values, list[Problem]]:
        schema = self.sdk.known(RELEASE)
        inputs = {key: item for key, item in news.items() if key != "compat"}
        if inputs.get("name") is None:
            kept = olds.get("name")
            inputs["name"] = kept if isinstance(kept, str) else self._autoname(resource)
        problems = sdk_schema.check(schema, inputs)
        name = inputs["name"]
        if isinstance(name, str) and (len(name) > _RELEASE_NAME_LENGTH or not _RELEASE_NAME.fullmatch(name)):
            rule = f"must match regex {_RELEASE_NAME.pattern} and the length must not be longer than 53"
            problems.append(Problem("name", f'"{name}": invalid release name, {rule}'))
        return inputs, problems

    def _version(self, provider: Provider) -> str:
        managed = _managed(provider)
        cluster = self._cluster(provider, managed) if managed else None
        version = str(cluster.outputs[managed.version]) if managed and cluster else str(self.kinds["version"])
        return ".".join(version.split(".")[:2])

    def _cluster(self, provider: Provider, managed: Managed) -> Object | None:
        for kind in managed.handles:
            handle = Handle(managed.type, kind, provider.account, "", "")
            scope = self.inventory.elsewhere(managed.package, handle)
            if scope:
                found = replace(handle, account=scope.account, region=scope.region)
                return self.inventory.resolve(managed.package, found)
        return None

    def _reach(self, provider: Provider) -> None:
        """Refuse to work on a managed cluster that its simulated cloud does not hold."""
        managed = _managed(provider)
        if managed and self._cluster(provider, managed) is None:
            raise CloudError(
                f"configured Kubernetes cluster is unreachable: dial tcp: lookup {_host(provider)}: no such host "
                f"[the simulated {managed.name} cluster with this endpoint]",
                grpc.StatusCode.UNAVAILABLE,
            )

    # --- diff ------------------------------------------------------------------------------------------------------

    def replacing(self, type: str) -> Iterable[str]:
        """An object keeps its name, namespace and kind, and what its kind calls immutable."""
        if type == RELEASE:
            return ["name", "namespace"]
        kind = type.rpartition(":")[2]
        return ["apiVersion", "kind", "metadata.name", "metadata.namespace", *self.kinds["immutable"].get(kind, [])]

    def deletes_first(self, resource: Resource, old_inputs: Values, news: Values) -> bool:
        """Two objects cannot have one name."""
        return _identity(resource.type, old_inputs) == _identity(resource.type, news)

    # --- life of an object -----------------------------------------------------------------------------------------

    def create(self, provider: Provider, resource: Resource, inputs: Values, *, preview: bool) -> State:
        """Refuse a second object of the same name and one in a namespace that does not exist."""
        if preview:
            return State(
                "", inputs, outputs.preview(resource.type, inputs, self._namespace(provider, resource.type, inputs))
            )
        with self.inventory.transaction():
            self._reach(provider)
            generation = self.inventory.next_generation(resource.urn)
            namespace = self._namespace(provider, resource.type, inputs)
            name = _name(resource.type, inputs)
            id_ = f"{namespace}/{name}" if namespace else name
            scope = Scope(self.package, provider.account, "global")
            seed = f"{resource.urn}|{generation}"
            result = outputs.of(resource.type, inputs, namespace, seed, revision=1)
            thing = Object(scope, resource.type, id_, name, resource.urn, generation, inputs, result)
            self._refuse_builtin(resource.type, name)
            handles = [self._handle(provider, _plain_type(resource.type), id_)]
            references = []
            if namespace is not None:
                handles, references = self._in_namespace(provider, resource, inputs, namespace, handles)
            try:
                self.inventory.insert(thing, handles, references)
            except TakenError:
                raise _exists(resource.type, name) from None
            return State(id_, inputs, result)

    def _in_namespace(
        self, provider: Provider, resource: Resource, inputs: Values, namespace: str, handles: list[Handle]
    ) -> tuple[list[Handle], list[Reference]]:
        place = self.inventory.resolve(self.package, self._handle(provider, NAMESPACE, namespace))
        if place is not None:
            return handles, [Reference("metadata.namespace", place.key, blocks=False)]
        if namespace in self.kinds["namespaces"]:
            return handles, []
        if resource.type == RELEASE and inputs.get("createNamespace"):
            return [*handles, self._handle(provider, NAMESPACE, namespace)], []
        raise CloudError(f'namespaces "{namespace}" not found', grpc.StatusCode.NOT_FOUND)

    def _refuse_builtin(self, type_: str, name: str) -> None:
        if type_ == NAMESPACE and name in self.kinds["namespaces"]:
            raise _exists(type_, name)
        if type_ == "kubernetes:core/v1:ServiceAccount" and name == "default":
            raise _exists(type_, name)

    def read(self, provider: Provider, resource: Resource, id: str, state: Values) -> State | None:  # noqa: ARG002
        """Return what the cluster holds."""
        self._reach(provider)
        found = self._find(provider, resource.type, id)
        return State(found.id, found.inputs, found.outputs) if found else None

    def update(self, provider: Provider, resource: Resource, state: State, news: Values, *, preview: bool) -> Values:
        """Apply a new manifest; the identity stays, the resource version grows."""
        with self.inventory.transaction():
            found = self._find(provider, resource.type, state.id)
            if found is None:
                if preview:
                    return {**state.outputs, **news}
                self._reach(provider)
                raise CloudError(f'{_plural(resource.type)} "{state.id}" not found', grpc.StatusCode.NOT_FOUND)
            seed = f"{found.urn}|{found.generation}"
            revision = outputs.revision(found.outputs) + 1
            result = outputs.of(
                resource.type, news, self._namespace(provider, resource.type, news), seed, revision=revision
            )
            if not preview:
                self.inventory.rewrite(found, news, result)
            return result

    def delete(self, provider: Provider, resource: Resource, state: State) -> None:
        """Remove an object; a namespace takes everything in it along."""
        with self.inventory.transaction():
            self._reach(provider)
            found = self._find(provider, resource.type, state.id)
            if found is None:
                return
            if resource.type == NAMESPACE:
                for inside in self.inventory.referrers(found.key, property="metadata.namespace"):
                    self.inventory.remove(inside)
            self.inventory.remove(found)

    def invoke(self, provider: Provider, token: str, args: Mapping[str, Any]) -> Values:  # noqa: ARG002
        """Nothing is answered: rendering charts or YAML needs Helm itself."""
        raise CloudError(
            f"the rehearsal does not answer {token}: it holds objects and releases, it does not render charts or YAML",
            grpc.StatusCode.UNIMPLEMENTED,
        )

    # --- parts -----------------------------------------------------------------------------------------------------

    def _namespace(self, provider: Provider, type_: str, inputs: Values) -> str | None:
        if type_.rpartition(":")[2] in self.kinds["cluster_scoped"] and type_ != RELEASE:
            return None
        given = inputs.get("namespace") if type_ == RELEASE else mapping(inputs.get("metadata")).get("namespace")
        if given is UNKNOWN:
            return None
        return str(given or provider.config.get("namespace") or "default")

    def _handle(self, provider: Provider, type_: str, id_: str) -> Handle:
        return Handle(type_, "id", id_, provider.account, "global")

    def _find(self, provider: Provider, type_: str, id_: str) -> Object | None:
        found = self.inventory.resolve(self.package, self._handle(provider, _plain_type(type_), id_))
        return found if found and found.type == type_ else None


def _host(provider: Provider) -> str:
    return urlsplit(provider.account).hostname or ""


def _managed(provider: Provider) -> Managed | None:
    """Tell whose cluster it is by its name; one of GKE's that is reached by an address, by the sign-in it needs."""
    by_name = next((managed for domain, managed in _MANAGED.items() if _host(provider).endswith(domain)), None)
    signs_in_to_google = _GKE_SIGN_IN in str(provider.config.get("kubeconfig"))
    return by_name or (_MANAGED[".gke.goog"] if signs_in_to_google else None)


def _plain_type(type_: str) -> str:
    """Leave the version out of a type: one object answers under every version of its kind."""
    package, place, kind = type_.split(":")
    group = place.rpartition("/")[0] if "/" in place else place
    return type_ if type_ == NAMESPACE else f"{package}:{group}:{kind}"


def _server(kubeconfig: Value, config: Values) -> str:
    """Return the API server a kubeconfig (its text, or the path of its file) points to."""
    text = str(kubeconfig or os.environ.get("KUBECONFIG") or Path.home() / ".kube" / "config")
    if "\n" not in text and not text.lstrip().startswith("{"):
        path = Path(text)
        if not path.is_file():
            raise ValueError(f"there is no kubeconfig: {text} is not a file; give the provider a kubeconfig")
        text = path.read_text()
    try:
        data = json.loads(text) if text.lstrip().startswith("{") else yaml.safe_load(text)
        current = config.get("context") or data.get("current-context")
        contexts = {item["name"]: item["context"] for item in data.get("contexts", [])}
        clusters = {item["name"]: item["cluster"] for item in data.get("clusters", [])}
        name = config.get("cluster") or contexts[current]["cluster"]
        server = clusters[name]["server"]
    except (KeyError, TypeError, AttributeError, ValueError, yaml.YAMLError) as mistake:
        raise ValueError(f"the kubeconfig names no cluster: {type(mistake).__name__} {mistake}") from mistake
    if not urlsplit(str(server)).hostname:
        raise ValueError(f"the kubeconfig's server {server!r} is not a URL")
    return str(server).rstrip("/")


def _name(type_: str, inputs: Values) -> str:
    return str(inputs.get("name") if type_ == RELEASE else mapping(inputs.get("metadata")).get("name"))


def _identity(type_: str, inputs: Values) -> tuple[str, str]:
    space = inputs.get("namespace") if type_ == RELEASE else mapping(inputs.get("metadata")).get("namespace")
    return str(space or "default"), _name(type_, inputs)


def _plural(type_: str) -> str:
    kind = type_.rpartition(":")[2].lower()
    return kind + ("es" if kind.endswith("s") else "s") if not kind.endswith("y") else kind[:-1] + "ies"


def _exists(type_: str, name: str) -> CloudError:
    if type_ == RELEASE:
        text = "cannot re-use a name that is still in use"
    else:
        text = f'{_plural(type_)} "{name}" already exists'
    return CloudError(text, grpc.StatusCode.ALREADY_EXISTS)


def _selector_matches(manifest: Values) -> list[Problem]:
    wanted = values.get(manifest, "spec.selector.matchLabels")
    given = values.get(manifest, "spec.template.metadata.labels")
    if not isinstance(wanted, dict) or not isinstance(given, dict):
        return []
    missing = [key for key, item in wanted.items() if UNKNOWN not in (item, given.get(key)) and given.get(key) != item]
    if not missing:
        return []
    place = "spec.template.metadata.labels"
    text = f"{manifest['kind']} is invalid: {place}: Invalid value: {json.dumps(given, default=str)}"
    return [Problem(place, f"{text}: `selector` does not match template `labels`")]
