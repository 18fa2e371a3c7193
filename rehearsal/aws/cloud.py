"""The simulated AWS: accounts, regions, tags, and the data sources a program asks first."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import grpc

from rehearsal.aws import invokes
from rehearsal.case import Case
from rehearsal.catalogue import Catalogue
from rehearsal.cloud import Provider, Resource, Values
from rehearsal.declared import DeclaredCloud
from rehearsal.errors import CloudError, Problem, suggestion
from rehearsal.inventory import Inventory
from rehearsal.sdk_schema import ResourceSchema, Sdk
from rehearsal.values import UNKNOWN, Value, mapping

DEFAULT_ACCOUNT = "123456789012"
_TAGS_PER_RESOURCE, _TAG_KEY_LENGTH, _TAG_VALUE_LENGTH = 50, 128, 256
_TAG_VALUE = re.compile(r"[\w\s.:/=+\-@]*")  # the common subset: EC2 alone would take more


class AwsCloud(DeclaredCloud):
    """Regional services stand in (account, region), the others in (account, "global")."""

    package = "aws"

    def __init__(self, inventory: Inventory) -> None:
        super().__init__(inventory, Sdk("aws"), Catalogue(Path(__file__).parent, "rehearsal.aws"))

    def check_config(self, config: Values) -> list[Problem]:
        """Refuse a region that does not exist, and a provider without one."""
        opened = self.read_config(config)
        problems = super().check_config(config)
        region = opened.get("region") or _region_of_environment()
        if not region:
            problems.append(
                Problem("region", "Missing region configuration: set `region` on the provider, or AWS_REGION.")
            )
        elif region is not UNKNOWN:
            problems += self._check_region(region, "region")
        return problems

    def _check_region(self, region: str, path: str) -> list[Problem]:
        known = self.catalogue.fact("regions.regions")
        if region in known:
            return []
        return [Problem(path, f"invalid AWS Region: {region}.{suggestion(region, known)}")]

    def configure(self, config: Values) -> Provider:
        """The account is the first of `allowedAccountIds`: nobody signs in to a simulated cloud."""
        opened = self.read_config(config)
        allowed = opened.get("allowedAccountIds") or [DEFAULT_ACCOUNT]
        forbidden = opened.get("forbiddenAccountIds") or []
        if allowed[0] in forbidden:
            raise CloudError(f"AWS account ID not allowed: {allowed[0]}", grpc.StatusCode.PERMISSION_DENIED)
        return Provider(str(allowed[0]), opened.get("region") or _region_of_environment() or "", opened)

    def config_replaces(self, name: str) -> bool:
        """Another region or account holds none of the old objects."""
        return name in ("region", "allowedAccountIds")

    def region_of(self, provider: Provider, inputs: Mapping[str, Any]) -> str:
        """A resource's own `region` wins over its provider's."""
        region = inputs.get("region")
        return region if isinstance(region, str) else provider.region

    def constants(self, provider: Provider, region: str) -> dict[str, str]:
        """Name what ARNs and host names are made of."""
        return {"account": provider.account, "region": region, "partition": "aws", "now": "2026-01-01T00:00:00Z"}

    def common_replacing(self) -> list[str]:
        """A resource cannot move to another region."""
        return ["region"]

    def common_outputs(self, provider: Provider, schema: ResourceSchema, case: Case) -> Values:
        """Every taggable type gives back all its tags, every regional one its region, everything an ARN."""
        outputs: Values = {}
        if "tagsAll" in schema.outputs:
            given = case.properties.get("tags")
            inherited = mapping(mapping(provider.config.get("defaultTags")).get("tags"))
            outputs["tagsAll"] = UNKNOWN if given is UNKNOWN else {**inherited, **mapping(given)}
        if "region" in schema.inputs:
            outputs["region"] = case.constants["region"]
        if "ownerId" in schema.computed:
            outputs["ownerId"] = case.scope.account
        if "arn" in schema.computed and "arn" not in case.properties and case.id is not None:
            _, place, kind = case.type.split(":")
            region = case.constants["region"] if case.entry.regional else ""
            service = place.partition("/")[0]
            outputs["arn"] = f"arn:aws:{service}:{region}:{case.scope.account}:{kind[0].lower() + kind[1:]}/{case.id}"
        return outputs

    def check(self, provider: Provider, resource: Resource, olds: Values, news: Values) -> tuple[Values, list[Problem]]:
        """Look at a resource's own region before anything that depends on it."""
        region = news.get("region")
        problems = self._check_region(region, "region") if isinstance(region, str) else []
        if problems:
            return news, problems
        inputs, problems = super().check(provider, resource, olds, news)
        return inputs, [*problems, *_check_tags(inputs.get("tags"))]

    def invoke(self, provider: Provider, token: str, args: Mapping[str, Any]) -> Values:
        """Answer the data sources listed in `invokes.py`."""
        answer = invokes.ANSWERS.get(token)
        if answer is None:
            known = ", ".join(sorted(invokes.ANSWERS))
            raise CloudError(
                f"the rehearsal does not answer {token}; it answers {known} (add one in rehearsal/aws/invokes.py)",
                grpc.StatusCode.UNIMPLEMENTED,
            )
        region = self.region_of(provider, args)
        return answer(self.catalogue, self.constants(provider, region), args)


def _check_tags(tags: Value) -> list[Problem]:
    """Tags are short, few, and not Amazon's own."""
    problems = []
    if isinstance(tags, dict) and len(tags) > _TAGS_PER_RESOURCE:
        problems.append(
            Problem("tags", f"TagLimitExceeded: {len(tags)} tags; at most {_TAGS_PER_RESOURCE} are allowed")
        )
    for key, value in mapping(tags).items():
        if not 0 < len(key) <= _TAG_KEY_LENGTH or key.lower().startswith("aws:"):
            text = f"Tag key {key!r} must have 1 to {_TAG_KEY_LENGTH} characters and not begin with aws:"
            problems.append(Problem("tags", f"InvalidParameterValue: {text}"))
        if isinstance(value, str) and (len(value) > _TAG_VALUE_LENGTH or not _TAG_VALUE.fullmatch(value)):
            text = (
                f"Tag value {value!r} of {key} takes at most {_TAG_VALUE_LENGTH} letters, digits, spaces and _.:/=+-@"
            )
            problems.append(Problem("tags", f"InvalidParameterValue: {text}"))
    return problems


def _region_of_environment() -> str | None:
    return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
