"""The data of the simulated clouds holds together: nothing in it is misspelt, dangling or unused."""

import re
import sys
from pathlib import Path

import pytest

from rehearsal.aws.cloud import AwsCloud
from rehearsal.azure_native.arm import arm_type, path_names
from rehearsal.azure_native.cloud import AzureNativeCloud
from rehearsal.catalogue import Catalogue
from rehearsal.gcp import paths
from rehearsal.gcp.cloud import GcpCloud
from rehearsal.inventory import Inventory
from rehearsal.values import parse_path

CLOUDS = {"aws": AwsCloud, "azure-native": AzureNativeCloud, "gcp": GcpCloud}


@pytest.fixture(scope="module")
def clouds(tmp_path_factory):
    inventory = Inventory(tmp_path_factory.mktemp("home") / "inventory.sqlite")
    return {package: make(inventory) for package, make in CLOUDS.items()}


@pytest.fixture
def cloud(clouds, token):
    return clouds[token.split(":")[0]]


def listed(package):
    folder = Path(str(sys.modules[CLOUDS[package].__module__].__file__)).parent
    return Catalogue(folder, "").listed()


def pytest_generate_tests(metafunc):
    only = metafunc.definition.get_closest_marker("parametrize")
    if "token" in metafunc.fixturenames and only is None:
        metafunc.parametrize("token", [token for package in CLOUDS for token in listed(package)])


def known(schema, path):
    """Follow a path through the SDK's shape."""
    steps = parse_path(path)
    if steps[0] not in schema.inputs:
        return False
    kind = schema.inputs[steps[0]].type
    for step in steps[1:]:
        if isinstance(kind, str):
            return kind == "any"
        if kind[0] == "object":
            if step not in schema.objects[kind[1]]:
                return False
            kind = schema.objects[kind[1]][step].type
        else:
            kind = kind[1]
    return True


def test_every_property_of_an_entry_is_in_the_sdk(cloud, token):
    schema = cloud.sdk.known(token)
    assert [path for path in cloud.catalogue.entry(token).properties if not known(schema, path)] == []


def test_every_output_of_an_entry_is_in_the_sdk(cloud, token):
    schema = cloud.sdk.known(token)
    assert [name for name in cloud.catalogue.entry(token).outputs if name not in schema.outputs] == []


def test_what_an_entry_names_exists(cloud, token):
    entry, listed = cloud.catalogue.entry(token), cloud.catalogue.listed()
    functions = [name for names in entry.rules.values() for name in names]
    for name in [*functions, *([entry.computed_by] if entry.computed_by else [])]:
        assert callable(cloud.catalogue.function(name))
    for facts in entry.properties.values():
        assert set(facts.targets) <= set(listed)
        if isinstance(facts.one_of, str):
            assert cloud.catalogue.fact(facts.one_of)
        for kind in facts.kinds if facts.targets else ():
            assert any(kind == "id" or kind in cloud.catalogue.entry(target).handles for target in facts.targets)
        if facts.pattern:
            re.compile(facts.pattern)


def test_a_name_is_only_made_where_the_sdk_takes_one(cloud, token):
    entry = cloud.catalogue.entry(token)
    if entry.autoname:
        assert entry.autoname.property in cloud.sdk.known(token).inputs


@pytest.mark.parametrize("token", listed("aws"))
def test_regional_types_are_the_ones_whose_sdk_takes_a_region(cloud, token):
    assert cloud.catalogue.entry(token).regional == ("region" in cloud.sdk.known(token).inputs)


@pytest.mark.parametrize("token", listed("azure-native"))
def test_what_an_azure_path_is_made_of_is_in_the_sdk(cloud, token):
    entry = cloud.catalogue.entry(token)
    assert set(path_names(entry)) - {"account"} <= cloud.sdk.known(token).inputs.keys()
    assert len(arm_type(entry.id).split("/")) > 1


@pytest.mark.parametrize("token", listed("gcp"))
def test_what_a_google_path_is_made_of_is_in_the_sdk(cloud, token):
    known = cloud.sdk.known(token)
    assert set(paths.path_names(cloud.catalogue.entry(token))) <= known.inputs.keys() | known.outputs.keys() | {"uuid"}


def test_a_misspelt_key_is_refused_with_its_type(tmp_path):
    (tmp_path / "types").mkdir()
    (tmp_path / "types" / "ec2.yaml").write_text("aws:ec2/vpc:Vpc: {outptus: {}}")
    with pytest.raises(ValueError, match=r"aws:ec2/vpc:Vpc: .*outptus"):
        Catalogue(tmp_path, "rehearsal.aws").entry("aws:ec2/vpc:Vpc")


def test_a_rule_of_no_phase_is_refused(tmp_path):
    (tmp_path / "types").mkdir()
    (tmp_path / "types" / "ec2.yaml").write_text("aws:ec2/vpc:Vpc: {rules: {before: [a.b]}}")
    with pytest.raises(ValueError, match=r"rules are per phase \(check, create, update, delete\), not before"):
        Catalogue(tmp_path, "rehearsal.aws").entry("aws:ec2/vpc:Vpc")
