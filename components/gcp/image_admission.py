"""Which images a project's clusters run: Binary Authorization (docs/adr/0038)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_gcp.binaryauthorization import Policy

from components.base import Component, ComponentArgs
from components.gcp.project import Project
from components.gcp.registry import Registry


@dataclass(frozen=True, kw_only=True)
class ImageAdmissionArgs(ComponentArgs):
    """The environment's registry, repositories of others, and what happens to any other image."""

    project: Project
    registry: Registry
    #: Patterns of names of images: `*` at the end stands for one name, `**` for names with / in them.
    sources: Sequence[str]
    #: Whether another image is kept out, or only written down.
    enforced: bool


class ImageAdmission(Component[ImageAdmissionArgs], type="platform:gcp:ImageAdmission"):
    """The project's one policy: images by where they come from; Google's own for GKE besides."""

    def build(self, args: ImageAdmissionArgs) -> None:
        """Place the policy."""
        self.policy: pulumi.Resource = Policy(
            f"{self.name}-policy",
            project=args.project.project_id,
            description="Images of the environment's registry and of the operators in its clusters",
            global_policy_evaluation_mode="ENABLE",
            default_admission_rule={
                "evaluation_mode": "ALWAYS_DENY",
                "enforcement_mode": "ENFORCED_BLOCK_AND_AUDIT_LOG" if args.enforced else "DRYRUN_AUDIT_LOG_ONLY",
            },
            admission_whitelist_patterns=[
                {"name_pattern": pattern} for pattern in (f"{args.registry.host}/**", *args.sources)
            ],
            opts=self.child(),
        )
