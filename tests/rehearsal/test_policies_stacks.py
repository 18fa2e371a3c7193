"""The real stacks under the policy pack: they pass, and no rule is there for nothing."""

from collections import Counter

import pytest

from policies.registry import RULES
from tests.rehearsal.harness import Rehearsal, Result
from tests.rehearsal.running import PACK, RunningStacks
from tests.stack_files import STACKS

pytestmark = pytest.mark.engine

#: Rules that look at something in each stack; the others look at what only some environments have.
EVERYWHERE = {
    "known-package",
    "aws-known-type",
    "aws-region",
    "aws-named-places",
    "aws-at-rest",
    "aws-audit",
    "aws-audit-trails",
    "aws-backups",
    "aws-bucket-parts",
    "aws-bucket-tls",
    "aws-customer-keys",
    "aws-flow-logs",
    "aws-key-rotation",
    "aws-keyless",
    "aws-open-ports",
    "aws-public-access",
    "aws-single-rights",
    "aws-spread",
    "aws-support-ended",
    "aws-support-ending",
    "aws-traffic-logged",
    "aws-trust",
    "aws-unknown-encryption",
    "aws-zones",
    "isolation",
    "isolation-addresses",
    "kubernetes-default-deny",
    "namespace-pod-security",
    "tags",
    "kyeol-nodes",
    "kyeol-each-row-once",
}
#: What TripGen brings along, and it is not in the hub.
WITH_TRIPGEN = {
    "azure-at-rest",
    "azure-copies",
    "azure-firewall",
    "azure-guarded-domains",
    "azure-known-type",
    "azure-local-accounts",
    "azure-location",
    "azure-named-places",
    "azure-network-policies",
    "azure-open-ports",
    "azure-postgres-parameters",
    "azure-postgres-tls",
    "azure-private-endpoints",
    "azure-public-access",
    "azure-templates",
    "azure-support-ended",
    "azure-support-ending",
    "azure-tls",
    "azure-unknown-web-firewall",
    "azure-vault",
    "azure-web-firewall",
    "azure-zones",
    "azure-backups",
    "images",
    "pod-plain-secrets",
    "pod-resources",
    "pod-security",
    "kubernetes-autoscaler",
    "kubernetes-disruption-budget",
    "kubernetes-spread",
    "tripgen-cache",
    "tripgen-each-row",
    "tripgen-edge",
    "tripgen-every-service",
    "tripgen-logs",
    "tripgen-messaging",
    "tripgen-nodes",
    "tripgen-postgres",
    "tripgen-registry",
    "tripgen-services",
}
#: What DTx brings along, and it is not in the hub.
WITH_DTX = {
    "dtx-cache",
    "dtx-each-row",
    "dtx-every-service",
    "dtx-nodes",
    "dtx-postgres",
    "dtx-services",
    "dtx-stores",
    "gcp-audit-logs",
    "gcp-backups",
    "gcp-basic-roles",
    "gcp-copies",
    "gcp-customer-keys",
    "gcp-https-only",
    "gcp-key-rotation",
    "gcp-keyless",
    "gcp-known-type",
    "gcp-location",
    "gcp-location-constraint",
    "gcp-named-places",
    "gcp-network-policies",
    "gcp-open-firewall",
    "gcp-public-access",
    "gcp-public-members",
    "gcp-sinks",
    "gcp-support-ended",
    "gcp-support-ending",
    "gcp-tls",
    "gcp-unknown-members",
    "gcp-web-firewall",
    "gcp-zones",
}
SOMEWHERE = {
    "kyeol-postgres": {"dev", "stage", "prod"},
    "kyeol-cache": {"dev", "stage", "prod"},
    "aws-images": {"dev", "stage", "prod"},
    "aws-tls": {"dev", "stage", "prod"},
    "aws-unknown-web-firewall": {"dev", "stage", "prod"},
    "aws-web-firewall": {"dev", "stage", "prod"},
    "kyeol-payment-nat": {"prod"},
    "kyeol-payment-nat-present": {"prod"},
    # Only prod has copies in Korea South, and replicas of its database.
    "azure-zoneless-region": {"prod"},
    "tripgen-replicas-equal-primary": {"prod"},
    # Dev is removed and made again.
    "aws-deletion-protection": {"stage", "prod", "mgmt"},
    "protect": {"stage", "prod", "mgmt"},
    "gcp-deletion-protection": {"stage", "prod"},
}


def looked_at(run: Result) -> Counter[str]:
    """How many resources each rule passed; the engine counts only what the rule claimed."""
    kinds = ("policyAnalyzeSummaryEvent", "policyAnalyzeStackSummaryEvent")
    summaries = [event[kind] for event in run.events for kind in kinds if kind in event]
    assert summaries
    return Counter(rule for summary in summaries for rule in summary.get("passed") or ())


def concerned_with(stack: str) -> set[str]:
    systems = WITH_TRIPGEN | WITH_DTX if stack in {"dev", "stage", "prod"} else set()
    return EVERYWHERE | systems | {rule for rule, stacks in SOMEWHERE.items() if stack in stacks}


@pytest.mark.parametrize("stack", STACKS)
def test_a_real_stack_passes_and_every_rule_that_concerns_it_looks_at_something(
    running: RunningStacks, stack: str
) -> None:
    concerned = concerned_with(stack)
    # The update is judged again, with the values that its preview could not know.
    for run in (running.first_preview(stack).ok(), running.first_up(stack).ok()):
        assert run.violations == []
        assert set(looked_at(run)) == concerned
        # Everything that the engine makes is of a known package.
        assert looked_at(run)["known-package"] == run.changes["create"]


def test_the_stack_of_the_states_passes_and_owes_nothing_to_kyeols_table(rehearsal: Rehearsal) -> None:
    preview = rehearsal.preview("bootstrap", *PACK).ok()
    assert preview.violations == []
    assert set(looked_at(preview)) == {
        "known-package",
        "aws-at-rest",
        "aws-backups",
        "aws-bucket-parts",
        "aws-bucket-tls",
        "aws-customer-keys",
        "aws-deletion-protection",
        "aws-key-rotation",
        "aws-known-type",
        "aws-public-access",
        "aws-region",
        "aws-single-rights",
        "aws-unknown-encryption",
        "isolation",
        "isolation-addresses",
        "protect",
        "tags",
    }


def test_no_rule_is_without_a_resource_in_the_real_stacks() -> None:
    assert EVERYWHERE | WITH_TRIPGEN | WITH_DTX | set(SOMEWHERE) == {rule.id for rule in RULES}
