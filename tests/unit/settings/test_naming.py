import pytest
from hypothesis import given
from hypothesis import strategies as st

from settings import naming
from settings.naming import Namer, NameRule

NAMES = Namer(prefix="jung-", system="kyeol", environment="prod")
RULES = {name: rule for name, rule in vars(naming).items() if isinstance(rule, NameRule)}
part = st.from_regex(r"[a-z][a-z0-9]{0,80}", fullmatch=True)


#: From the services' API references; a launch template's name is checked by the provider before AWS sees it.
LIMITS = {
    "EKS_CLUSTER": 100,
    "EKS_NODE_GROUP": 63,
    "RDS_IDENTIFIER": 63,
    "ELASTICACHE_REPLICATION_GROUP": 40,
    "IAM_ROLE": 64,
    "KMS_ALIAS": 250,
    "SECURITY_GROUP": 255,
    "SNS_TOPIC": 256,
    "CLOUDWATCH_ALARM": 255,
    "LOG_GROUP": 512,
    "LAUNCH_TEMPLATE": 125,
    "ECR_REPOSITORY": 256,
    "S3_BUCKET": 63,
    "WEB_ACL": 128 - len("aws-waf-logs-"),
    "CLOUDFRONT_OAC": 64,
    "BUDGET": 100,
    "CLOUDTRAIL": 128,
    "CONFIG_RECORDER": 256,
    "CONFIG_RULE": 128,
    "SECRET": 512,
    "EC2_TAG": 256,
}


def test_every_rule_has_the_limit_of_its_service() -> None:
    assert {name: rule.max_length for name, rule in RULES.items()} == LIMITS


def test_a_name_reads_prefix_system_environment_and_part() -> None:
    assert NAMES(naming.EKS_CLUSTER, "eks") == "jung-kyeol-prod-eks"


def test_a_name_without_parts_is_the_environment_itself() -> None:
    assert NAMES(naming.ECR_REPOSITORY) == "jung-kyeol-prod"


@given(parts=st.lists(part, min_size=1, max_size=4), rule=st.sampled_from(sorted(RULES)))
def test_every_name_is_legal_for_its_service_however_long_its_parts(parts: list[str], rule: str) -> None:
    name = NAMES(RULES[rule], *parts)
    assert len(name) <= RULES[rule].max_length
    assert RULES[rule].pattern.fullmatch(name)


@given(first=part, second=part, rule=st.sampled_from(sorted(RULES)))
def test_different_things_have_different_names_even_when_shortened(first: str, second: str, rule: str) -> None:
    names = {NAMES(RULES[rule], "x" * 600, p) for p in (first, second)}
    assert len(names) == len({first, second})


def test_a_shortened_name_is_the_same_in_every_run() -> None:
    assert NAMES(naming.ELASTICACHE_REPLICATION_GROUP, "a" * 40) == "jung-kyeol-prod-aaaaaaaaaaaaaaaaa-1ddc39"


def test_a_name_that_no_shortening_makes_legal_is_refused_with_the_rule() -> None:
    with pytest.raises(ValueError, match="'jung-kyeol-prod-Not Legal' is no legal name"):
        NAMES(naming.RDS_IDENTIFIER, "Not Legal")
