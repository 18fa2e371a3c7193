"""A stand-in for the engine: speaks the provider protocol over a real loopback channel, as the engine does."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from rehearsal import wire
from rehearsal.aws.cloud import AwsCloud
from rehearsal.azure_native.cloud import AzureNativeCloud
from rehearsal.cloud import Cloud
from rehearsal.gcp.cloud import GcpCloud
from rehearsal.inventory import Inventory
from rehearsal.kubernetes.cloud import KubernetesCloud
from rehearsal.server import serve

Values = dict[str, Any]
ACCOUNT = "111122223333"
TOKYO = {"region": "ap-northeast-1", "allowedAccountIds": json.dumps([ACCOUNT])}
SUBSCRIPTION, TENANT = "33333333-0000-4000-8000-000000000000", "aaaaaaaa-0000-4000-8000-000000000000"
KOREA = {"subscriptionId": SUBSCRIPTION, "tenantId": TENANT, "location": "koreacentral"}
PROJECT = "dtx-shop"
FRANKFURT = {"project": PROJECT, "region": "europe-west3"}


class Refused(Exception):  # noqa: N818 -- reads as the sentence it makes with pytest.raises
    """What the cloud said no with."""


@dataclass
class Thing:
    """One created resource as Pulumi's state would hold it."""

    urn: str
    type: str
    id: str
    inputs: Values
    outputs: Values

    def __getitem__(self, name: str) -> Any:
        return self.outputs[name]


@dataclass
class Engine:
    """One explicit provider: a connection of its own to a package's port."""

    port: int
    config: Values
    package: str
    stub: Any = field(init=False)

    def __post_init__(self) -> None:
        # Channels of one process would share a connection; the engine gives every provider its own.
        self.channel = grpc.insecure_channel(f"127.0.0.1:{self.port}", [("grpc.use_local_subchannel_pool", 1)])
        self.stub = provider_pb2_grpc.ResourceProviderStub(self.channel)
        self._call("Handshake", provider_pb2.ProviderHandshakeRequest(configure_with_urn=True))
        urn = f"urn:pulumi:test::test::pulumi:providers:{self.package}::p"
        checked = self._call("CheckConfig", provider_pb2.CheckRequest(urn=urn, news=wire.encode(self.config)))
        _refuse(checked.failures)
        self._call("Configure", provider_pb2.ConfigureRequest(args=wire.encode(self.config)))

    def _call(self, method: str, request: Any) -> Any:
        try:
            return getattr(self.stub, method)(request)
        except grpc.RpcError as error:
            raise Refused(error.details()) from None

    def check(self, token: str, name: str, inputs: Mapping[str, Any], olds: Values | None = None) -> Values:
        answer = self._call(
            "Check",
            provider_pb2.CheckRequest(
                urn=_urn(token, name), type=token, name=name, news=wire.encode(inputs), olds=wire.encode(olds or {})
            ),
        )
        _refuse(answer.failures)
        return wire.decode(answer.inputs).values

    def preview(self, token: str, name: str, inputs: Mapping[str, Any]) -> Values:
        checked = self.check(token, name, inputs)
        request = provider_pb2.CreateRequest(
            urn=_urn(token, name), type=token, name=name, properties=wire.encode(checked), preview=True
        )
        return wire.decode(self._call("Create", request).properties).values

    def create(self, token: str, name: str = "it", /, **inputs: Any) -> Thing:
        checked = self.check(token, name, inputs)
        request = provider_pb2.CreateRequest(
            urn=_urn(token, name), type=token, name=name, properties=wire.encode(checked)
        )
        answer = self._call("Create", request)
        return Thing(_urn(token, name), token, answer.id, checked, wire.decode(answer.properties).values)

    def diff(
        self, thing: Thing, inputs: Mapping[str, Any], ignore: list[str] | None = None
    ) -> provider_pb2.DiffResponse:
        return self._call("Diff", provider_pb2.DiffRequest(
            id=thing.id, urn=thing.urn, type=thing.type, name=_name(thing), olds=wire.encode(thing.outputs),
            old_inputs=wire.encode(thing.inputs), ignoreChanges=ignore or [],
            news=wire.encode(self.check(thing.type, _name(thing), inputs, thing.inputs)),
        ))  # fmt: skip

    def update(self, thing: Thing, **inputs: Any) -> Thing:
        checked = self.check(thing.type, _name(thing), {**thing.inputs, **inputs}, thing.inputs)
        answer = self._call("Update", provider_pb2.UpdateRequest(
            id=thing.id, urn=thing.urn, type=thing.type, name=_name(thing), olds=wire.encode(thing.outputs),
            old_inputs=wire.encode(thing.inputs), news=wire.encode(checked),
        ))  # fmt: skip
        return Thing(thing.urn, thing.type, thing.id, checked, wire.decode(answer.properties).values)

    def read(self, thing: Thing) -> Thing | None:
        answer = self._call("Read", provider_pb2.ReadRequest(
            id=thing.id, urn=thing.urn, type=thing.type, name=_name(thing), properties=wire.encode(thing.outputs),
            inputs=wire.encode(thing.inputs),
        ))  # fmt: skip
        return _read(thing.urn, thing.type, answer)

    def import_(self, token: str, id_: str) -> Thing | None:
        urn = _urn(token, "imported")
        request = provider_pb2.ReadRequest(id=id_, urn=urn, type=token, name="imported")
        return _read(urn, token, self._call("Read", request))

    def delete(self, thing: Thing) -> None:
        self._call("Delete", provider_pb2.DeleteRequest(
            id=thing.id, urn=thing.urn, type=thing.type, name=_name(thing), properties=wire.encode(thing.outputs),
            old_inputs=wire.encode(thing.inputs),
        ))  # fmt: skip

    def invoke(self, token: str, **args: Any) -> Values:
        answer = self._call("Invoke", provider_pb2.InvokeRequest(tok=token, args=wire.encode(args)))
        return wire.decode(getattr(answer, "return")).values


def _urn(token: str, name: str) -> str:
    return f"urn:pulumi:test::test::{token}::{name}"


def _name(thing: Thing) -> str:
    return thing.urn.rpartition("::")[2]


def _read(urn: str, token: str, answer: Any) -> Thing | None:
    if not answer.id:
        return None
    return Thing(urn, token, answer.id, wire.decode(answer.inputs).values, wire.decode(answer.properties).values)


def _refuse(failures: Any) -> None:
    if failures:
        raise Refused("; ".join(f"{failure.property}: {failure.reason}" for failure in failures))


class Clouds:
    """The servers of a test and the engines that talk to them."""

    def __init__(self, home: Path) -> None:
        self.inventory = Inventory(home / "inventory.sqlite")
        clouds: list[Cloud] = [
            AwsCloud(self.inventory),
            AzureNativeCloud(self.inventory),
            GcpCloud(self.inventory),
            KubernetesCloud(self.inventory),
        ]
        self.servers = {cloud.package: serve(cloud) for cloud in clouds}
        self.engines: list[Engine] = []

    def provider(self, package: str, config: Values) -> Engine:
        engine = Engine(self.servers[package][1], config, package)
        self.engines.append(engine)
        return engine

    def close(self) -> None:
        for engine in self.engines:
            engine.channel.close()
        for server, _ in self.servers.values():
            server.stop(0)
        self.inventory.close()


# --- small worlds that tests start from ------------------------------------------------------------------------------


def trust(service: str) -> str:
    """Return a trust policy for a service."""
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


class Network:
    """A VPC with a subnet in each of zones a, c and d."""

    def __init__(self, aws: Engine, name: str = "net", cidr: str = "10.0") -> None:
        self.vpc = aws.create("aws:ec2/vpc:Vpc", name, cidrBlock=f"{cidr}.0.0/16", enableDnsHostnames=True)
        self.subnets = [
            aws.create(
                "aws:ec2/subnet:Subnet", f"{name}-{zone}", vpcId=self.vpc.id, cidrBlock=f"{cidr}.{index}.0/24",
                availabilityZone=f"ap-northeast-1{zone}",
            )
            for index, zone in enumerate("acd")
        ]  # fmt: skip

    @property
    def subnet_ids(self) -> list[str]:
        return [subnet.id for subnet in self.subnets]


class Cluster:
    """An EKS cluster of Kubernetes 1.35 in a network, with what its nodes need to join."""

    def __init__(self, aws: Engine, network: Network, name: str = "shop", **changes: Any) -> None:
        self.role = aws.create("aws:iam/role:Role", f"{name}-control", assumeRolePolicy=trust("eks.amazonaws.com"))
        inputs = {
            "name": name,
            "version": "1.35",
            "roleArn": self.role["arn"],
            "vpcConfig": {"subnetIds": network.subnet_ids, "endpointPrivateAccess": True},
            "accessConfig": {"authenticationMode": "API"},
        }
        self.cluster = aws.create("aws:eks/cluster:Cluster", name, **{**inputs, **changes})
        self.node_role = aws.create("aws:iam/role:Role", f"{name}-nodes", assumeRolePolicy=trust("ec2.amazonaws.com"))
        policy = "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"
        self.attachment = aws.create(
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment", name, role=self.node_role.id, policyArn=policy
        )
        self.nodes = {
            "clusterName": name,
            "nodeGroupName": "main",
            "nodeRoleArn": self.node_role["arn"],
            "subnetIds": network.subnet_ids,
            "scalingConfig": {"minSize": 1, "desiredSize": 2, "maxSize": 3},
        }


def postgres(network: Network, aws: Engine, **changes: Any) -> Values:
    """Return the inputs of a small PostgreSQL instance whose groups stand."""
    group = aws.create("aws:rds/subnetGroup:SubnetGroup", "db", name="db", subnetIds=network.subnet_ids)
    inputs = {
        "identifier": "shop",
        "instanceClass": "db.t3.small",
        "engine": "postgres",
        "engineVersion": "17",
        "allocatedStorage": 20,
        "storageType": "gp3",
        "username": "saleor",
        "manageMasterUserPassword": True,
        "dbSubnetGroupName": group.id,
        "skipFinalSnapshot": True,
    }
    return {**inputs, **changes}


def valkey(network: Network, aws: Engine, **changes: Any) -> Values:
    """Return the inputs of a Valkey replication group of two nodes whose subnet group stands."""
    group = aws.create("aws:elasticache/subnetGroup:SubnetGroup", "cache", name="cache", subnetIds=network.subnet_ids)
    inputs = {
        "replicationGroupId": "shop",
        "description": "cache",
        "engine": "valkey",
        "engineVersion": "8.0",
        "nodeType": "cache.t3.small",
        "numCacheClusters": 2,
        "automaticFailoverEnabled": True,
        "multiAzEnabled": True,
        "subnetGroupName": group.id,
    }
    return {**inputs, **changes}


def without(inputs: Values, *names: str) -> Values:
    """Leave some inputs out."""
    return {key: item for key, item in inputs.items() if key not in names}
