"""The bootstrap of the state, on the real engine."""

import pytest

from tests.rehearsal.harness import Rehearsal

pytestmark = pytest.mark.engine


def test_the_bootstrap_names_the_backend_and_the_secrets_provider_for_every_other_stack(rehearsal: Rehearsal) -> None:
    rehearsal.up("bootstrap").ok()
    outputs = rehearsal.outputs("bootstrap")["state"]
    assert outputs["backend_url"] == "s3://jung-state-mgmt-pulumi-444444444444?region=ap-northeast-1&awssdk=v2"
    assert outputs["secrets_provider"].startswith("awskms://arn:aws:kms:ap-northeast-1:444444444444:key/")
    assert set(rehearsal.up("bootstrap").ok().changes) == {"same"}
    protected = {r["type"] for r in rehearsal.resources("bootstrap") if r.get("protect")}
    assert protected == {"aws:kms/key:Key", "aws:s3/bucket:Bucket"}
