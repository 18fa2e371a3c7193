import re

from settings.tags import PlatformTags

TAGS = PlatformTags(
    system="kyeol", environment="prod", owner="commerce-platform", cost_centre="kyeol", data_classification="personal"
)


def test_aws_tags_are_the_six_platform_tags() -> None:
    assert TAGS.aws() == {
        "system": "kyeol",
        "environment": "prod",
        "owner": "commerce-platform",
        "cost-centre": "kyeol",
        "data-classification": "personal",
        "managed-by": "pulumi",
    }


def test_a_named_aws_resource_shows_its_name_in_the_console() -> None:
    assert TAGS.aws("jung-kyeol-prod-vpc") == {"Name": "jung-kyeol-prod-vpc", **TAGS.aws()}


def test_kubernetes_labels_are_legal_and_carry_the_same_values() -> None:
    labels = TAGS.kubernetes()
    assert set(TAGS.aws().values()) == set(labels.values())
    assert all(re.fullmatch(r"([a-z0-9.-]{1,253}/)?[a-z0-9-]{1,63}", key) for key in labels)
