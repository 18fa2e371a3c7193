"""What the API server adds to an object: identity, the fields it fills in, and the status of something healthy."""

import base64
from typing import Any

from rehearsal.templates import noise
from rehearsal.values import UNKNOWN, Value, mapping, merge

_CREATED = "2026-01-01T00:00:00Z"


def of(type_: str, inputs: dict[str, Any], namespace: str | None, seed: str, revision: int) -> dict[str, Any]:
    """Return the object as the cluster shows it; the same seed gives the same identity."""
    kind = type_.rpartition(":")[2]
    if type_.endswith("helm.sh/v3:Release"):
        return _release(inputs, namespace, revision)
    metadata = {
        "uid": noise(seed, "uuid"),
        "resourceVersion": str(revision),
        "generation": revision,
        "creationTimestamp": _CREATED,
        **({"namespace": namespace} if namespace else {}),
    }
    filled = merge({"metadata": metadata, **_filled_in(kind, inputs, seed)}, inputs)
    if kind == "Secret" and "stringData" in filled:
        filled["data"] = {**mapping(filled.get("data")), **_encoded(filled["stringData"])}
    return filled


def preview(type_: str, inputs: dict[str, Any], namespace: str | None) -> dict[str, Any]:
    """Return the object as far as it is known before it exists."""
    if type_.endswith("helm.sh/v3:Release"):
        return {**inputs, "namespace": namespace, "status": UNKNOWN, "resourceNames": UNKNOWN}
    metadata = {"uid": UNKNOWN, "resourceVersion": UNKNOWN, "creationTimestamp": UNKNOWN}
    known = merge({"metadata": {**metadata, **({"namespace": namespace} if namespace else {})}}, inputs)
    return {**known, "status": UNKNOWN}


def revision(outputs: dict[str, Any]) -> int:
    """Return how often the object has been written."""
    status = mapping(outputs.get("status"))
    text = mapping(outputs.get("metadata")).get("resourceVersion") or status.get("revision") or 0
    return int(text)


def _release(inputs: dict[str, Any], namespace: str | None, number: int) -> dict[str, Any]:
    status = {
        "name": inputs["name"],
        "namespace": namespace,
        "chart": inputs["chart"],
        "version": inputs.get("version"),
        "revision": number,
        "status": "deployed",
    }
    return {
        **inputs,
        "namespace": namespace,
        "status": {key: item for key, item in status.items() if item is not None},
        "resourceNames": {},
    }


def _encoded(string_data: dict[str, Any]) -> dict[str, str]:
    return {key: base64.b64encode(str(item).encode()).decode() for key, item in string_data.items()}


_COUNTED = {
    "Deployment": ("replicas", "readyReplicas", "availableReplicas", "updatedReplicas"),
    "StatefulSet": ("replicas", "readyReplicas", "currentReplicas", "updatedReplicas"),
}


def _filled_in(kind: str, inputs: dict[str, Any], seed: str) -> dict[str, Any]:
    spec = mapping(inputs.get("spec"))
    if kind in _COUNTED:
        replicas = spec.get("replicas", 1)
        return {"spec": {"replicas": replicas}, "status": dict.fromkeys(_COUNTED[kind], replicas)}
    if kind == "Service":
        return _service(spec, seed)
    if kind == "PersistentVolumeClaim":
        return {"spec": {"volumeName": f"pvc-{noise(seed + '|volume', 'uuid')}"}, "status": {"phase": "Bound"}}
    fixed: dict[str, dict[str, Any]] = {
        "Namespace": {"status": {"phase": "Active"}},
        "Ingress": {"status": {"loadBalancer": {"ingress": [{"hostname": _load_balancer(seed)}]}}},
        "Secret": {"type": "Opaque"},
    }
    return fixed.get(kind, {})


def _service(spec: Value, seed: str) -> dict[str, Any]:
    kind = spec.get("type", "ClusterIP")
    third, fourth = (int(noise(f"{seed}|{part}", "hex:2"), 16) for part in range(2))
    address = f"172.20.{third}.{1 + fourth % 254}"
    balancer = {"ingress": [{"hostname": _load_balancer(seed)}]} if kind == "LoadBalancer" else {}
    if kind == "ExternalName":
        return {"spec": {"type": kind}, "status": {"loadBalancer": {}}}
    return {
        "spec": {"type": kind, "clusterIP": address, "clusterIPs": [spec.get("clusterIP", address)]},
        "status": {"loadBalancer": balancer},
    }


def _load_balancer(seed: str) -> str:
    return f"k8s-{noise(seed + '|balancer', 'hex:20')}.elb.example"
