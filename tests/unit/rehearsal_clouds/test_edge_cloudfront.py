"""Distributions with what they need, web ACLs, and the logs of both."""

import copy
from typing import Any

import pytest

from rehearsal.values import UNKNOWN
from tests.unit.rehearsal_clouds.provider_client import ACCOUNT, Clouds, Engine, Refused, Thing
from tests.unit.rehearsal_clouds.test_edge_dns import CERTIFICATE, OTHER_ACCOUNT, RECORD, ZONE, prove

DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
ACCESS = "aws:cloudfront/originAccessControl:OriginAccessControl"
HEADERS = "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"
ACL = "aws:wafv2/webAcl:WebAcl"
ASSOCIATION = "aws:wafv2/webAclAssociation:WebAclAssociation"
LOGGING = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
SEEN = {"cloudwatchMetricsEnabled": True, "metricName": "m", "sampledRequestsEnabled": True}


def behavior(target: str = "lb", **more: Any) -> dict[str, Any]:
    return {
        "targetOriginId": target, "viewerProtocolPolicy": "redirect-to-https", "allowedMethods": ["GET", "HEAD"],
        "cachedMethods": ["GET", "HEAD"], "cachePolicyId": CACHING_DISABLED, **more,
    }  # fmt: skip


def distribution(**more: Any) -> dict[str, Any]:
    custom = {
        "httpPort": 80, "httpsPort": 443, "originProtocolPolicy": "https-only", "originSslProtocols": ["TLSv1.2"],
    }  # fmt: skip
    return {
        "enabled": True,
        "origins": [{"originId": "lb", "domainName": "origin.example.com", "customOriginConfig": custom}],
        "defaultCacheBehavior": behavior(),
        "restrictions": {"geoRestriction": {"restrictionType": "none"}},
        "viewerCertificate": {"cloudfrontDefaultCertificate": True},
        **more,
    }


def served_with(certificate: Thing, *aliases: str) -> dict[str, Any]:
    own = {"acmCertificateArn": certificate["arn"], "sslSupportMethod": "sni-only"}
    return distribution(aliases=list(aliases), viewerCertificate=own)


@pytest.fixture
def certificate(aws: Engine) -> Thing:
    """A certificate in Virginia that is issued."""
    given = aws.create(
        CERTIFICATE, domainName="shop.example.com", subjectAlternativeNames=["*.api.example.com"],
        validationMethod="DNS", region="us-east-1",
    )  # fmt: skip
    prove(aws, aws.create(ZONE, "zone", name="example.com"), given)
    return given


def web_acl(aws: Engine, *rules: dict[str, Any], **more: Any) -> Thing:
    given = {
        "name": "viewer", "scope": "CLOUDFRONT", "region": "us-east-1", "defaultAction": {"allow": {}},
        "visibilityConfig": SEEN, "rules": list(rules), **more,
    }  # fmt: skip
    return aws.create(ACL, str(given["name"]), **given)


def rate_limit(limit: int = 1000, name: str = "rate", priority: int = 0, **more: Any) -> dict[str, Any]:
    statement = {"rateBasedStatement": {"limit": limit, "aggregateKeyType": "IP"}}
    rule = {
        "name": name,
        "priority": priority,
        "action": {"block": {}},
        "visibilityConfig": SEEN,
        "statement": statement,
    }
    return {**rule, **more}


def managed(group: str, priority: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "name": group, "priority": priority, "overrideAction": {"none": {}}, "visibilityConfig": SEEN,
        "statement": {"managedRuleGroupStatement": {"vendorName": "AWS", "name": group}}, **more,
    }  # fmt: skip


# --- distributions --------------------------------------------------------------------------------------------------


def test_a_distribution_tells_where_it_answers(aws):
    made = aws.create(DISTRIBUTION, **distribution())
    assert made["hostedZoneId"] == "Z2FDTNDATAQYW2"
    assert made["domainName"].endswith(".cloudfront.net")
    assert made["arn"] == f"arn:aws:cloudfront::{ACCOUNT}:distribution/{made.id}"
    assert made["status"] == "Deployed"


def test_where_it_answers_is_unknown_before_it_exists(aws):
    seen = aws.preview(DISTRIBUTION, "d", distribution())
    assert {seen["domainName"], seen["hostedZoneId"], seen["arn"], seen["etag"]} == {UNKNOWN}


def test_records_may_alias_a_distribution(aws, certificate):
    made = aws.create(DISTRIBUTION, **served_with(certificate, "shop.example.com"))
    zone = aws.create(ZONE, "hosts", name="example.com")
    alias = {"name": made["domainName"], "zoneId": made["hostedZoneId"], "evaluateTargetHealth": False}
    record = aws.create(RECORD, zoneId=zone.id, name="shop.example.com", type="A", aliases=[alias])
    assert record["aliases"] == [alias]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"defaultCacheBehavior": behavior("bl")}, r"NoSuchOrigin: One or more of your origins.*\[bl\]"),
        (
            {"orderedCacheBehaviors": [behavior("media", pathPattern="/m/*")]},
            r"orderedCacheBehaviors\[0\].*NoSuchOrigin",
        ),
        (
            {"origins": [{"originId": "lb", "domainName": "a.b"}]},
            "does not refer to a valid S3 bucket.*customOriginConfig",
        ),
        ({"defaultCacheBehavior": behavior(cachePolicyId=None)}, "The parameter ForwardedValues is required"),
        (
            {"defaultCacheBehavior": behavior(allowedMethods=["GET", "HEAD", "POST"])},
            "AllowedMethods must be.*all seven",
        ),
        ({"defaultCacheBehavior": behavior(cachedMethods=["GET"])}, "CachedMethods must be GET and HEAD"),
        (
            {"defaultCacheBehavior": behavior(cachePolicyId="nope")},
            "NoSuchCachePolicy: The specified cache policy does",
        ),
        ({"defaultCacheBehavior": behavior(originRequestPolicyId="nope")}, "NoSuchOriginRequestPolicy"),
        ({"defaultCacheBehavior": behavior(responseHeadersPolicyId="nope")}, "NoSuchResponseHeadersPolicy"),
        ({"aliases": ["shop.example.com"]}, "InvalidViewerCertificate: To add an alternate domain name"),
        ({"priceClass": "PriceClass_300"}, "PriceClass_300"),
        ({"webAclId": "arn:aws:wafv2:us-east-1:1:global/webacl/x/y"}, "InvalidWebACLId: Web ACL is not accessible by"),
    ],
)
def test_a_distribution_that_cloudfront_would_refuse_is_refused(aws, change, refusal):
    with pytest.raises(Refused, match=refusal):
        aws.create(DISTRIBUTION, **distribution(**change))


def test_origin_ids_are_unique(aws):
    given = distribution()
    given["origins"] = [*given["origins"], copy.deepcopy(given["origins"][0])]
    with pytest.raises(Refused, match="Origin Id must be unique: lb"):
        aws.create(DISTRIBUTION, **given)


def test_an_older_behaviour_has_no_cache_policy(aws):
    forwarded = {"queryString": True, "cookies": {"forward": "none"}}
    with pytest.raises(Refused, match="ForwardedValues cannot be used when a cache policy is associated"):
        aws.create(DISTRIBUTION, **distribution(defaultCacheBehavior=behavior(forwardedValues=forwarded)))


def test_the_certificate_covers_every_alias(aws, certificate):
    aws.create(DISTRIBUTION, "covered", **served_with(certificate, "shop.example.com", "v1.api.example.com"))
    for outside in ("www.shop.example.com", "a.v1.api.example.com"):
        with pytest.raises(Refused, match=rf"doesn't cover the alternate domain name.*\[{outside}\]"):
            aws.create(DISTRIBUTION, "outside", **served_with(certificate, outside))


def test_the_certificate_stands_in_virginia(aws):
    tokyo = aws.create(CERTIFICATE, domainName="shop.example.com", validationMethod="DNS")
    with pytest.raises(
        Refused, match=r"isn't in us-east-1 region.*it exists in \d+/ap-northeast-1, not in \d+/us-east-1"
    ):
        aws.create(DISTRIBUTION, **served_with(tokyo, "shop.example.com"))


def test_the_certificate_is_issued(aws):
    pending = aws.create(CERTIFICATE, domainName="shop.example.com", validationMethod="DNS", region="us-east-1")
    with pytest.raises(Refused, match=r"isn't valid.*\[not issued: no validation of shop\.example\.com\]"):
        aws.create(DISTRIBUTION, **served_with(pending, "shop.example.com"))


def test_a_certificate_of_ones_own_says_how_it_is_served(aws, certificate):
    given = distribution(viewerCertificate={"acmCertificateArn": certificate["arn"]})
    with pytest.raises(Refused, match="SSLSupportMethod is required"):
        aws.create(DISTRIBUTION, **given)


def test_a_certificate_in_use_is_not_deleted(aws, certificate):
    made = aws.create(DISTRIBUTION, **served_with(certificate, "shop.example.com"))
    with pytest.raises(Refused, match=r"ResourceInUseException: Certificate .* is in use"):
        aws.delete(certificate)
    aws.delete(made)
    aws.delete(certificate)


def test_an_alias_belongs_to_one_distribution_of_the_world(clouds: Clouds, aws, certificate):
    aws.create(DISTRIBUTION, "ours", **served_with(certificate, "shop.example.com"))
    theirs = clouds.provider("aws", OTHER_ACCOUNT)
    same = theirs.create(CERTIFICATE, domainName="shop.example.com", validationMethod="DNS", region="us-east-1")
    prove(theirs, theirs.create(ZONE, "zone", name="example.com"), same)
    with pytest.raises(
        Refused, match="CNAMEAlreadyExists: One or more of the CNAMEs you provided are already associated"
    ):
        theirs.create(DISTRIBUTION, "theirs", **served_with(same, "shop.example.com"))


def test_an_origin_names_an_access_control_that_exists_and_keeps_it(aws):
    bucket = {"originId": "lb", "domainName": "media.s3.ap-northeast-1.amazonaws.com", "originAccessControlId": "ENONE"}
    with pytest.raises(Refused, match="InvalidOriginAccessControl: The origin access control ENONE does not exist"):
        aws.create(DISTRIBUTION, **distribution(origins=[bucket]))
    access = aws.create(
        ACCESS, name="media", originAccessControlOriginType="s3", signingBehavior="always", signingProtocol="sigv4"
    )
    aws.create(DISTRIBUTION, **distribution(origins=[{**bucket, "originAccessControlId": access.id}]))
    with pytest.raises(Refused, match="OriginAccessControlInUse: Cannot delete the origin access control"):
        aws.delete(access)


def test_a_policy_of_ones_own_is_used_and_kept(aws):
    policy = aws.create(HEADERS, name="ours")
    made = aws.create(DISTRIBUTION, **distribution(defaultCacheBehavior=behavior(responseHeadersPolicyId=policy.id)))
    with pytest.raises(Refused, match=rf"ResponseHeadersPolicyInUse: Cannot delete the response .*\[{made.id}\]"):
        aws.delete(policy)
    aws.delete(made)
    aws.delete(policy)


# --- web ACLs -------------------------------------------------------------------------------------------------------


def test_an_acl_is_named_by_its_scope_and_weighed(aws):
    viewer = web_acl(aws, rate_limit(), managed("AWSManagedRulesCommonRuleSet"))
    origin = web_acl(aws, scope="REGIONAL", region="ap-northeast-1", name="origin")
    assert viewer["arn"] == f"arn:aws:wafv2:us-east-1:{ACCOUNT}:global/webacl/viewer/{viewer.id}"
    assert origin["arn"] == f"arn:aws:wafv2:ap-northeast-1:{ACCOUNT}:regional/webacl/origin/{origin.id}"
    assert viewer["capacity"] == 702


def test_an_acls_arn_is_unknown_before_it_exists(aws):
    given = {"scope": "REGIONAL", "defaultAction": {"allow": {}}, "visibilityConfig": SEEN}
    assert aws.preview(ACL, "a", given)["arn"] is UNKNOWN


@pytest.mark.parametrize(
    ("rules", "change", "refusal"),
    [
        ([], {"region": "ap-northeast-1"}, "The scope is not valid., field: SCOPE_VALUE, parameter: CLOUDFRONT"),
        ([rate_limit(9)], {}, r"invalid value for the rate limit: 9 \(10 to 2000000000\)"),
        ([rate_limit(2_000_000_001)], {}, "invalid value for the rate limit: 2000000001"),
        ([rate_limit(), managed("AWSManagedRulesCommonRuleSet", 0)], {}, "use the same priority more than once.*RULE"),
        ([rate_limit(), rate_limit(priority=1)], {}, "use the same name more than once.*parameter: rate"),
        ([managed("AWSManagedRulesComonRuleSet")], {}, r'WAFNonexistent.*Did you mean "AWSManagedRulesCommonRuleSet"'),
        ([managed("AWSManagedRulesCommonRuleSet", overrideAction=None)], {}, "exactly one value., field: RULE"),
        ([rate_limit(action=None, overrideAction={"none": {}})], {}, r"\[rate takes action, not overrideAction\]"),
        ([], {"defaultAction": {"allow": {}, "block": {}}}, "exactly one value., field: DEFAULT_ACTION"),
        ([], {"name": "two words"}, "the name two words must have"),
    ],
)
def test_an_acl_that_waf_would_refuse_is_refused(aws, rules, change, refusal):
    with pytest.raises(Refused, match=refusal):
        web_acl(aws, *rules, **change)


def test_an_acl_has_a_limited_capacity(aws):
    rules = [managed("AWSManagedRulesCommonRuleSet", priority, name=f"r{priority}") for priority in range(8)]
    with pytest.raises(Refused, match=r"WAFLimitsExceededException: .*\[5600 capacity units of 5000\]"):
        web_acl(aws, *rules)


def test_names_of_acls_are_unique_in_their_scope(aws):
    web_acl(aws)
    web_acl(aws, scope="REGIONAL")
    with pytest.raises(Refused, match="WAFDuplicateItemException"):
        web_acl(aws)


def test_an_acl_in_use_is_not_deleted(aws):
    acl = web_acl(aws)
    made = aws.create(DISTRIBUTION, **distribution(webAclId=acl["arn"]))
    with pytest.raises(Refused, match="WAFAssociatedItemException: AWS WAF couldn't perform the operation"):
        aws.delete(acl)
    aws.delete(made)
    aws.delete(acl)


def test_cloudfront_takes_no_regional_acl(aws):
    regional = web_acl(aws, scope="REGIONAL")
    with pytest.raises(Refused, match=r"InvalidWebACLId: Web ACL is not accessible.*has scope REGIONAL"):
        aws.create(DISTRIBUTION, **distribution(webAclId=regional["arn"]))


def test_an_association_is_for_regional_acls(aws):
    balancer = f"arn:aws:elasticloadbalancing:us-east-1:{ACCOUNT}:loadbalancer/app/a/b"
    with pytest.raises(Refused, match=r"The ARN isn't valid.*field: WEB_ACL_ARN"):
        aws.create(ASSOCIATION, webAclArn=web_acl(aws)["arn"], resourceArn=balancer, region="us-east-1")
    regional = web_acl(aws, scope="REGIONAL")
    aws.create(ASSOCIATION, webAclArn=regional["arn"], resourceArn=balancer, region="us-east-1")
    with pytest.raises(Refused, match="WAFAssociatedItemException"):
        aws.delete(regional)


def test_a_log_destination_has_its_prefix(aws):
    acl, group = web_acl(aws), aws.create(LOG_GROUP, name="viewer", region="us-east-1")
    with pytest.raises(Refused, match=r"The ARN isn't valid\..*field: LOG_DESTINATION.*begins with aws-waf-logs-"):
        aws.create(LOGGING, resourceArn=acl["arn"], logDestinationConfigs=[group["arn"]], region="us-east-1")


def test_a_log_destination_stands_in_the_acls_region(aws):
    acl, group = web_acl(aws), aws.create(LOG_GROUP, "tokyo", name="aws-waf-logs-viewer")
    with pytest.raises(Refused, match=r"it exists in \d+/ap-northeast-1, not in|does not exist"):
        aws.create(LOGGING, resourceArn=acl["arn"], logDestinationConfigs=[group["arn"]], region="us-east-1")
    near = aws.create(LOG_GROUP, "virginia", name="aws-waf-logs-viewer", region="us-east-1")
    aws.create(LOGGING, resourceArn=acl["arn"], logDestinationConfigs=[near["arn"]], region="us-east-1")
