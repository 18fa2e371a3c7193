"""The Azure provider: explicit, pinned to one subscription and one region."""

from __future__ import annotations

import pulumi
import pulumi_azure_native as azure_native


def azure_provider(name: str, *, subscription_id: str, tenant_id: str, region: str) -> azure_native.Provider:
    """Return the provider of a system; `region` is where a resource goes that names no location."""
    return azure_native.Provider(
        name, subscription_id=subscription_id, tenant_id=tenant_id, location=region, opts=pulumi.ResourceOptions()
    )
