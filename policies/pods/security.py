"""What pods may do: nothing beyond their work, on a node that is not theirs."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

from policies.kubernetes import NAMESPACE
from policies.pods.templates import containers, describes_pods, pods
from policies.resource import UNKNOWN, Resource, Secret, Value, revealed
from policies.rule import Finding, ResourceRule, at_path, unknowable, violated

_FILE: Final = Path(__file__).with_name("allowed.toml")
_ALLOWED: Final[dict[str, dict[str, Any]]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
#: Settings that are no secrets although they are called so, with the reasons.
PUBLIC: Final[Mapping[str, str]] = _ALLOWED.pop("public")
#: Why something may do more, by type, name and what it may.
ALLOWED: Final[Mapping[str, Mapping[str, Mapping[str, str]]]] = _ALLOWED

ROOT: Final = "root"
WRITABLE_ROOT: Final = "writable-root"
HOST_FILES: Final = "host-files"
#: What of the node a pod can share with it, by what a pod may.
HOST: Final = {"hostNetwork": "host-network", "hostPID": "host-processes", "hostIPC": "host-processes"}
SECCOMP: Final = frozenset({"RuntimeDefault", "Localhost"})
#: The one capability that the standard `restricted` leaves.
CAPABILITIES: Final = frozenset({"NET_BIND_SERVICE"})
STANDARD: Final = "pod-security.kubernetes.io/enforce"
RESTRICTED: Final = "restricted"
CONFIG_MAP: Final = "kubernetes:core/v1:ConfigMap"

_TRUE: Final[frozenset[Value]] = frozenset({True})
_FALSE: Final[frozenset[Value]] = frozenset({False})
#: What is looked at in a container or its pod: a path, the value there, and what may stand there.
_Asked: TypeAlias = "tuple[str, Value, frozenset[Value], str]"


def allowances(resource: Resource) -> Mapping[str, str]:
    """Return what an object may do beyond the rest, with the reasons."""
    return ALLOWED.get(resource.type, {}).get(str(revealed(resource.at("metadata.name"))), {})


def _at(value: Value, path: str) -> Value:
    for step in path.split("."):
        plain = revealed(value)
        if plain is UNKNOWN:
            return UNKNOWN
        value = plain.get(step) if isinstance(plain, dict) else None
    return revealed(value)


def pod_security(resource: Resource) -> Iterable[Finding]:
    """Refuse what Kubernetes' standard `restricted` refuses, a writable root, and what is the node's."""
    may = allowances(resource)
    for path, pod in pods(resource):
        if not isinstance(pod, dict):
            yield unknowable(path, "pods of the standard `restricted`")
            continue
        yield from _of_node(path, pod, may)
        for place, container in containers(path, pod):
            if not isinstance(container, dict):
                yield unknowable(place, "containers of the standard `restricted`")
                continue
            for where, value, right, words in _asked(place, path, container, pod, may):
                if value is UNKNOWN:
                    yield unknowable(where, words)
                elif value not in right:
                    yield violated(at_path(where, value), words)
            yield from _capabilities(f"{place}.securityContext.capabilities", container)


def _asked(
    place: str, path: str, container: dict[str, Value], pod: dict[str, Value], may: Mapping[str, str]
) -> Iterator[_Asked]:
    own = f"{place}.securityContext"
    yield f"{own}.allowPrivilegeEscalation", _at(container, "securityContext.allowPrivilegeEscalation"), _FALSE, "false"
    yield f"{own}.privileged", _at(container, "securityContext.privileged"), _FALSE | {None}, "false, or nothing"
    if WRITABLE_ROOT not in may:
        root = _at(container, "securityContext.readOnlyRootFilesystem")
        yield f"{own}.readOnlyRootFilesystem", root, _TRUE, "true, with volumes for what is written"
    where, value = _either(place, path, container, pod, "seccompProfile.type")
    yield where, value, SECCOMP, " or ".join(sorted(SECCOMP))
    if ROOT not in may:
        where, value = _either(place, path, container, pod, "runAsNonRoot")
        yield where, value, _TRUE, "true"
        where, value = _either(place, path, container, pod, "runAsUser")
        other = UNKNOWN if value is UNKNOWN else value != 0
        yield where, other, _TRUE, "a user other than 0, or none"


def _either(place: str, path: str, container: dict[str, Value], pod: dict[str, Value], name: str) -> tuple[str, Value]:
    """Return what a container says, or its pod where it says nothing."""
    own = _at(container, f"securityContext.{name}")
    if own is not None:
        return f"{place}.securityContext.{name}", own
    return f"{path}.securityContext.{name}", _at(pod, f"securityContext.{name}")


def _capabilities(path: str, container: dict[str, Value]) -> Iterator[Finding]:
    for name, words in (("drop", "ALL"), ("add", f"nothing but {', '.join(CAPABILITIES)}")):
        found = _at(container, f"securityContext.capabilities.{name}")
        names = [revealed(one) for one in found] if isinstance(found, list) else []
        if found is UNKNOWN or UNKNOWN in names:
            yield unknowable(f"{path}.{name}", words)
        elif "ALL" not in names if name == "drop" else not CAPABILITIES.issuperset(names):
            yield violated(at_path(f"{path}.{name}", found), words)


def _of_node(path: str, pod: dict[str, Value], may: Mapping[str, str]) -> Iterator[Finding]:
    for name, allowance in HOST.items():
        value = _at(pod, name)
        if value is UNKNOWN:
            yield unknowable(f"{path}.{name}", "false, or nothing")
        elif value not in (None, False) and allowance not in may:
            yield violated(at_path(f"{path}.{name}", value), "false, or nothing")
    volumes = revealed(pod.get("volumes"))
    if volumes is UNKNOWN:
        yield unknowable(f"{path}.volumes", "no files of the node")
    for index, volume in enumerate(volumes if isinstance(volumes, list) else ()):
        if _at(volume, "hostPath") is not None and HOST_FILES not in may:
            yield violated(f"`{path}.volumes.{index}` is of the node (`hostPath`)", "no files of the node")


_AMOUNTS: Final = ("requests.cpu", "requests.memory", "limits.memory")


def pod_resources(resource: Resource) -> Iterable[Finding]:
    """Require that every container says what it takes: otherwise one starves the others of its node."""
    for path, pod in pods(resource):
        for place, container in containers(path, pod) if isinstance(pod, dict) else [(path, UNKNOWN)]:
            for name in _AMOUNTS:
                value = _at(container, f"resources.{name}")
                if value is UNKNOWN:
                    yield unknowable(f"{place}.resources.{name}", "an amount")
                elif value in (None, ""):
                    yield violated(f"no `{place}.resources.{name}`", "an amount")


#: Names whose value is a secret; those that end in `_FILE` or `_NAME` only say where one is.
_SECRET_NAME: Final = re.compile(
    r"(?:.*_)?(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|SECRET_?KEY|CREDENTIALS?"
    r"|CONNECTION_?STRING)",
    re.IGNORECASE,
)
#: What may be among texts of which nobody knows the names yet.
_ANY_SECRET: Final = "SECRET"  # noqa: S105 - a name
#: Texts that are a secret whatever they are called: keys of clouds, of GitHub and Slack, private keys, URLs with one.
_SECRET_VALUE: Final = re.compile(
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}|\bxox[abprs]-[A-Za-z0-9-]{10}|\bAIza[A-Za-z0-9_-]{35}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAccountKey=[A-Za-z0-9+/=]{20}|://[^/\s:@]+:[^/\s:@]+@"
)


def plain_secrets(resource: Resource) -> Iterable[Finding]:
    """Refuse secrets in what everybody may read who may list pods; they stand in a Secret or a vault."""
    allowed = "a reference to a Secret (`valueFrom.secretKeyRef`), or a file from the vault"
    for path, name, value in _texts(resource):
        plain = revealed(value)
        named = name not in PUBLIC and _SECRET_NAME.fullmatch(name) is not None
        if plain is UNKNOWN:
            if named:
                yield unknowable(path, allowed)
        elif plain not in (None, "") and (
            named or isinstance(value, Secret) or (isinstance(plain, str) and _SECRET_VALUE.search(plain))
        ):
            # Never shown: it is one.
            yield violated(f"`{path}` ({name}) holds a secret", allowed)


def _texts(resource: Resource) -> Iterator[tuple[str, str, Value]]:
    """Return each text that is readable, by its path and its name."""
    if resource.type == CONFIG_MAP:
        data = resource.at("data")
        rows = revealed(data)
        if rows is UNKNOWN:
            yield "data", _ANY_SECRET, UNKNOWN
        for name, value in rows.items() if isinstance(rows, dict) else ():
            yield f"data.{name}", name, Secret(value) if isinstance(data, Secret) else value
        return
    for path, pod in pods(resource):
        for place, container in containers(path, pod) if isinstance(pod, dict) else [(path, UNKNOWN)]:
            rows = _at(container, "env")
            if rows is UNKNOWN:
                yield f"{place}.env", _ANY_SECRET, UNKNOWN
            for index, row in enumerate(rows if isinstance(rows, list) else ()):
                plain = revealed(row)
                if isinstance(plain, dict) and "value" in plain:
                    yield f"{place}.env.{index}.value", str(revealed(plain.get("name"))), plain["value"]


def _may_hold_texts(resource: Resource) -> bool:
    return resource.type == CONFIG_MAP or describes_pods(resource)


def namespace_standard(resource: Resource) -> Iterable[Finding]:
    """Require that Kubernetes itself refuses pods that may too much, charts' and operators' too."""
    path = f"metadata.labels.{STANDARD}"
    labels = _at(dict(resource.properties), "metadata.labels")
    value = labels.get(STANDARD) if isinstance(labels, dict) else labels
    may = {RESTRICTED, *allowances(resource)}
    plain = revealed(value)
    if plain is UNKNOWN:
        yield unknowable(path, " or ".join(sorted(may)))
    elif plain not in may:
        yield violated(at_path(path, value), " or ".join(sorted(may)))


_PROTECTS: Final = "ISMS-P 2.10.2 cloud security, 2.6.2 access to systems"
_SOURCE: Final = "TripGen physical architecture, 3.2 and 7; DTx infrastructure, components 1 and security 2"
_KUBERNETES: Final = ("kubernetes:*",)

RESOURCE_RULES: Final = (
    ResourceRule(
        id="pod-security",
        concern="pods",
        title="Pods run without root, privileges, a writable root and anything of their node",
        severity="high",
        protects=_PROTECTS,
        fix="Take the securityContext of components/kubernetes/pods.py; what needs more is listed with its reason in "
        "policies/pods/allowed.toml",
        source=_SOURCE,
        types=_KUBERNETES,
        controls={
            "ISMS-P": ("2.6.2", "2.10.2"),
            "checkov": (
                "CKV_K8S_16",
                "CKV_K8S_17",
                "CKV_K8S_18",
                "CKV_K8S_19",
                "CKV_K8S_20",
                "CKV_K8S_22",
                "CKV_K8S_23",
                "CKV_K8S_31",
                "CKV_K8S_37",
            ),
            "trivy": (
                "AVD-KSV-0001",
                "AVD-KSV-0008",
                "AVD-KSV-0009",
                "AVD-KSV-0010",
                "AVD-KSV-0012",
                "AVD-KSV-0014",
                "AVD-KSV-0017",
                "AVD-KSV-0023",
                "AVD-KSV-0030",
                "AVD-KSV-0105",
                "AVD-KSV-0106",
            ),
        },
        fail_closed=False,
        claims=describes_pods,
        judge=pod_security,
    ),
    ResourceRule(
        id="pod-resources",
        concern="pods",
        title="Every container says how much it takes",
        severity="medium",
        protects="ISMS-P 2.9.2 performance and failures",
        fix="Give it `requests` of processor time and memory, and a limit of memory",
        source=_SOURCE,
        types=_KUBERNETES,
        controls={
            "ISMS-P": ("2.9.2",),
            "checkov": ("CKV_K8S_10", "CKV_K8S_12", "CKV_K8S_13"),
            "trivy": ("AVD-KSV-0015", "AVD-KSV-0016", "AVD-KSV-0018"),
        },
        fail_closed=False,
        claims=describes_pods,
        judge=pod_resources,
    ),
    ResourceRule(
        id="pod-plain-secrets",
        concern="pods",
        title="No secret stands where everybody may read it who may list pods",
        severity="critical",
        protects="ISMS-P 2.7.2 keys and secrets; GDPR 32 (1) b",
        fix="Put it into the system's vault, and refer to it: `valueFrom.secretKeyRef`, or a file of its driver",
        source=_SOURCE,
        types=_KUBERNETES,
        # Not CKV_K8S_35, which refuses the reference to a Secret that this rule asks for.
        controls={"GDPR": ("32 (1) b",), "ISMS-P": ("2.7.2",), "trivy": ("AVD-KSV-0109",)},
        fail_closed=False,
        claims=_may_hold_texts,
        judge=plain_secrets,
    ),
    ResourceRule(
        id="namespace-pod-security",
        concern="pods",
        title="In every namespace Kubernetes itself refuses pods that may too much",
        severity="high",
        protects=_PROTECTS,
        fix="Place it with the component Namespace; a weaker standard is listed with its reason in allowed.toml",
        source=_SOURCE,
        types=(NAMESPACE,),
        controls={"ISMS-P": ("2.6.2", "2.10.2")},
        fail_closed=False,
        judge=namespace_standard,
    ),
)
