"""What Azure refuses of template deployments, whose templates the rehearsal does not carry out."""

from collections.abc import Iterator

from rehearsal.case import Case
from rehearsal.errors import Problem
from rehearsal.values import mapping

_PARTS = ("$schema", "contentVersion", "resources")


def template_is_given(case: Case) -> Iterator[Problem]:
    """A deployment has one template, which says its schema, version and resources."""
    template, link = case.properties.get("properties", {}).get("template"), case.get("properties.templateLink")
    if template is None and link is None:
        words = "The request content was invalid: either template or templateLink is required."
        yield Problem("properties.template", f"InvalidRequestContent: {words}")
    elif isinstance(template, dict):
        missing = [part for part in _PARTS if part not in mapping(template)]
        if missing:
            words = f"Deployment template validation failed: required properties '{', '.join(missing)}' not found."
            yield Problem("properties.template", f"InvalidTemplate: {words}")
