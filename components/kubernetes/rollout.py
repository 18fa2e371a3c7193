"""How a new version takes over: blue-green or as a canary by Argo Rollouts, or rolling, as pure functions."""

from __future__ import annotations

from typing import Any, Final

import pulumi

from components.kubernetes.pods import PROBE_TIMEOUT_SECONDS
from settings.services import ServiceSettings

ROLLOUTS_API: Final = "argoproj.io/v1alpha1"
DEPLOYMENTS_API: Final = "apps/v1"
#: Label by which pods of one version are told from those of the next.
ROLLOUT_VERSION: Final = "rollouts-pod-template-hash"
DEPLOYMENT_VERSION: Final = "pod-template-hash"
#: Versions that can be gone back to.
KEPT_VERSIONS: Final = 3


def preview_name(name: str) -> str:
    """Return the name of the service in front of the next version."""
    return f"{name}-preview"


def canary_name(name: str) -> str:
    """Return the name of the service in front of a canary's new pods only; nobody but the analysis asks it."""
    return f"{name}-canary"


def rollout_spec(name: str, service: ServiceSettings, template: dict[str, Any]) -> dict[str, Any]:
    """Return a blue-green rollout that goes back by itself.

    A version that does not become healthy within `rollback_seconds` never gets traffic; one that fails within as much
    time afterwards loses it again, and the pods before it are kept for that long. No `replicas`: autoscaling has them.
    """
    window = service.rollback_seconds
    checks_before, checks_after = service.probes.liveness_failures, window // service.probes.period_seconds
    strategy = {
        "blueGreen": {
            "activeService": name,
            "previewService": preview_name(name),
            "autoPromotionEnabled": True,
            "prePromotionAnalysis": _analysis(name, preview_name(name), checks_before),
            "postPromotionAnalysis": _analysis(name, name, checks_after),
            "scaleDownDelaySeconds": window,
        }
    }
    return _rollout(name, service, template, strategy)


def canary_spec(name: str, service: ServiceSettings, template: dict[str, Any]) -> dict[str, Any]:
    """Return a canary that goes back by itself.

    The service's own name leads to pods of both versions, so that shares are shares of pods. After each step the new
    pods are asked for their health for as long as the step says; one that fails, or does not become healthy within
    `rollback_seconds`, ends the canary. No `replicas`: autoscaling has them.
    """
    steps: list[dict[str, Any]] = []
    for step in service.canary_steps:
        checks = step.watch_seconds // service.probes.period_seconds
        steps += [{"setWeight": step.percent}, {"analysis": _analysis(name, canary_name(name), checks)}]
    strategy = {
        "canary": {"canaryService": canary_name(name), "maxSurge": 1, "maxUnavailable": 0, "steps": steps},
    }
    return _rollout(name, service, template, strategy)


def _rollout(name: str, service: ServiceSettings, template: dict[str, Any], strategy: dict[str, Any]) -> dict[str, Any]:
    return {
        "revisionHistoryLimit": KEPT_VERSIONS,
        "selector": {"matchLabels": {"app": name}},
        "progressDeadlineSeconds": service.rollback_seconds,
        "progressDeadlineAbort": True,
        "strategy": strategy,
        "template": template,
    }


def analysis_spec(service: ServiceSettings, namespace: pulumi.Input[str]) -> dict[str, Any]:
    """Return the analysis: the health path answers `UP`, at the pace of the liveness probe, as patient as it is."""
    tolerated = service.probes.liveness_failures - 1
    return {
        "args": [{"name": "host"}, {"name": "checks"}],
        "metrics": [
            {
                "name": "health",
                "interval": f"{service.probes.period_seconds}s",
                "count": "{{args.checks}}",
                "successCondition": 'result == "UP"',
                "failureLimit": tolerated,
                "consecutiveErrorLimit": tolerated,
                "provider": {
                    "web": {
                        "url": pulumi.Output.concat(
                            "http://{{args.host}}.",
                            namespace,
                            f".svc.cluster.local:{service.port}{service.probes.path}",
                        ),
                        "timeoutSeconds": PROBE_TIMEOUT_SECONDS,
                        "jsonPath": "{$.status}",
                    }
                },
            }
        ],
    }


def deployment_spec(name: str, template: dict[str, Any]) -> dict[str, Any]:
    """Return a rolling deployment: a pod more while it goes on, none less. No `replicas`: autoscaling has them."""
    return {
        "revisionHistoryLimit": KEPT_VERSIONS,
        "selector": {"matchLabels": {"app": name}},
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
        "template": template,
    }


def _analysis(template: str, host: str, checks: int) -> dict[str, Any]:
    return {
        "templates": [{"templateName": template}],
        "args": [{"name": "host", "value": host}, {"name": "checks", "value": str(checks)}],
    }
