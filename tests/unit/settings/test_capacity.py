import pytest
from hypothesis import given
from hypothesis import strategies as st

from settings.capacity import ADVISED_MAX_PODS, max_pods_limit, reserved_memory_mib
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
