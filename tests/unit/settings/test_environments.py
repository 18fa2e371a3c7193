import pytest

from settings.environments import ENVIRONMENTS, EnvironmentName, environment_profile

#: What CloudWatch Logs accepts as days of retention.
CLOUDWATCH_RETENTION = {
    1,
    3,
    5,
    7,
    14,
    30,
    60,
    90,
    120,
    150,
    180,
    365,
    400,
    545,
    731,
    1096,
    1827,
    2192,
    2557,
    2922,
    3288,
    3653,
}


@pytest.mark.parametrize("name", sorted(ENVIRONMENTS))
def test_a_profile_has_only_figures_that_aws_accepts(name: EnvironmentName) -> None:
    profile = ENVIRONMENTS[name]
    assert 1 <= profile.backup_retention_days <= 35
    assert profile.log_retention_days in CLOUDWATCH_RETENTION
    assert 7 <= profile.key_deletion_window_days <= 30


def test_data_is_protected_everywhere_but_in_dev() -> None:
    assert {name for name, profile in ENVIRONMENTS.items() if not profile.protect_data} == {"dev"}


def test_lifting_takes_the_protection_away_and_nothing_else() -> None:
    assert environment_profile("prod", "profile") is ENVIRONMENTS["prod"]
    lifted = environment_profile("prod", "lifted")
    assert not lifted.protect_data
    assert lifted.backup_retention_days == ENVIRONMENTS["prod"].backup_retention_days
