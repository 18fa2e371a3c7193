"""What TripGen's services are told of telemetry, in the words of their agent and of Spring (design, 8.2.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pulumi

from settings.tripgen.observability import ApplicationSettings

#: Instrumentations of the agent that record calls to others: PostgreSQL, Redis, Service Bus and Key Vault.
DEPENDENCIES: Final = ("AZURE_SDK", "JDBC", "REDIS")
#: Times that are asked for by percentile, by Micrometer's names: their buckets are counted.
HISTOGRAMS: Final = ("AI_RESPONSE_TIME", "HTTP_CLIENT_REQUESTS")


def telemetry_variables(
    settings: ApplicationSettings, *, connection_string: pulumi.Input[str], client_id: pulumi.Input[str]
) -> Mapping[str, pulumi.Input[str]]:
    """Return environment variables: where to report, as whom, and what."""
    tracked = "true" if settings.dependency_tracking else "false"
    return {
        "APPLICATIONINSIGHTS_CONNECTION_STRING": connection_string,
        "APPLICATIONINSIGHTS_AUTHENTICATION_STRING": pulumi.Output.concat("Authorization=AAD;ClientId=", client_id),
        **{f"APPLICATIONINSIGHTS_INSTRUMENTATION_{name}_ENABLED": tracked for name in DEPENDENCIES},
        **{f"MANAGEMENT_METRICS_DISTRIBUTION_PERCENTILESHISTOGRAM_{name}": "true" for name in HISTOGRAMS},
    }
