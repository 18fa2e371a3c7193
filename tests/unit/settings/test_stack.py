from itertools import combinations
from typing import Any

import pytest

from settings.stack import SettingsError, StackSettings, load_stack
from tests.stack_files import STACKS, as_pulumi_gives_it, stack_config


def load(config: dict[str, Any]) -> StackSettings:
    return load_stack(as_pulumi_gives_it(config))


def refusal(config: dict[str, Any]) -> str:
    with pytest.raises(SettingsError) as caught:
        load(config)
    return str(caught.value)


@pytest.mark.parametrize("stack", STACKS)
def test_a_stack_file_of_the_project_is_accepted(stack: str) -> None:
    assert load(stack_config(stack)).environment == stack


#: The runbook's sizing table, chapter 3, row by row.
SIZING_TABLE = {
    "dev": ("t3.medium", 2, 2, ("db.t3.small", False), ("cache.t3.micro", 0)),
    "stage": ("t3.medium", 2, 4, ("db.t3.medium", True), ("cache.t3.small", 1)),
    "prod": ("t3.medium", 3, 5, ("db.t3.medium", True), ("cache.t3.small", 1)),
    "mgmt": ("t3.medium", 2, 2, None, None),
}


@pytest.mark.parametrize("stack", STACKS)
def test_a_stack_file_says_what_the_runbooks_sizing_table_says(stack: str) -> None:
    kyeol = load(stack_config(stack)).kyeol
    assert kyeol is not None
    nodes, postgres, cache = kyeol.nodes, kyeol.postgres, kyeol.cache
    assert SIZING_TABLE[stack] == (
        nodes.instance_type,
        nodes.min_nodes,
        nodes.max_nodes,
        postgres and (postgres.instance_class, postgres.multi_az),
        cache and (cache.node_type, cache.replicas),
    )


#: The runbook's table of hosts, chapter 1.
HOSTS = {
    "dev": ("dev.mgz-g2-u3.shop", "dev-api.mgz-g2-u3.shop"),
    "stage": ("stage.mgz-g2-u3.shop", "stage-api.mgz-g2-u3.shop"),
    "prod": ("mgz-g2-u3.shop", "api.mgz-g2-u3.shop"),
    "mgmt": None,
}


@pytest.mark.parametrize("stack", STACKS)
def test_a_stack_file_serves_the_hosts_of_the_runbooks_table(stack: str) -> None:
    kyeol = load(stack_config(stack)).kyeol
    assert kyeol is not None
    assert (kyeol.edge and kyeol.edge.hosts) == HOSTS[stack]


def test_only_prod_has_the_payment_gateways_own_nat() -> None:
    assert [stack for stack in STACKS if "payment_gateway" in stack_config(stack)["platform:kyeol"]] == ["prod"]


def test_prefix_domain_and_region_are_the_runbooks_in_every_stack() -> None:
    loaded = [load(stack_config(stack)).kyeol for stack in STACKS]
    assert {(k.prefix, k.domain, k.region) for k in loaded if k} == {("jung-", "mgz-g2-u3.shop", "ap-northeast-1")}


def test_no_two_environments_share_an_address_or_an_account() -> None:
    loaded = [kyeol for stack in STACKS if (kyeol := load(stack_config(stack)).kyeol)]
    assert not any(a.network.cidr.overlaps(b.network.cidr) for a, b in combinations(loaded, 2))
    assert len({kyeol.account_id for kyeol in loaded}) == len(STACKS)


ADMINISTRATOR = "arn:aws:iam::333333333333:role/platform-admin"


def edited(path: str, value: object, stack: str = "prod") -> dict[str, Any]:
    """Return a stack's configuration with one value changed; the path starts below `platform:`."""
    config = stack_config(stack)
    edit(config, path, value)
    return config


def edit(config: dict[str, Any], path: str, value: object) -> None:
    """Change one value; the path starts below `platform:`."""
    *parents, last = f"platform:{path}".split(".")
    section: Any = config
    for parent in parents:
        section = section[parent]
    section[last] = value


@pytest.mark.parametrize(
    ("path", "given", "allowed"),
    [
        ("environment", "qa", "'dev', 'stage', 'prod' or 'mgmt'"),
        ("protection", "none", "'profile' or 'lifted'"),
        ("kyeol.account_id", 333333333333, "a text, in quotes if it looks like a number"),
        ("kyeol.account_id", "33333", "twelve digits"),
        ("kyeol.region", "us-west-2", "an allowed AWS region: ap-northeast-1"),
        ("kyeol.prefix", "Jung", "end in a hyphen"),
        ("kyeol.domain", "shop", "a lower-case DNS name"),
        ("kyeol.dns.zones", ["Shop"], "a lower-case DNS name"),
        ("kyeol.edge.rate_limit_per_5_minutes", 5, "10 or more"),
        ("kyeol.registry.github_repository", "kyeol", "a GitHub repository: owner/name"),
        ("kyeol.monthly_budget_usd", 0, "1 or more"),
        ("kyeol.owner", "Commerce Platform", "up to 63 lower-case letters"),
        ("kyeol.data_classification", "secret", "'public', 'internal' or 'personal'"),
        ("kyeol.alarm_email", "nobody", "an e-mail address"),
        ("kyeol.network.cidr", "10.22.0.0/33", "an IPv4 network such as 10.20.0.0/16"),
        ("kyeol.network.cidr", "10.22.0.1/16", "no host bits set"),
        ("kyeol.network.cidr", "10.22.0.0/20", "a private IPv4 network of /16"),
        ("kyeol.network.cidr", "8.8.0.0/16", "a private IPv4 network of /16"),
        ("kyeol.network.nat", "none", "'single' or 'per-zone'"),
        ("kyeol.cluster.kubernetes_version", "1.34", "a Kubernetes minor, in quotes"),
        ("kyeol.cluster.kubernetes_version", 1.35, "in quotes if it looks like a number"),
        ("kyeol.cluster.service_cidr", "172.20.0.0/28", "between /12 and /24"),
        ("kyeol.nodes.instance_type", "t9.huge", "an EC2 instance type: t3.medium"),
        ("kyeol.nodes.min_nodes", "3", "a whole number, without quotes"),
        ("kyeol.nodes.min_nodes", 0, "1 or more"),
        ("kyeol.nodes.max_nodes", 500, "100 or less"),
        ("kyeol.postgres.instance_class", "db.m1.tiny", "an RDS instance class"),
        ("kyeol.postgres.multi_az", "yes", "true or false, without quotes"),
        ("kyeol.postgres.engine_version", "13", "a PostgreSQL major version"),
        ("kyeol.cache.node_type", "cache.t1.micro", "an ElastiCache node type"),
        ("kyeol.cache.engine_version", "6.0", "a Valkey version"),
        ("kyeol.registry.repositories", [], "at least 1 entry"),
        ("kyeol.addons", {"vpc_cni": "latest"}, "an EKS add-on version"),
        ("kyeol.cluster.administrators", [], "at least 1 entry"),
        ("kyeol.cluster.public_access_cidrs", ["0.0.0.0/0"], "0.0.0.0/0 is no allow-list"),
        (
            "kyeol.cluster.public_access_cidrs",
            ["128.0.0.0/7"],
            "128.0.0.0/7 is no allow-list: networks of /8 or smaller",
        ),
        ("systems", ["kyeol", "kyeol"], "every entry once; repeated: kyeol"),
        ("kyeol.payment_gateway.zones", ["a", "c", "a"], "every entry once; repeated: a"),
        ("kyeol.registry.repositories", ["saleor-api", "saleor-api"], "every entry once; repeated: saleor-api"),
        ("kyeol.dns.zones", ["mgz-g2-u3.shop", "mgz-g2-u3.shop"], "every entry once; repeated: mgz-g2-u3.shop"),
        (
            "kyeol.cluster.administrators",
            [ADMINISTRATOR, ADMINISTRATOR],
            f"every entry once; repeated: {ADMINISTRATOR}",
        ),
        (
            "kyeol.cluster.private_access_cidrs",
            ["10.9.0.0/16", "10.9.0.0/16"],
            "every entry once; repeated: 10.9.0.0/16",
        ),
        ("kyeol.cluster.public_access_cidrs", ["9.9.0.0/16", "9.9.0.0/16"], "every entry once; repeated: 9.9.0.0/16"),
    ],
)
def test_a_wrong_value_is_refused_with_its_path_what_was_given_and_what_is_allowed(
    path: str, given: object, allowed: str
) -> None:
    message = refusal(edited(path, given))
    assert message.startswith("1 mistake in the settings, nothing was registered:\n")
    assert f"  platform:{path}" in message
    assert allowed in message


def test_values_that_contradict_each_other_are_refused() -> None:
    assert "min_nodes 6 must not exceed max_nodes 5" in refusal(edited("kyeol.nodes.min_nodes", 6))
    assert "max_pods 110 does not fit t3.medium: at most 69" in refusal(edited("kyeol.nodes.max_pods", 110))
    assert "by 10 % or more" in refusal(edited("kyeol.postgres.max_storage_gib", 50))
    assert "shop_host and api_host are both mgz-g2-u3.shop" in refusal(edited("kyeol.edge.api_host", "mgz-g2-u3.shop"))
    assert "a version v1.36.x, or another cluster.kubernetes_version" in refusal(
        edited("kyeol.cluster.kubernetes_version", "1.36")
    )
    assert "edge: shop.example in none of dns.zones: mgz-g2-u3.shop" in refusal(
        edited("kyeol.edge.shop_host", "shop.example")
    )
    assert "dns.zones: other.example not in the domain mgz-g2-u3.shop" in refusal(
        edited("kyeol.dns.zones", ["mgz-g2-u3.shop", "other.example"])
    )
    assert "delegations: other.example below none of the zones mgz-g2-u3.shop" in refusal(
        edited("kyeol.dns.delegations", {"other.example": ["ns1.example.net"]})
    )
    assert "b not offered in ap-northeast-1" in refusal(edited("kyeol.payment_gateway.zones", ["a", "b"]))


def test_overlapping_networks_are_refused_by_name() -> None:
    message = refusal(edited("kyeol.network.cidr", "10.23.0.0/16"))
    assert "network.cidr 10.23.0.0/16 overlaps cluster.private_access_cidrs[0] 10.23.0.0/16" in message


def test_a_missing_value_is_refused_with_its_path() -> None:
    config = stack_config("dev")
    del config["platform:kyeol"]["account_id"]
    assert "  platform:kyeol.account_id\n    allowed: a value is required" in refusal(config)


def test_an_unknown_key_is_refused_at_every_level() -> None:
    assert "no such setting" in refusal(edited("kyeol.postgres.multi_as", "true"))
    assert "  platform:protecton" in refusal({**stack_config("dev"), "platform:protecton": "lifted"})


def test_every_mistake_is_listed_at_once() -> None:
    config = stack_config("dev")
    config["platform:environment"] = "qa"
    config["platform:kyeol"]["network"]["cidr"] = "10.20.0.0/33"
    config["platform:kyeol"]["nodes"]["instance_type"] = "t9.huge"
    config["platform:kyeol"]["postgres"].pop("multi_az")
    message = refusal(config)
    assert message.startswith("4 mistakes in the settings")
    for path in ("environment", "kyeol.network.cidr", "kyeol.nodes.instance_type", "kyeol.postgres.multi_az"):
        assert f"  platform:{path}\n" in message


@pytest.mark.parametrize(
    ("changes", "mistakes"),
    [
        (
            {"kyeol.network.cidr": "10.23.0.0/16", "kyeol.edge.shop_host": "shop.example"},
            {"kyeol": ["network.cidr 10.23.0.0/16 overlaps", "edge: shop.example in none of dns.zones"]},
        ),
        (
            {"kyeol.network.cidr": "10.23.0.0/16", "kyeol.nodes.instance_type": "t9.huge"},
            {"kyeol": ["network.cidr 10.23.0.0/16 overlaps"], "kyeol.nodes.instance_type": ["an EC2 instance type"]},
        ),
        (
            {"kyeol.nodes.min_nodes": 6, "kyeol.nodes.max_pods": 110},
            {"kyeol.nodes": ["min_nodes 6 must not exceed max_nodes 5", "max_pods 110 does not fit t3.medium"]},
        ),
        (
            {"environment": "qa", "systems": ["kyeol", "state"]},
            {"environment": ["'dev', 'stage', 'prod' or 'mgmt'"], "": ["platform:state is missing"]},
        ),
        (
            {
                "kyeol.nodes.min_nodes": 6,
                "kyeol.nodes.instance_type": "t9.huge",
                "kyeol.edge.shop_host": "shop.example",
            },
            {
                "kyeol": ["edge: shop.example in none of dns.zones"],
                "kyeol.nodes": ["min_nodes 6 must not exceed max_nodes 5"],
                "kyeol.nodes.instance_type": ["an EC2 instance type"],
            },
        ),
    ],
    ids=["two rules", "rule and value", "two rules below", "root rule and value", "three sections"],
)
def test_rules_over_several_fields_are_listed_with_each_other_and_with_wrong_values(
    changes: dict[str, object], mistakes: dict[str, list[str]]
) -> None:
    config = stack_config("prod")
    for path, value in changes.items():
        edit(config, path, value)
    message = refusal(config)
    assert message.startswith(f"{sum(map(len, mistakes.values()))} mistakes")
    for path, texts in mistakes.items():
        told = message.split(f"\n  platform{path and f':{path}'}\n")[1:]
        assert all(any(text in part.split("\n  platform")[0] for part in told) for text in texts)


def test_a_rule_over_a_refused_value_waits_for_a_right_one() -> None:
    config = stack_config("prod")
    edit(config, "kyeol.nodes.max_nodes", "five")
    edit(config, "kyeol.addons", {"kube_proxy": "latest"})
    assert refusal(config).startswith("2 mistakes")


def test_a_value_that_is_no_json_is_listed_beside_the_other_mistakes() -> None:
    config = as_pulumi_gives_it(stack_config("dev"))
    config["platform:kyeol"] = "{broken"
    config["platform:environment"] = "qa"
    with pytest.raises(SettingsError, match="2 mistakes") as caught:
        load_stack(config)
    assert "a JSON object or list" in str(caught.value)


def test_a_listed_system_needs_its_section() -> None:
    config = stack_config("dev")
    del config["platform:kyeol"]
    assert "platform:kyeol is missing" in refusal(config)


def test_an_unknown_system_is_refused_by_its_name() -> None:
    message = refusal(edited("systems", ["kyeol", "shop"], "dev"))
    assert '    given:   "shop"' in message
    assert message.startswith("1 mistake")


def test_keys_of_other_namespaces_are_left_alone() -> None:
    assert load({**stack_config("dev"), "aws:region": "eu-central-1"}).environment == "dev"


def test_a_message_never_quotes_a_whole_section() -> None:
    assert "account_id" not in refusal(edited("kyeol.network.cidr", "10.23.0.0/16"))
