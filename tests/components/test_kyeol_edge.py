import json
from typing import Any

import pytest

from components.aws.bucket import bucket_policy
from components.aws.github_actions import trust_policy
from settings.stack import load_stack
from systems import kyeol
from tests.components.strict_mocks import World, place
from tests.stack_files import as_pulumi_gives_it, stack_config

DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
WEB_ACL = "aws:wafv2/webAcl:WebAcl"
RECORD = "aws:route53/record:Record"
BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"
#: All that CloudFront demands to stand outside of Tokyo.
ALLOWED_IN_US_EAST_1 = {
    "aws:acm/certificate:Certificate",
    "aws:acm/certificateValidation:CertificateValidation",
    "aws:cloudwatch/logGroup:LogGroup",
    "aws:wafv2/webAcl:WebAcl",
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
}


@pytest.fixture(params=["dev", "stage", "prod"])
def with_edge(request: pytest.FixtureRequest) -> World:
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize(
    ("stack", "hosts"),
    [
        ("dev", ["dev.mgz-g2-u3.shop", "dev-api.mgz-g2-u3.shop"]),
        ("stage", ["stage.mgz-g2-u3.shop", "stage-api.mgz-g2-u3.shop"]),
        ("prod", ["mgz-g2-u3.shop", "api.mgz-g2-u3.shop"]),
    ],
)
def test_cloudfront_serves_the_environments_hosts_and_the_dns_leads_there(
    stack: str, hosts: list[str], request: pytest.FixtureRequest
) -> None:
    world = request.getfixturevalue(stack)
    assert world.one(DISTRIBUTION, "distribution-distribution")["aliases"] == hosts
    for host in hosts:
        for kind in ("A", "AAAA"):
            record = world.one(RECORD, f"distribution-{host}-{kind}")
            assert record["aliases"][0]["name"] == "d111.cloudfront.net"


def test_a_host_whose_name_is_a_zone_has_its_record_in_that_zone(dev: World, prod: World) -> None:
    assert dev.one(RECORD, "distribution-dev.mgz-g2-u3.shop-A")["zoneId"] == "id-of-zone-dev.mgz-g2-u3.shop-zone"
    assert (
        dev.one(RECORD, "distribution-dev-api.mgz-g2-u3.shop-A")["zoneId"] == "id-of-zone-dev-api.mgz-g2-u3.shop-zone"
    )
    assert prod.one(RECORD, "distribution-api.mgz-g2-u3.shop-A")["zoneId"] == "id-of-zone-mgz-g2-u3.shop-zone"


def test_only_what_cloudfront_demands_stands_in_us_east_1(every_stack: World) -> None:
    elsewhere = [p for p in every_stack.placed if p.inputs.get("region") not in {None, "ap-northeast-1"}]
    for placed in elsewhere:
        if not placed.type.startswith("pulumi:providers:"):
            assert placed.inputs["region"] == "us-east-1"
            assert placed.type in ALLOWED_IN_US_EAST_1


def test_viewers_use_tls_1_2_or_newer_with_the_certificate_of_us_east_1(with_edge: World) -> None:
    certificate = with_edge.one(DISTRIBUTION, "distribution-distribution")["viewerCertificate"]
    assert certificate["minimumProtocolVersion"] == "TLSv1.2_2021"
    assert certificate["acmCertificateArn"].endswith(":certificates-viewer")
    assert with_edge.one("aws:acm/certificate:Certificate", "certificates-viewer")["region"] == "us-east-1"
    assert "region" not in with_edge.one("aws:acm/certificate:Certificate", "certificates-origin")


def test_each_validation_record_is_the_one_of_its_own_host(with_edge: World) -> None:
    records = {
        n.removeprefix("certificates-validation-"): i for n, i in with_edge.of(RECORD).items() if "validation" in n
    }
    assert len(records) == 3
    for host, inputs in records.items():
        assert inputs["name"] == f"_x.{host}."


def test_a_web_acl_stands_before_cloudfront_with_managed_rules_a_rate_limit_and_a_log(with_edge: World) -> None:
    acl = with_edge.one(WEB_ACL, "viewer-acl")
    assert acl["scope"] == "CLOUDFRONT"
    names = [rule["name"] for rule in sorted(acl["rules"], key=lambda rule: rule["priority"])]
    assert names[0] == "rate-limit"
    assert {"AWSManagedRulesCommonRuleSet", "AWSManagedRulesSQLiRuleSet"} < set(names)
    assert with_edge.one(DISTRIBUTION, "distribution-distribution")["webAclId"].endswith(":viewer-acl")
    logging = with_edge.one("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration", "viewer-logging")
    assert logging["redactedFields"] == [{"singleHeader": {"name": n}} for n in ("authorization", "cookie")]
    log_group = with_edge.one("aws:cloudwatch/logGroup:LogGroup", "viewer-log-group")
    assert log_group["name"].startswith("aws-waf-logs-")


def secret(value: Any) -> Any:
    """Return the value within a Pulumi secret; anything else is not one."""
    assert isinstance(value, dict), value
    assert value["4dabf18193072939515e22adb298388d"] == "1b47061264138c4ac30d75fd1eb44270"
    return value["value"]


def test_the_load_balancer_takes_https_from_cloudfront_only_and_only_with_our_header(with_edge: World) -> None:
    ingress = with_edge.one("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "origin-from-cloudfront")
    assert (ingress["prefixListId"], ingress["fromPort"], ingress["toPort"]) == ("pl-58a04531", 443, 443)
    assert "cidrIpv4" not in ingress
    acl = with_edge.one(WEB_ACL, "origin-acl")
    assert (acl["scope"], acl["defaultAction"]) == ("REGIONAL", {"block": {}})
    origin = secret(with_edge.one(DISTRIBUTION, "distribution-distribution")["origins"])[0]
    assert origin["customOriginConfig"]["originProtocolPolicy"] == "https-only"
    (rule,) = secret(acl["rules"])
    (header,) = origin["customHeaders"]
    assert header["name"] == rule["statement"]["byteMatchStatement"]["fieldToMatch"]["singleHeader"]["name"]
    assert header["value"] == rule["statement"]["byteMatchStatement"]["searchString"]
    assert len(header["value"]) >= 32


def test_the_media_bucket_is_private_versioned_encrypted_and_read_by_this_distribution_only(with_edge: World) -> None:
    name = "media-bucket"
    assert set(
        with_edge.one("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", f"{name}-public-access-block")
    ) == {
        "bucket",
        "blockPublicAcls",
        "blockPublicPolicy",
        "ignorePublicAcls",
        "restrictPublicBuckets",
    }
    versioning = with_edge.one("aws:s3/bucketVersioning:BucketVersioning", f"{name}-versioning")
    assert versioning["versioningConfiguration"] == {"status": "Enabled"}
    statements = json.loads(with_edge.one(BUCKET_POLICY, f"{name}-policy")["policy"])["Statement"]
    allowed = [s for s in statements if s["Effect"] == "Allow"]
    assert [s["Principal"] for s in allowed] == [{"Service": "cloudfront.amazonaws.com"}]
    assert allowed[0]["Condition"]["StringEquals"]["AWS:SourceArn"].endswith(":distribution-distribution")


def test_every_bucket_refuses_what_comes_without_tls(every_stack: World) -> None:
    buckets = every_stack.of("aws:s3/bucket:Bucket")
    policies = every_stack.of(BUCKET_POLICY)
    assert len(buckets) == len(policies) > 0
    for inputs in policies.values():
        statements = {s["Sid"]: s for s in json.loads(inputs["policy"])["Statement"]}
        assert statements["TlsOnly"]["Effect"] == "Deny"


def test_tls_only_covers_the_bucket_and_everything_in_it() -> None:
    (statement,) = json.loads(bucket_policy("arn:aws:s3:::b", []))["Statement"]
    assert statement["Resource"] == ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_images_are_pushed_by_jobs_of_one_repository_and_one_environment() -> None:
    (statement,) = json.loads(trust_policy("arn:provider", "kyeol/kyeol-app", "prod"))["Statement"]
    bound = statement["Condition"]["StringEquals"]
    assert bound["token.actions.githubusercontent.com:sub"] == "repo:kyeol/kyeol-app:environment:prod"
    assert bound["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com"


def test_a_push_reaches_the_environments_own_repositories_and_no_others(with_edge: World) -> None:
    policy = json.loads(with_edge.one("aws:iam/rolePolicy:RolePolicy", "github-actions-policy")["policy"])
    (push,) = [s for s in policy["Statement"] if "ecr:PutImage" in s["Action"]]
    (pattern,) = push["Resource"]
    names = [i["name"] for i in with_edge.of("aws:ecr/repository:Repository").values()]
    assert names
    assert all(name.startswith(pattern.split(":repository/")[1].removesuffix("*")) for name in names)


def test_the_budget_speaks_at_80_percent_and_when_the_forecast_exceeds_it(every_stack: World) -> None:
    (budget,) = every_stack.of("aws:budgets/budget:Budget").values()
    assert {(n["threshold"], n["notificationType"]) for n in budget["notifications"]} == {
        (80, "ACTUAL"),
        (100, "ACTUAL"),
        (100, "FORECASTED"),
    }


def test_evidence_is_a_validated_trail_of_all_regions_and_a_running_recorder(every_stack: World) -> None:
    (trail,) = every_stack.of("aws:cloudtrail/trail:Trail").values()
    assert trail["isMultiRegionTrail"] is True
    assert trail["enableLogFileValidation"] is True
    (status,) = every_stack.of("aws:cfg/recorderStatus:RecorderStatus").values()
    assert status["isEnabled"] is True
    assert len(every_stack.of("aws:cfg/rule:Rule")) >= 10


def test_mgmt_serves_no_shop(mgmt: World) -> None:
    for kind in (DISTRIBUTION, WEB_ACL):
        assert not mgmt.of(kind)


def test_a_zone_of_another_environment_is_delegated_from_the_closest_zone_above_it() -> None:
    config = stack_config("prod")
    config["platform:kyeol"]["dns"]["delegations"] = {"dev.mgz-g2-u3.shop": ["ns-1.example.net", "ns-2.example.net"]}
    settings = load_stack(as_pulumi_gives_it(config))
    records = place(lambda: kyeol.build(settings)).of(RECORD)
    (delegation,) = [inputs for inputs in records.values() if inputs["type"] == "NS"]
    assert delegation["name"] == "dev.mgz-g2-u3.shop"
    assert delegation["zoneId"] == "id-of-zone-mgz-g2-u3.shop-zone"
    assert delegation["records"] == ["ns-1.example.net", "ns-2.example.net"]
