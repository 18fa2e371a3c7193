"""What the engine relies on, whatever the cloud."""

import json
import re
import time

import pytest
from pulumi.runtime.proto import provider_pb2

from rehearsal import wire
from rehearsal.values import UNKNOWN
from tests.unit.rehearsal_clouds.provider_client import ACCOUNT, TOKYO, Network, Refused

VPC = "aws:ec2/vpc:Vpc"
KIND = provider_pb2.PropertyDiff


def test_a_preview_knows_the_inputs_and_leaves_the_rest_unknown(aws):
    seen = aws.preview(VPC, "shop", {"cidrBlock": "10.0.0.0/16", "tags": {"a": "b"}})
    assert seen["cidrBlock"] == "10.0.0.0/16"
    assert seen["tagsAll"] == {"a": "b"}
    assert seen["enableDnsSupport"] is True, "a default of the cloud is known"
    assert {seen["arn"], seen["defaultSecurityGroupId"], seen["mainRouteTableId"]} == {UNKNOWN}


def test_a_preview_leaves_nothing_in_the_cloud(aws, clouds):
    aws.preview(VPC, "shop", {"cidrBlock": "10.0.0.0/16"})
    assert clouds.inventory.count() == 0


def test_unknown_inputs_pass_a_preview(aws):
    seen = aws.preview("aws:ec2/subnet:Subnet", "a", {"vpcId": UNKNOWN, "cidrBlock": "10.0.0.0/24"})
    assert seen["vpcId"] is UNKNOWN


def test_what_a_cloud_computes_is_the_same_in_every_run(tmp_path, clouds, aws):
    first = aws.create(VPC, "shop", cidrBlock="10.0.0.0/16")
    other = type(clouds)(tmp_path / "other")
    again = other.provider("aws", TOKYO).create(VPC, "shop", cidrBlock="10.0.0.0/16")
    other.close()
    assert first.outputs == again.outputs
    assert first.id.startswith("vpc-")
    assert len(first.id) == len("vpc-") + 17


def test_a_replacement_is_a_new_thing_with_a_new_id(aws):
    first = aws.create(VPC, "shop", cidrBlock="10.0.0.0/16")
    second = aws.create(VPC, "shop", cidrBlock="10.1.0.0/16")
    assert first.id != second.id
    assert first["defaultSecurityGroupId"] != second["defaultSecurityGroupId"]


def test_secret_inputs_come_back_secret(aws):
    token = "aws:secretsmanager/secretVersion:SecretVersion"
    secret = aws.create("aws:secretsmanager/secret:Secret", "shop")
    inputs = wire.encode({"secretId": secret.id, "secretString": "hunter2"}, frozenset({("secretString",)}))
    urn = f"urn:pulumi:test::test::{token}::v"
    answer = aws.stub.Create(provider_pb2.CreateRequest(urn=urn, type=token, name="v", properties=inputs))
    outputs = wire.decode(answer.properties)
    assert outputs.values["secretString"] == "hunter2"
    assert outputs.secrets == {("secretString",)}


def test_two_providers_of_one_package_keep_apart(clouds, aws):
    virginia = clouds.provider("aws", {"region": "us-east-1", "allowedAccountIds": json.dumps(["444455556666"])})
    assert aws.create(VPC, "one", cidrBlock="10.0.0.0/16")["arn"].startswith(f"arn:aws:ec2:ap-northeast-1:{ACCOUNT}:")
    assert virginia.create(VPC, "two", cidrBlock="10.0.0.0/16")["arn"].startswith("arn:aws:ec2:us-east-1:444455556666:")


def test_a_type_the_sdk_does_not_have_is_refused_with_the_nearest_one(aws):
    with pytest.raises(Refused, match=r'has no resource type aws:ec2/vcp:Vpc\. Did you mean "aws:ec2/vpc:Vpc"'):
        aws.check("aws:ec2/vcp:Vpc", "x", {})


def test_a_type_nobody_described_runs_on_its_shape_alone(aws):
    table = aws.create(
        "aws:dynamodb/table:Table", "t", name="shop", hashKey="id", attributes=[{"name": "id", "type": "S"}]
    )
    assert table["arn"] == f"arn:aws:dynamodb:ap-northeast-1:{ACCOUNT}:table/{table.id}"
    assert table["attributes"] == [{"name": "id", "type": "S"}]
    with pytest.raises(Refused, match='An argument named "hash_key" is not expected here'):
        aws.create("aws:dynamodb/table:Table", "u", hash_key="id", attributes=[])


def test_a_type_nobody_described_is_named_where_the_cloud_needs_a_name(aws):
    assert re.fullmatch("jobs-[0-9a-f]{7}", aws.check("aws:sqs/queue:Queue", "jobs", {})["name"])
    assert "name" not in aws.check("aws:ec2/keyPair:KeyPair", "k", {"publicKey": "x"})


def test_a_change_is_named_by_path_and_kind(aws):
    vpc = aws.create(VPC, "shop", cidrBlock="10.0.0.0/16", tags={"a": "1", "b": "2"})
    answer = aws.diff(vpc, {"cidrBlock": "10.0.0.0/16", "tags": {"a": "9", "c": "3"}, "enableDnsHostnames": True})
    kinds = {path: diff.kind for path, diff in answer.detailedDiff.items()}
    assert kinds == {"tags.a": KIND.UPDATE, "tags.b": KIND.DELETE, "tags.c": KIND.ADD, "enableDnsHostnames": KIND.ADD}
    assert list(answer.replaces) == []


def test_no_change_is_no_change(aws):
    vpc = aws.create(VPC, "shop", cidrBlock="10.0.0.0/16")
    assert aws.diff(vpc, {"cidrBlock": "10.0.0.0/16"}).changes == provider_pb2.DiffResponse.DIFF_NONE


def test_a_property_that_cannot_change_in_place_replaces(aws):
    vpc = aws.create(VPC, "shop", cidrBlock="10.0.0.0/16")
    answer = aws.diff(vpc, {"cidrBlock": "10.1.0.0/16"})
    assert list(answer.replaces) == ["cidrBlock"]
    assert answer.detailedDiff["cidrBlock"].kind == KIND.UPDATE_REPLACE
    assert not answer.deleteBeforeReplace


def test_a_resource_moved_to_another_region_is_replaced(aws):
    vpc = aws.create(VPC, "shop", cidrBlock="10.0.0.0/16")
    assert list(aws.diff(vpc, {"cidrBlock": "10.0.0.0/16", "region": "us-east-1"}).replaces) == ["region"]


def test_ignored_changes_are_no_changes(aws):
    vpc = aws.create(VPC, "shop", cidrBlock="10.0.0.0/16", tags={"a": "1"})
    news = {"cidrBlock": "10.0.0.0/16", "tags": {"a": "2"}}
    assert aws.diff(vpc, news, ["tags"]).changes == provider_pb2.DiffResponse.DIFF_NONE
    assert aws.diff(vpc, news, ["tags.a"]).changes == provider_pb2.DiffResponse.DIFF_NONE
    assert aws.diff(vpc, news, ["tags.b"]).changes == provider_pb2.DiffResponse.DIFF_SOME


def test_a_missing_name_is_made_and_kept(aws):
    group = aws.create("aws:cloudwatch/logGroup:LogGroup", "shop")
    assert group["name"].startswith("shop-")
    assert len(group["name"]) == len("shop-") + 7
    assert aws.check(group.type, "shop", {}, group.inputs)["name"] == group["name"]
    assert aws.check(group.type, "shop", {})["name"] != group["name"], "a replacement must not share the name"


def test_a_made_name_fits_the_service(aws):
    name = aws.check("aws:iam/role:Role", "r" * 80, {"assumeRolePolicy": UNKNOWN})["name"]
    assert len(name) == 64


def test_an_explicit_name_is_deleted_before_it_is_made_again(aws, network):
    named = aws.create("aws:rds/subnetGroup:SubnetGroup", "a", name="shop", subnetIds=network.subnet_ids)
    assert not aws.diff(named, {"name": "other", "subnetIds": network.subnet_ids}).deleteBeforeReplace
    parameters = aws.create("aws:rds/parameterGroup:ParameterGroup", "p", name="shop", family="postgres16")
    made = aws.create("aws:rds/parameterGroup:ParameterGroup", "q", family="postgres16")
    assert aws.diff(parameters, {"name": "shop", "family": "postgres17"}).deleteBeforeReplace
    assert not aws.diff(made, {"family": "postgres17"}).deleteBeforeReplace


def test_an_update_keeps_what_was_computed(aws):
    vpc = aws.create(VPC, "shop", cidrBlock="10.0.0.0/16")
    changed = aws.update(vpc, tags={"a": "b"})
    assert changed["tagsAll"] == {"a": "b"}
    assert {name: changed[name] for name in ("arn", "defaultSecurityGroupId")} == {
        name: vpc[name] for name in ("arn", "defaultSecurityGroupId")
    }


def test_a_refresh_finds_what_drifted_even_where_the_program_said_nothing(aws, clouds):
    vpc = aws.create(VPC, "shop", cidrBlock="10.0.0.0/16", tags={"a": "1"})
    assert aws.read(vpc) == vpc
    stands = clouds.inventory.get("aws", vpc.id)
    clouds.inventory.edit(stands, "tags.a", "by hand")
    clouds.inventory.edit(stands, "enableDnsSupport", value=False)
    seen = aws.read(vpc)
    assert seen.inputs == {"cidrBlock": "10.0.0.0/16", "tags": {"a": "by hand"}, "enableDnsSupport": False}
    assert seen["enableDnsSupport"] is False
    assert sorted(aws.diff(seen, vpc.inputs).detailedDiff) == ["enableDnsSupport", "tags.a"]
    mended = aws.update(seen, tags={"a": "1"}, enableDnsSupport=None)
    assert mended.outputs == vpc.outputs


def test_a_thing_deleted_by_hand_is_gone_and_deleting_it_is_no_error(aws, clouds):
    vpc = aws.create(VPC, "shop", cidrBlock="10.0.0.0/16")
    clouds.inventory.remove(clouds.inventory.get("aws", vpc.id))
    assert aws.read(vpc) is None
    with pytest.raises(Refused, match=rf"NotFound: {VPC} {vpc.id} does not exist any more"):
        aws.update(vpc, tags={"a": "b"})
    aws.delete(vpc)


def test_an_import_brings_the_inputs_it_was_made_with(aws):
    made = aws.create(VPC, "shop", cidrBlock="10.0.0.0/16", tags={"a": "b"})
    imported = aws.import_(VPC, made.id)
    assert (imported.id, imported.inputs, imported.outputs) == (made.id, made.inputs, made.outputs)
    assert aws.import_(VPC, "vpc-0") is None


def test_an_import_may_name_another_region(clouds, aws):
    virginia = clouds.provider("aws", {"region": "us-east-1", "allowedAccountIds": json.dumps([ACCOUNT])})
    made = virginia.create(VPC, "shop", cidrBlock="10.0.0.0/16")
    assert aws.import_(VPC, made.id) is None
    assert aws.import_(VPC, f"{made.id}@us-east-1").id == made.id


def test_a_data_source_nobody_answers_says_so(aws):
    with pytest.raises(
        Refused, match=r"the rehearsal does not answer aws:ec2/getAmi:getAmi; it answers .*getCallerIdentity"
    ):
        aws.invoke("aws:ec2/getAmi:getAmi")


def test_a_mistake_of_the_rehearsal_itself_is_no_traceback(aws, clouds):
    clouds.inventory.close()
    with pytest.raises(
        Refused, match=r"the rehearsal itself failed in Create: ProgrammingError.*this is no answer of the cloud"
    ):
        aws._call("Create", provider_pb2.CreateRequest(
            urn="urn:pulumi:test::test::aws:ec2/vpc:Vpc::x", type=VPC, name="x",
            properties=wire.encode({"cidrBlock": "10.0.0.0/16"}),
        ))  # fmt: skip


def test_a_refused_creation_leaves_nothing(aws, clouds, network):
    before = clouds.inventory.count()
    with pytest.raises(Refused, match=r"InvalidSubnet.Conflict"):
        aws.create("aws:ec2/subnet:Subnet", "x", vpcId=network.vpc.id, cidrBlock="10.0.0.0/24")
    assert clouds.inventory.count() == before


def test_a_thousand_objects_cost_a_thousand_times_one(aws):
    """Were a creation to look at all earlier ones, the last batches would take four times as long as the first."""

    def seconds(batch):
        begin = time.perf_counter()
        for number in range(100):
            name = f"/shop/{batch}/{number}"
            aws.create("aws:cloudwatch/logGroup:LogGroup", f"g{batch}-{number}", name=name, retentionInDays=7)
        return time.perf_counter() - begin

    seconds(0)  # fills caches
    batches = [seconds(batch) for batch in range(1, 13)]
    first, last = min(batches[:4]), min(batches[-4:])
    assert last < 2.5 * first, f"{first:.2f} s for an early batch of 100, {last:.2f} s for a late one"


def test_a_provider_for_another_region_or_account_replaces_all_it_made(aws):
    def replaces(old, new):
        request = provider_pb2.DiffRequest(old_inputs=wire.encode(old), news=wire.encode(new))
        return list(aws.stub.DiffConfig(request).replaces)

    assert replaces({"region": "us-east-1"}, {"region": "us-east-2"}) == ["region"]
    assert replaces({"maxRetries": "1"}, {"maxRetries": "2"}) == []


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"region": "ap-northeast-9"}, 'region: invalid AWS Region: ap-northeast-9. Did you mean "ap-northeast-'),
        ({"region": "us-east-1", "regoin": "x"}, 'regoin: An argument named "regoin" is not expected here'),
        ({"region": "us-east-1", "allowedAccountIds": '["1"]', "forbiddenAccountIds": '["1"]'},
         "AWS account ID not allowed: 1"),
        ({}, "region: Missing region configuration"),
    ],
)  # fmt: skip
def test_a_wrong_provider_is_refused(clouds, config, message, monkeypatch):
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    with pytest.raises(Refused) as refusal:
        clouds.provider("aws", config)
    assert message in str(refusal.value)


def test_tags_of_the_provider_reach_every_resource(clouds):
    tags = json.dumps({"tags": {"team": "shop", "a": "0"}})
    engine = clouds.provider("aws", {**TOKYO, "defaultTags": tags})
    assert engine.create(VPC, "x", cidrBlock="10.0.0.0/16", tags={"a": "1"})["tagsAll"] == {"team": "shop", "a": "1"}


def test_a_reference_into_another_region_is_refused_and_says_where_the_thing_is(clouds, aws):
    virginia = clouds.provider("aws", {"region": "us-east-1", "allowedAccountIds": json.dumps([ACCOUNT])})
    vpc = Network(aws).vpc
    with pytest.raises(
        Refused, match=rf"The vpc ID '{vpc.id}' does not exist .it exists in {ACCOUNT}/ap-northeast-1, not in"
    ):
        virginia.create("aws:ec2/subnet:Subnet", "x", vpcId=vpc.id, cidrBlock="10.0.9.0/24")


def test_a_reference_into_another_account_is_refused(clouds, aws):
    other = clouds.provider("aws", {"region": "ap-northeast-1", "allowedAccountIds": json.dumps(["444455556666"])})
    vpc = Network(aws).vpc
    with pytest.raises(Refused, match=r"InvalidVpcID.NotFound: .*not in 444455556666/ap-northeast-1"):
        other.create("aws:ec2/subnet:Subnet", "x", vpcId=vpc.id, cidrBlock="10.0.9.0/24")
