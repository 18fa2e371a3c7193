"""The list of types that take tags is what the installed SDKs say."""

from policies.tags.labels import TAGGABLE
from tests.policies import taggable
from tests.policies.sdk import arguments, snake_case


def test_the_committed_list_is_current() -> None:
    assert taggable.main(["--check"]) == 0


def test_a_type_takes_its_tags_where_the_list_says() -> None:
    named = {
        "aws:s3/bucket:Bucket": "tags",
        "azure-native:keyvault:Vault": "tags",
        "gcp:storage/bucket:Bucket": "labels",
        "gcp:container/cluster:Cluster": "resourceLabels",
        "gcp:monitoring/alertPolicy:AlertPolicy": "userLabels",
        "gcp:sql/databaseInstance:DatabaseInstance": "settings.userLabels",
    }
    assert {token: TAGGABLE[token] for token in named} == named
    for token, path in named.items():
        package = token.partition(":")[0].replace("-", "_")
        assert snake_case(path.partition(".")[0]) in arguments(package, token)
    assert not {"aws:s3/bucketPolicy:BucketPolicy", "azure-native:network:Subnet", "gcp:kms/keyRing:KeyRing"} & set(
        TAGGABLE
    )
