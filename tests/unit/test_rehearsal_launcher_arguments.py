import pytest

from rehearsal.arguments import parse


@pytest.mark.parametrize(
    ("line", "stack"),
    [
        ("up", None),
        ("up --stack dev --yes", "dev"),
        ("up --yes --stack=dev", "dev"),
        ("up -s dev", "dev"),
        ("up -ydev", None),
        ("up -ysdev", "dev"),
        ("up -ys dev", "dev"),
        ("-C elsewhere up -s organization/platform/prod", "prod"),
        ("stack select dev", "dev"),
        ("stack select --stack dev", "dev"),
        ("config set name dev", None),
        ("config -s dev set name value", "dev"),
        ("stack output -- --stack dev", None),
    ],
)
def test_the_stack_is_read_as_pulumi_reads_it(line: str, stack: str | None) -> None:
    assert parse(line.split()).stack == stack


@pytest.mark.parametrize(
    "line", ["up", "-C x update -s dev", "--color never pre", "destroy --yes", "dn", "import --file f"]
)
def test_operations_are_found_behind_global_flags_and_aliases(line: str) -> None:
    assert parse(line.split()).is_operation


@pytest.mark.parametrize("line", ["", "version", "stack ls", "up --help", "config set up down", "state delete urn"])
def test_other_commands_are_no_operations(line: str) -> None:
    assert not parse(line.split()).is_operation


@pytest.mark.parametrize(
    ("line", "reads", "edits"),
    [
        ("config", True, False),
        ("config --json -s dev", True, False),
        ("config get name", True, False),
        ("config set name value", False, True),
        ("config -s dev rm name", False, True),
        ("stack config", False, False),
    ],
)
def test_config_commands_read_or_edit_the_settings_file(line: str, reads: bool, edits: bool) -> None:
    command = parse(line.split())
    assert (command.reads_config, command.edits_config) == (reads, edits)


@pytest.mark.parametrize(
    ("line", "opens"),
    [
        ("config set --secret token x", True),
        ("config set token x", False),
        ("config cp --dest prod", True),
        ("stack history --show-secrets", True),
        ("stack history", False),
        ("stack change-secrets-provider awskms://alias/x", True),
        ("stack output --show-secrets", False),  # opens the rehearsal's own state
    ],
)
def test_commands_that_would_call_the_real_secrets_provider_are_known(line: str, opens: bool) -> None:
    assert parse(line.split()).opens_real_secrets == opens


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("up -s dev", "up --config-file F -s dev"),
        ("-C x up -s dev", "-C x up --config-file F -s dev"),
        ("up --config-file mine.yaml -y", "up --config-file F -y"),
        ("up --config-file=mine.yaml -y", "up --config-file F -y"),
        ("--config-file mine.yaml config", "config --config-file F"),
        ("config get a -s dev", "config --config-file F get a -s dev"),
    ],
)
def test_the_settings_file_is_replaced_and_nothing_else(line: str, expected: str) -> None:
    assert " ".join(parse(line.split()).with_config_file("F")) == expected
