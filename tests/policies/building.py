"""How test resources are made: as the engine would hand them to a rule, with the SDK's tokens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policies.resource import EnvironmentName, Provider, Resource
from policies.rule import Answer

TOKYO = Provider(type="pulumi:providers:aws", name="kyeol", properties={"region": "ap-northeast-1"})
KOREA = Provider(type="pulumi:providers:azure-native", name="tripgen", properties={"location": "koreacentral"})
FRANKFURT = Provider(
    type="pulumi:providers:gcp", name="dtx", properties={"project": "dtx-platform", "region": "europe-west3"}
)
_PROVIDERS = {"aws": TOKYO, "azure-native": KOREA, "gcp": FRANKFURT}


def resource(
    token: str,
    environment: EnvironmentName = "dev",
    *,
    called: str = "thing",
    parents: Sequence[str] = (),
    references: Mapping[str, Sequence[Resource]] | None = None,
    **properties: Any,
) -> Resource:
    """Return a resource; `provider` is another than its cloud's usual one, `references` whose outputs it uses."""
    provider = properties.pop("provider", _PROVIDERS.get(token.partition(":")[0]))
    return Resource(
        urn=f"urn:pulumi:{environment}::platform::{'$'.join((*parents, token))}::{called}",
        type=token,
        name=called,
        properties=properties,
        environment=environment,
        provider=provider,
        references={name: tuple(one.urn for one in used) for name, used in (references or {}).items()},
    )


@dataclass(frozen=True)
class Cases:
    """Subjects of one rule by the answer it must give: a resource each, or for a stack rule a list of resources."""

    holds: list[Resource | list[Resource]]
    violated: list[Resource | list[Resource]]
    #: Empty where a rule reads nothing but types and names, which are always known.
    unknowable: list[Resource | list[Resource]]

    def of(self, answer: Answer) -> list[Resource | list[Resource]]:
        return {Answer.HOLDS: self.holds, Answer.VIOLATED: self.violated, Answer.UNKNOWABLE: self.unknowable}[answer]
