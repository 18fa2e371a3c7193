import pytest
from hypothesis import given
from hypothesis import strategies as st

from settings.capacity import (
    ADVISED_MAX_PODS,
    NOTHING,
    Amount,
    PodGroup,
    aks_allocatable,
    cpu_millis,
    max_pods_limit,
    memory_mib,
    nodes_by_zone,
    reserved_memory_mib,
    shortage,
    unplaced,
)
from settings.catalogue import EC2_INSTANCE_TYPES, Ec2InstanceType

instances = st.builds(
    Ec2InstanceType,
    memory_mib=st.integers(2048, 131072),
    network_interfaces=st.integers(2, 15),
    ipv4_per_interface=st.integers(2, 50),
)


@pytest.mark.parametrize(("max_pods", "mib"), [(17, 442), (50, 805), (110, 1465)])
def test_the_kubelet_reserves_eleven_mib_a_pod_and_255_more(max_pods: int, mib: int) -> None:
    assert reserved_memory_mib(max_pods) == mib


@pytest.mark.parametrize(("instance_type", "limit"), [("t3.medium", 69), ("t3.large", 110), ("m7i.xlarge", 110)])
def test_a_small_node_is_bounded_by_memory_and_a_large_one_by_the_advice(instance_type: str, limit: int) -> None:
    assert max_pods_limit(EC2_INSTANCE_TYPES[instance_type]) == limit


@given(instance=instances)
def test_the_limit_never_reserves_more_than_a_quarter_nor_exceeds_addresses(instance: Ec2InstanceType) -> None:
    limit = max_pods_limit(instance)
    assert reserved_memory_mib(limit) <= instance.memory_mib / 4
    assert limit <= min(ADVISED_MAX_PODS, instance.network_interfaces * (instance.ipv4_per_interface - 1) * 16 + 2)


amounts = st.builds(Amount, cpu_millis=st.integers(50, 4000), memory_mib=st.integers(64, 16384))
rooms = st.builds(Amount, cpu_millis=st.integers(1000, 16000), memory_mib=st.integers(2048, 65536))
zones = st.lists(st.integers(0, 6), min_size=1, max_size=3)
groups = st.lists(
    st.builds(PodGroup, name=st.sampled_from("abcdefgh"), pods=st.integers(0, 12), each=amounts),
    max_size=5,
    unique_by=lambda group: group.name,
)


@pytest.mark.parametrize(
    ("vcpus", "memory_gib", "max_pods", "allocatable"),
    [
        # 25 % of what a small node reports is less than 20 MiB for each of 110 pods and 50 MiB
        (2, 8, 110, Amount(cpu_millis=1900, memory_mib=7987 - 1996 - 100)),
        (8, 32, 110, Amount(cpu_millis=7820, memory_mib=31948 - 2250 - 100)),
        (8, 32, 250, Amount(cpu_millis=7820, memory_mib=31948 - 5050 - 100)),
    ],
)
def test_aks_keeps_a_part_of_every_node(vcpus: int, memory_gib: int, max_pods: int, allocatable: Amount) -> None:
    assert aks_allocatable(vcpus=vcpus, memory_gib=memory_gib, max_pods=max_pods) == allocatable


@pytest.mark.parametrize(("text", "millis"), [("250m", 250), ("2000m", 2000), ("2", 2000)])
def test_processor_time_is_read_as_kubernetes_reads_it(text: str, millis: int) -> None:
    assert cpu_millis(text) == millis


@pytest.mark.parametrize(("text", "mib"), [("512Mi", 512), ("1Gi", 1024)])
def test_memory_is_read_as_kubernetes_reads_it(text: str, mib: int) -> None:
    assert memory_mib(text) == mib


@given(nodes=st.integers(0, 100), count=st.integers(1, 5))
def test_nodes_are_spread_evenly_over_zones(nodes: int, count: int) -> None:
    spread = nodes_by_zone(nodes, count)
    assert sum(spread) == nodes
    assert len(spread) == count
    assert max(spread) - min(spread) <= 1
    assert list(spread) == sorted(spread, reverse=True)


@given(groups=groups, zones=zones, room=rooms)
def test_what_is_said_to_fit_never_exceeds_the_nodes(groups: list[PodGroup], zones: list[int], room: Amount) -> None:
    if not unplaced(groups, zones, room):
        assert sum((group.total for group in groups), NOTHING).fits(room * sum(zones))
        assert all(group.pods <= sum(zones) for group in groups)
        assert all(group.each.fits(room) for group in groups if group.pods)


@given(groups=groups, zones=zones, room=rooms)
def test_no_more_pods_go_without_a_node_than_there_are(groups: list[PodGroup], zones: list[int], room: Amount) -> None:
    missing = unplaced(groups, zones, room)
    pods = {group.name: group.pods for group in groups}
    assert all(0 < count <= pods[name] for name, count in missing.items())
    assert (shortage("this", groups, zones, room) is None) == (not missing)


@given(pods=st.integers(1, 12), each=amounts, zones=zones, room=rooms)
def test_larger_nodes_hold_what_smaller_ones_held(pods: int, each: Amount, zones: list[int], room: Amount) -> None:
    group = PodGroup(name="a", pods=pods, each=each)
    if not unplaced([group], zones, room):
        assert not unplaced([group], zones, room + room)


def test_pods_that_fit_by_their_sum_alone_are_refused_when_no_node_has_room_for_one() -> None:
    room, half = Amount(cpu_millis=4000, memory_mib=16384), Amount(cpu_millis=2500, memory_mib=1024)
    pair = [PodGroup(name="a", pods=2, each=half), PodGroup(name="b", pods=1, each=half)]
    assert sum((group.total for group in pair), NOTHING).fits(room * 2)
    assert unplaced(pair, [1, 1], room) == {"b": 1}


def test_two_pods_of_a_service_never_share_a_node_and_zones_stay_even() -> None:
    small = Amount(cpu_millis=100, memory_mib=128)
    room = Amount(cpu_millis=4000, memory_mib=16384)
    assert unplaced([PodGroup(name="a", pods=3, each=small)], [1, 1], room) == {"a": 1}
    assert unplaced([PodGroup(name="a", pods=5, each=small)], [4, 1], room) == {"a": 2}
    assert unplaced([PodGroup(name="a", pods=5, each=small)], [4, 0], room) == {"a": 1}


def test_a_shortage_shows_its_sum() -> None:
    room = Amount(cpu_millis=1000, memory_mib=1024)
    assert shortage("this", [PodGroup(name="a", pods=3, each=room)], [1, 1], room) == (
        "this needs a 3 x 1000m/1024Mi = 3000m/3072Mi, but 2 nodes (1 + 1 by zone) have 2 x 1000m/1024Mi = "
        "2000m/2048Mi; without a node (one pod of a service a node, zones within 1 of each other): 1 of a"
    )
