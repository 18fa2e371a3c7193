"""What the engine sends about a whole stack: ids that nobody knows yet are known by whose outputs they are."""

import json
from typing import Any
from unittest.mock import create_autospec

import grpc
import pytest
from google.protobuf import json_format
from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import analyzer_pb2 as messages
from pulumi_policy import proxy

from policies.analyzer import Analyzer
from policies.classification import ENVIRONMENT_KEY, PROTECTION_KEY
from policies.levels import load_levels
from policies.registry import RULES
from tests.policies.azure_cases import ENDPOINT, SERVER, VAULT
from tests.policies.gcp_cases import SYSTEM
from tests.policies.gcp_residency_cases import BUCKET, CLUSTER, NODE_POOL

URN = "urn:pulumi:prod::platform::{}::{}"


#: A call of the engine; a refusal would be seen as a call of `abort`, and an environment is always given here.
CONTEXT: grpc.ServicerContext = create_autospec(grpc.ServicerContext)


def sent(token: str, name: str, properties: dict[str, Any], **references: str) -> messages.AnalyzerResource:
    dependencies = {
        property_name: messages.AnalyzerPropertyDependencies(urns=[urn]) for property_name, urn in references.items()
    }
    return messages.AnalyzerResource(
        urn=URN.format(token, name),
        type=token,
        name=name,
        properties=json_format.ParseDict(properties, Struct()),
        propertyDependencies=dependencies,
    )


def endpoint(**references: str) -> messages.AnalyzerResource:
    connection = {"privateLinkServiceId": proxy.UNKNOWN_STRING_VALUE, "groupIds": ["vault"]}
    return sent(ENDPOINT, "endpoint", {"privateLinkServiceConnections": [connection]}, **references)


@pytest.fixture
def analyzer() -> Analyzer:
    one = Analyzer(load_levels(RULES))
    one.ConfigureStack(messages.AnalyzerStackConfigureRequest(config={ENVIRONMENT_KEY: "prod"}), CONTEXT)
    return one


def test_a_private_endpoint_to_a_service_that_has_no_id_yet_is_found_by_its_reference(analyzer: Analyzer) -> None:
    vault = sent(VAULT, "vault", {})
    reached = endpoint(privateLinkServiceConnections=vault.urn)
    response = analyzer.AnalyzeStack(messages.AnalyzeStackRequest(resources=[vault, reached]), CONTEXT)
    assert list(response.diagnostics) == []
    assert "azure-private-endpoints" not in {one.policy_name for one in response.not_applicable}


def test_a_service_without_a_private_endpoint_is_named(analyzer: Analyzer) -> None:
    vault, other = sent(VAULT, "vault", {}), sent(VAULT, "other", {})
    resources = [vault, other, endpoint(privateLinkServiceConnections=other.urn)]
    response = analyzer.AnalyzeStack(messages.AnalyzeStackRequest(resources=resources), CONTEXT)
    (found,) = response.diagnostics
    assert (found.policyName, found.urn) == ("azure-private-endpoints", vault.urn)
    assert found.enforcementLevel == messages.MANDATORY
    assert "Found: no private endpoint leads to it" in found.message


def test_what_a_cloud_adds_is_not_counted_as_said(analyzer: Analyzer) -> None:
    pool = {"nodeConfig": {"machineType": "e2-standard-4"}}
    cluster = sent(CLUSTER, "cluster", {"nodePools": [pool]})
    nodes = sent(NODE_POOL, "pool", pool)
    system = sent(SYSTEM, "dtx", {})
    for one in (cluster, nodes, system):
        said = {} if one is cluster else json_format.MessageToDict(one.properties)
        request = messages.AnalyzeRequest(urn=one.urn, type=one.type, name=one.name)
        request.properties.update(said)
        analyzer.Analyze(request, CONTEXT)
    response = analyzer.AnalyzeStack(messages.AnalyzeStackRequest(resources=[system, cluster, nodes]), CONTEXT)
    found = [one.message for one in response.diagnostics if one.policyName == "dtx-each-row"]
    assert found
    assert not [text for text in found if "x node pool of the services" in text]


def test_what_a_cloud_does_not_answer_is_known_from_what_the_program_said(analyzer: Analyzer) -> None:
    size = {"sku": {"name": "Standard_D4s_v3", "tier": "GeneralPurpose"}}
    primary = sent(SERVER, "primary", {"sku": {"name": "Standard_D8s_v3", "tier": "GeneralPurpose"}})
    replica = sent(SERVER, "replica", size, sourceServerResourceId=primary.urn)
    said = json_format.ParseDict({**size, "createMode": "Replica"}, Struct())
    analyzer.Analyze(
        messages.AnalyzeRequest(urn=replica.urn, type=replica.type, name=replica.name, properties=said), CONTEXT
    )
    response = analyzer.AnalyzeStack(messages.AnalyzeStackRequest(resources=[primary, replica]), CONTEXT)
    (found,) = (one for one in response.diagnostics if one.policyName == "tripgen-replicas-equal-primary")
    assert found.urn == replica.urn
    assert "Found: `sku.name` is Standard_D4s_v3" in found.message
    assert "Azure refuses a primary that is larger than its smallest replica" in found.message


@pytest.mark.parametrize(
    ("environment", "settings", "level"),
    [
        ("dev", {"data_classification": "internal"}, messages.ADVISORY),
        ("dev", {"data_classification": "personal"}, messages.MANDATORY),
        ("dev", {}, messages.MANDATORY),
        ("stage", {"data_classification": "public"}, messages.ADVISORY),
        ("prod", {"data_classification": "internal"}, messages.MANDATORY),
    ],
)
def test_a_region_elsewhere_is_told_or_refused_by_what_the_stack_says_of_its_data(
    environment: str, settings: dict[str, str], level: int
) -> None:
    analyzer = Analyzer(load_levels(RULES))
    config = {ENVIRONMENT_KEY: environment, "platform:dtx": json.dumps(settings)}
    analyzer.ConfigureStack(messages.AnalyzerStackConfigureRequest(config=config), CONTEXT)
    properties = json_format.ParseDict({"location": "us-east1"}, Struct())
    urn = URN.format(f"platform:system:Dtx${BUCKET}", "objects")
    request = messages.AnalyzeRequest(urn=urn, type=BUCKET, name="objects", properties=properties)
    found = {one.policyName: one.enforcementLevel for one in analyzer.Analyze(request, CONTEXT).diagnostics}
    assert found["gcp-location"] == level


def test_the_engine_is_told_whom_a_rule_serves_and_how_to_mend(analyzer: Analyzer) -> None:
    told = {policy.name: policy for policy in analyzer.GetAnalyzerInfo(Empty(), CONTEXT).policies}
    rotation = told["gcp-key-rotation"]
    assert {"encryption", "GDPR 32 (1) a", "CIS Google Cloud 1.10", "checkov CKV_GCP_43"} <= set(rotation.tags)
    assert rotation.framework.reference.startswith("GDPR 32 (1) a encryption")
    assert rotation.remediation_steps.startswith("Set `rotationPeriod`")


def test_rules_that_look_at_nothing_in_a_stack_are_said_to_be_not_applicable(analyzer: Analyzer) -> None:
    response = analyzer.AnalyzeStack(messages.AnalyzeStackRequest(), CONTEXT)
    assert "azure-private-endpoints" in {one.policy_name for one in response.not_applicable}


@pytest.mark.parametrize(("protection", "level"), [("profile", messages.MANDATORY), ("lifted", messages.ADVISORY)])
def test_a_lifted_protection_is_told_and_not_refused(analyzer: Analyzer, protection: str, level: int) -> None:
    config = {ENVIRONMENT_KEY: "prod", PROTECTION_KEY: protection}
    analyzer.ConfigureStack(messages.AnalyzerStackConfigureRequest(config=config), CONTEXT)
    key = "gcp:kms/cryptoKey:CryptoKey"
    request = messages.AnalyzeRequest(urn=URN.format(key, "key"), type=key, name="key")
    request.properties.update({"deletionPolicy": "DELETE"})
    found = {one.policyName: one.enforcementLevel for one in analyzer.Analyze(request, CONTEXT).diagnostics}
    assert found["gcp-deletion-protection"] == level
