"""The Google Cloud provider: explicit, pinned to one project and one region."""

from __future__ import annotations

import pulumi
import pulumi_gcp as gcp


def gcp_provider(name: str, *, project_id: str, region: str) -> gcp.Provider:
    """Return the provider of a system; a resource that names no project and no region goes there."""
    return gcp.Provider(name, project=project_id, region=region, opts=pulumi.ResourceOptions())
