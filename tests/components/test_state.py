import json

from settings.stack import load_stack
from systems import state
from tests.components.strict_mocks import World, place
from tests.stack_files import as_pulumi_gives_it, stack_config


def bootstrap() -> World:
    settings = load_stack(as_pulumi_gives_it(stack_config("bootstrap")))
    return place(lambda: state.build(settings))


def test_the_states_bucket_is_versioned_encrypted_and_closed_to_the_public() -> None:
    world = bootstrap()
    (bucket,) = world.of("aws:s3/bucket:Bucket").values()
    assert bucket["bucket"] == "jung-state-mgmt-pulumi-444444444444"
    (versioning,) = world.of("aws:s3/bucketVersioning:BucketVersioning").values()
    assert versioning["versioningConfiguration"]["status"] == "Enabled"
    (encryption,) = world.of(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    ).values()
    by_default = encryption["rules"][0]["applyServerSideEncryptionByDefault"]
    assert by_default["sseAlgorithm"] == "aws:kms"
    assert by_default["kmsMasterKeyId"].endswith(":pulumi-state-key-key")
    (block,) = world.of("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock").values()
    assert all(value is True for name, value in block.items() if name != "bucket")
    (policy,) = world.of("aws:s3/bucketPolicy:BucketPolicy").values()
    assert [s["Sid"] for s in json.loads(policy["policy"])["Statement"]] == ["TlsOnly", "FindState", "KeepState"]


def test_the_other_environments_accounts_may_keep_their_state_and_use_its_keys() -> None:
    world = bootstrap()
    accounts = [f"arn:aws:iam::{n * 12}:root" for n in "123"]
    (policy,) = world.of("aws:s3/bucketPolicy:BucketPolicy").values()
    keep = json.loads(policy["policy"])["Statement"][2]
    assert keep["Principal"] == {"AWS": accounts}
    assert keep["Action"] == ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
    keys = world.of("aws:kms/key:Key")
    assert len(keys) == 2
    for key in keys.values():
        users = [s for s in json.loads(key["policy"])["Statement"] if s["Sid"] == "UserAccounts"]
        assert [s["Principal"] for s in users] == [{"AWS": accounts}]


def test_former_versions_of_the_state_stay_for_a_year() -> None:
    (lifecycle,) = bootstrap().of("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration").values()
    assert lifecycle["rules"][0]["noncurrentVersionExpiration"] == {"noncurrentDays": 365}
    assert "expiration" not in lifecycle["rules"][0]


def test_there_is_no_lock_table() -> None:
    assert not [p for p in bootstrap().placed if p.type.startswith("aws:dynamodb")]
