"""A marked secret in config, outputs, environment, tags and annotations shows in nothing that the pack says."""

import json

import pytest

from tests.rehearsal.harness import Rehearsal

pytestmark = pytest.mark.engine

CANARY = "canary-7f3a91"
#: A region is a secret too where somebody says so; the clouds take no other text for one.
PLACE = "us-west-2"
#: As what the rehearsal reads every sealed value of a stack file.
SEALED = "rehearsed-secret"

#: The secret stands in a broken property of each resource, so that there is a message about it.
CARELESS = """
import json
import os

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes

canary = pulumi.Config("sample").require_secret("token")
from_environment = pulumi.Output.secret(os.environ["CANARY"])
kubeconfig = from_environment.apply(
    lambda token: json.dumps(
        {
            "clusters": [{"name": "one", "cluster": {"server": "https://cluster.example"}}],
            "users": [{"name": "one", "user": {"token": token}}],
            "contexts": [{"name": "one", "context": {"cluster": "one", "user": "one"}}],
            "current-context": "one",
        }
    )
)
on_aws = pulumi.ResourceOptions(provider=aws.Provider("aws", region="ap-northeast-1"))
in_cluster = pulumi.ResourceOptions(provider=kubernetes.Provider("cluster", kubeconfig=kubeconfig))
place = pulumi.Output.secret(os.environ["PLACE"])
aws.s3.Bucket("place", region=place, tags={"system": canary, "environment": from_environment}, opts=on_aws)
aws.secretsmanager.Secret("copies", name="copies", replicas=[{"region": place}], description=canary, opts=on_aws)
container = {"name": "pods", "image": canary, "env": [{"name": "TOKEN", "value": from_environment}]}
kubernetes.apps.v1.Deployment(
    "pods",
    metadata={"name": "pods", "annotations": {"note": canary}, "labels": {"platform/environment": canary}},
    spec={
        "selector": {"matchLabels": {"app": "pods"}},
        "template": {
            "metadata": {"labels": {"app": "pods"}, "annotations": {"note": from_environment}},
            "spec": {"containers": [container]},
        },
    },
    opts=in_cluster,
)
pulumi.export("canary", canary)
"""


def test_a_secret_shows_in_no_message_event_or_log_of_the_pack(sample: Rehearsal, rehearsal: Rehearsal) -> None:
    (sample.project / "__main__.py").write_text(CARELESS)
    pack = ("--policy-pack", str(rehearsal.project / "policies"), "--config", "platform:environment=prod")
    preview = sample.run("preview", "--stack", "dev", *pack, env={"CANARY": CANARY, "PLACE": PLACE})
    named = {one.urn.rsplit("::", 1)[-1] for one in preview.refused("a secret value").violations}
    assert {"place", "copies", "pods"} <= named
    # What a resource is made of is the engine's and the cloud's to hide; the pack answers for what it says itself.
    kinds = ("policy", "diagnosticEvent", "stdoutEvent", "preludeEvent", "summaryEvent")
    events = json.dumps([event for event in preview.events if any(key.startswith(kinds) for key in event)])
    assert '"policyEvent"' in events
    for secret in (CANARY, PLACE):
        assert secret not in preview.text
        assert secret not in events
    # The launcher says on stderr that it reads sealed values so.
    assert SEALED not in preview.stdout
    assert SEALED not in events
