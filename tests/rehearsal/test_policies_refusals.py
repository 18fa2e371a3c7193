"""What the pack says to a careless change, through the real engine: a copy of the program is changed by hand."""

import pytest

from tests.rehearsal.harness import Rehearsal
from tests.rehearsal.judging import replace_in, violation
from tests.rehearsal.running import PACK

pytestmark = [pytest.mark.engine, pytest.mark.systems("kyeol")]

BUCKET = """

import pulumi_aws as aws

_provider = aws.Provider("careless", region="ap-northeast-1", opts=pulumi.ResourceOptions())
_options = pulumi.ResourceOptions(provider=_provider, protect=True)
_tags = {{
    "system": "kyeol",
    "environment": "mgmt",
    "owner": "somebody",
    "cost-centre": "kyeol",
    "data-classification": "internal",
    "managed-by": "pulumi",
}}
_other = aws.s3.Bucket("other", tags=_tags, opts=_options)
aws.s3.Bucket("exports", region={region}, tags=_tags, opts=_options)
"""


def append_bucket(rehearsal: Rehearsal, region: str) -> None:
    program = rehearsal.project / "__main__.py"
    program.write_text(program.read_text() + BUCKET.format(region=region))


def test_a_bucket_in_us_west_2_is_refused(rehearsal: Rehearsal) -> None:
    append_bucket(rehearsal, '"us-west-2"')
    found = violation(rehearsal.preview("mgmt", *PACK), "aws-region", "exports")
    assert "ISMS-P 2.10.2 cloud security, 3.3.4 transfer of personal data abroad" in found.message
    assert "Found: `region` is us-west-2" in found.message
    assert "Allowed: ap-northeast-1" in found.message
    assert "Fix: Take the provider of the system" in found.message


def test_a_location_that_a_preview_cannot_know_is_refused_and_not_only_advised_against(rehearsal: Rehearsal) -> None:
    append_bucket(rehearsal, '_other.arn.apply(lambda arn: "us-west-2")')
    found = violation(rehearsal.preview("mgmt", *PACK), "aws-region", "exports")
    assert "Found: `region` is not known before the update" in found.message
    assert "a region must be a literal" in found.message


def test_a_secret_location_is_refused_without_being_printed(rehearsal: Rehearsal) -> None:
    append_bucket(rehearsal, 'pulumi.Output.secret("us-west-2")')
    preview = rehearsal.preview("mgmt", *PACK)
    found = violation(preview, "aws-region", "exports")
    assert "Found: `region` is a secret value" in found.message
    assert "us-west-2" not in preview.text


def test_an_m5_large_node_in_dev_is_refused(rehearsal: Rehearsal) -> None:
    component = rehearsal.project / "components" / "aws" / "node_group.py"
    replace_in(component, "instance_types=[args.instance_type]", 'instance_types=["m5.large"]')
    found = violation(rehearsal.preview("dev", *PACK), "kyeol-nodes", "nodes-group")
    assert "Found: `instanceTypes` is [m5.large]" in found.message
    assert "Allowed: t3.medium x 2 in dev" in found.message
    assert "Fix: Give the stack what the runbook's sizing table says" in found.message


def test_a_payment_nat_in_dev_is_refused(rehearsal: Rehearsal) -> None:
    nodes = {"instance_type": "t3.medium", "min_nodes": 2, "max_nodes": 2}
    rehearsal.edit_stack("dev", "platform:kyeol.payment_gateway", {"zones": ["a"], "nodes": nodes})
    preview = rehearsal.preview("dev", *PACK).refused()
    found = {one.policy: one for one in preview.violations}
    assert set(found) == {"kyeol-payment-nat", "kyeol-nodes", "kyeol-each-row-once", "aws-spread"}
    nat = found["kyeol-payment-nat"]
    assert nat.enforcement == "mandatory"
    assert nat.urn.endswith("::payment-egress-payment-nat-a")
    assert "Found: a payment NAT in dev" in nat.message
    assert "Allowed: a payment NAT in prod only" in nat.message
    assert "Fix: Take `payment_gateway` out of the stack's settings" in nat.message


def test_a_single_zone_database_in_prod_is_refused(rehearsal: Rehearsal) -> None:
    rehearsal.edit_stack("prod", "platform:kyeol.postgres.multi_az", value=False)
    found = violation(rehearsal.preview("prod", *PACK), "kyeol-postgres", "postgres-instance")
    assert "Found: `multiAz` is false" in found.message
    assert "Allowed: db.t3.medium, Multi-AZ in prod" in found.message


def test_prod_without_a_payment_nat_is_refused(rehearsal: Rehearsal) -> None:
    stack_file = rehearsal.settings_file("prod")
    text = stack_file.read_text()
    stack_file.write_text(text[: text.index("    # Runbook 2.2: the payment gateway's own NAT")])
    preview = rehearsal.preview("prod", *PACK).refused("Fix: Give the stack `payment_gateway` in its settings")
    found = {one.policy: one for one in preview.violations}
    assert set(found) == {"kyeol-payment-nat-present", "kyeol-each-row-once"}
    assert found["kyeol-payment-nat-present"].urn.endswith("::kyeol")


def test_a_refused_resource_is_not_made_by_an_update(rehearsal: Rehearsal) -> None:
    append_bucket(rehearsal, '_other.arn.apply(lambda arn: "us-west-2")')
    up = rehearsal.up("mgmt", *PACK)
    assert "Found: `region` is us-west-2" in violation(up, "aws-region", "exports").message
    assert "exports" not in {resource["urn"].rsplit("::", 1)[-1] for resource in rehearsal.resources("mgmt")}
