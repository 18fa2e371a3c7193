import pytest

from rehearsal import sdk_schema
from rehearsal.sdk_schema import Property, Sdk
from rehearsal.values import UNKNOWN


@pytest.fixture(scope="module")
def sdk(tmp_path_factory):
    return Sdk("aws", tmp_path_factory.mktemp("cache"))


def refusals(sdk, token, inputs):
    return {problem.path: problem.reason for problem in sdk_schema.check(sdk.known(token), inputs)}


def test_a_type_is_read_without_importing_the_sdk(sdk):
    subnet = sdk.known("aws:ec2/subnet:Subnet")
    assert subnet.inputs["vpcId"] == Property("string", required=True)
    assert subnet.inputs["tags"] == Property(["map", "string"], required=False)
    assert subnet.outputs["availabilityZone"], "always present"
    assert {"arn", "tagsAll"} <= set(subnet.computed)


def test_nested_objects_and_secrets_are_followed(sdk):
    cluster = sdk.known("aws:eks/cluster:Cluster")
    kind, reference = cluster.inputs["vpcConfig"].type
    assert kind == "object"
    assert cluster.objects[reference]["subnetIds"] == Property(["array", "string"], required=True)
    assert sdk.known("aws:rds/instance:Instance").secrets == ["password", "passwordWo"]


def test_a_resource_whose_arguments_have_another_name_is_read_too(sdk):
    assert sdk.known("aws:s3/bucketVersioning:BucketVersioning").inputs["versioningConfiguration"].required


def test_types_that_nest_themselves_are_read(sdk):
    acl = sdk.known("aws:wafv2/webAcl:WebAcl")
    assert len(acl.objects) > 100


def test_a_type_the_sdk_does_not_have_is_none(sdk):
    assert sdk.resource("aws:ec2/nothing:Nothing") is None
    assert "aws:eks/nodeGroup:NodeGroup" in sdk.tokens()


def test_the_second_use_reads_a_small_file(tmp_path):
    first = Sdk("aws", tmp_path).known("aws:ec2/vpc:Vpc")
    (cached,) = tmp_path.rglob("*.json")
    assert cached.stat().st_size < 10_000
    assert Sdk("aws", tmp_path).known("aws:ec2/vpc:Vpc") == first


def test_a_broken_cache_file_is_read_anew(tmp_path):
    expected = Sdk("aws", tmp_path).known("aws:ec2/vpc:Vpc")
    (cached,) = tmp_path.rglob("*.json")
    cached.write_text("{")
    assert Sdk("aws", tmp_path).known("aws:ec2/vpc:Vpc") == expected


def test_a_cache_that_cannot_be_written_costs_nothing_else(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert Sdk("aws", blocked).known("aws:ec2/vpc:Vpc").inputs


def test_an_sdk_that_is_not_installed_is_named():
    with pytest.raises(LookupError, match="the Python package pulumi_nosuch is not installed"):
        Sdk("nosuch")


@pytest.mark.parametrize(
    ("token", "inputs", "path", "reason"),
    [
        ("aws:ec2/vpc:Vpc", {"cidrBlok": "10.0.0.0/16"}, "cidrBlok",
         'An argument named "cidrBlok" is not expected here. Did you mean "cidrBlock"?'),
        ("aws:ec2/vpc:Vpc", {"cidr_block": "10.0.0.0/16"}, "cidr_block",
         'An argument named "cidr_block" is not expected here. Did you mean "cidrBlock"?'),
        ("aws:rds/instance:Instance", {}, "instanceClass",
         'Missing required argument. The argument "instanceClass" is required, but no definition was found.'),
        ("aws:rds/instance:Instance", {"instanceClass": "db.t3.small", "allocatedStorage": "20"}, "allocatedStorage",
         'expected type integer, got string "20"'),
        ("aws:rds/instance:Instance", {"instanceClass": "db.t3.small", "multiAz": "yes"}, "multiAz",
         'expected type boolean, got string "yes"'),
        ("aws:rds/instance:Instance", {"instanceClass": "db.t3.small", "allocatedStorage": 20.5}, "allocatedStorage",
         "expected type integer, got number 20.5"),
        ("aws:ec2/vpc:Vpc", {"tags": {"a": 1}}, "tags.a", "expected type string, got integer 1"),
        ("aws:ec2/vpc:Vpc", {"tags": ["a"]}, "tags", 'expected type map, got list ["a"]'),
        ("aws:eks/cluster:Cluster", {"roleArn": "arn", "vpcConfig": {"subnetId": ["a"], "subnetIds": []}},
         "vpcConfig.subnetId", 'An argument named "subnetId" is not expected here. Did you mean "subnetIds"?'),
        ("aws:eks/nodeGroup:NodeGroup",
         {"clusterName": "c", "nodeRoleArn": "r", "subnetIds": [], "scalingConfig": {"minSize": 1, "maxSize": 2}},
         "scalingConfig.desiredSize",
         'Missing required argument. The argument "desiredSize" is required, but no definition was found.'),
    ],
)  # fmt: skip
def test_a_wrong_shape_is_refused_with_path_and_reason(sdk, token, inputs, path, reason):
    assert refusals(sdk, token, inputs)[path] == reason


def test_what_is_unknown_is_not_judged(sdk):
    assert refusals(sdk, "aws:ec2/subnet:Subnet", {"vpcId": UNKNOWN, "tags": UNKNOWN}) == {}


def test_every_mistake_is_listed_at_once(sdk):
    assert len(refusals(sdk, "aws:rds/instance:Instance", {"allocatedStorage": "x", "multiAZ": True})) == 3
