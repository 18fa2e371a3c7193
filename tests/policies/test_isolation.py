"""Which identifiers are a stack's own, and that its own resources name no others."""

import json

from policies.isolation.identifiers import identifiers


def test_only_identifiers_are_taken_from_the_configuration() -> None:
    config = {
        "platform:environment": "dev",
        "platform:kyeol": json.dumps({"account_id": "111111111111", "alarm_email": "canary@kyeol.example"}),
        "platform:tripgen": json.dumps({"subscription_id": "ABC", "tenant_id": "def", "edge": {"domain": "canary"}}),
        "platform:dtx": json.dumps({"data_project_id": "dtx-data", "project_number": 100000000003}),
        "platform:state": json.dumps({"user_account_ids": ["222222222222"]}),
        "aws:account_id": "999999999999",
    }
    assert identifiers(config) == {"111111111111", "abc", "def", "dtx-data", "100000000003", "222222222222"}
