"""Cases of all rules: resources that hold, that violate, and of which it cannot be known."""

from policies.resource import Resource
from tests.policies import (
    aws_cases,
    aws_security_cases,
    azure_cases,
    gcp_cases,
    gcp_residency_cases,
    images_cases,
    isolation_cases,
    kubernetes_cases,
    lifecycle_cases,
    origins_cases,
    pods_cases,
    protection_cases,
    sizing_dtx_cases,
    sizing_tripgen_cases,
    tags_cases,
)
from tests.policies.building import Cases

_MODULES = (
    aws_cases,
    aws_security_cases,
    azure_cases,
    gcp_cases,
    gcp_residency_cases,
    images_cases,
    isolation_cases,
    kubernetes_cases,
    lifecycle_cases,
    origins_cases,
    pods_cases,
    protection_cases,
    sizing_dtx_cases,
    sizing_tripgen_cases,
    tags_cases,
)
CASES: dict[str, Cases] = {rule: cases for module in _MODULES for rule, cases in module.CASES.items()}
#: Resources on which a rule has no opinion although it looks at their type.
UNCLAIMED: dict[str, list[Resource | list[Resource]]] = {
    rule: subjects for module in _MODULES for rule, subjects in module.UNCLAIMED.items()
}
