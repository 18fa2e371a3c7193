"""A strict fake world behind Pulumi's mocks: it answers what a component may ask, and fails on anything else."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks, set_mocks, test

ACCOUNT = "111111111111"
REGION = "ap-northeast-1"

KUBECONFIG = """
apiVersion: v1
kind: Config
clusters: [{name: aks, cluster: {server: "https://aks.private:443", certificate-authority-data: Q0E=}}]
users: [{name: clusterUser, user: {exec: {command: kubelogin, args: [get-token, --login, devicecode]}}}]
contexts: [{name: aks, context: {cluster: aks, user: clusterUser}}]
current-context: aks
"""

#: Outputs that components read, by type token: what the cloud would compute from the name.
COMPUTED: dict[str, Callable[[str], dict[str, Any]]] = {
    "gcp:compute/address:Address": lambda name: {"selfLink": f"link-of-{name}", "address": f"ip-of-{name}"},
    "gcp:dns/managedZone:ManagedZone": lambda name: {"nameServers": [f"ns1.{name}.", f"ns2.{name}."]},
    "gcp:certificatemanager/dnsAuthorization:DnsAuthorization": lambda name: {
        "dnsResourceRecords": [{"name": f"_acme.{name}.", "type": "CNAME", "data": f"proof-of-{name}."}]
    },
    "aws:ec2/eip:Eip": lambda name: {"allocationId": f"eipalloc-{name}", "publicIp": f"ip-of-{name}"},
    "aws:ec2/natGateway:NatGateway": lambda name: {"publicIp": f"ip-of-{name}"},
    "aws:ec2/launchTemplate:LaunchTemplate": lambda _: {"latestVersion": 1},
    "aws:s3/bucket:Bucket": lambda name: {"bucketRegionalDomainName": f"{name}.s3.{REGION}.amazonaws.com"},
    "aws:route53/zone:Zone": lambda name: {"zoneId": f"id-of-{name}", "nameServers": [f"ns1.{name}", f"ns2.{name}"]},
    "aws:route53/record:Record": lambda name: {"fqdn": f"fqdn-of-{name}"},
    "aws:cloudfront/distribution:Distribution": lambda _: {
        "domainName": "d111.cloudfront.net",
        "hostedZoneId": "Z2FDTNDATAQYW2",
    },
    "aws:kms/key:Key": lambda name: {"keyId": f"id-of-{name}"},
    "aws:ecr/repository:Repository": lambda name: {"repositoryUrl": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{name}"},
    "aws:elasticache/replicationGroup:ReplicationGroup": lambda name: {"primaryEndpointAddress": f"{name}.cache"},
    "aws:rds/instance:Instance": lambda name: {
        "endpoint": f"{name}.rds:5432",
        "masterUserSecrets": [{"secretArn": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:rds!{name}"}],
    },
    "aws:eks/cluster:Cluster": lambda name: {
        "endpoint": f"https://{name}.eks",
        "certificateAuthority": {"data": "Q0E="},
        "identities": [{"oidcs": [{"issuer": f"https://oidc.eks.{REGION}.amazonaws.com/id/{name}"}]}],
        "vpcConfig": {"clusterSecurityGroupId": f"sg-{name}", "subnetIds": []},
    },
    "gcp:logging/projectSink:ProjectSink": lambda name: {"writerIdentity": f"serviceAccount:writer-of-{name}"},
    "gcp:monitoring/notificationChannel:NotificationChannel": lambda name: {"name": f"name-of-{name}"},
    "azure-native:containerregistry:Registry": lambda name: {"loginServer": f"{name}.azurecr.io"},
    "azure-native:containerservice:ManagedCluster": lambda name: {
        "oidcIssuerProfile": {"enabled": True, "issuerURL": f"https://issuer-of-{name}/"},
        "addonProfiles": {
            "ingressApplicationGateway": {"enabled": True, "identity": {"objectId": f"ingress-of-{name}"}}
        },
    },
    "azure-native:dbforpostgresql:Server": lambda name: {
        "fullyQualifiedDomainName": f"{name}.postgres.database.azure.com"
    },
    "azure-native:keyvault:Vault": lambda name: {
        "properties": {
            "vaultUri": f"https://{name}.vault.azure.net/",
            "tenantId": "a tenant",
            "sku": {"family": "A", "name": "premium"},
        }
    },
    "azure-native:redisenterprise:RedisEnterprise": lambda name: {"hostName": f"{name}.redis.azure.net"},
    "azure-native:storage:StorageAccount": lambda name: {
        "primaryEndpoints": {"blob": f"https://{name}.blob.core.windows.net/"}
    },
    "azure-native:cdn:AFDEndpoint": lambda name: {"hostName": f"{name}-abcdefgh.z01.azurefd.net"},
    # Azure takes the identities as a list and gives them back as an object.
    "azure-native:network:ApplicationGateway": lambda _: {"identity": {"type": "UserAssigned"}},
    # An address of no environment's plan: this world does not know the firewall's subnet.
    "azure-native:network:AzureFirewall": lambda _: {"ipConfigurations": [{"privateIPAddress": "192.0.2.4"}]},
    "azure-native:network:PublicIPAddress": lambda name: {"ipAddress": f"ip-of-{name}"},
    "azure-native:applicationinsights:Component": lambda name: {
        "connectionString": f"InstrumentationKey=key-of-{name};IngestionEndpoint=https://{name}.in"
    },
    "azure-native:monitor:AzureMonitorWorkspace": lambda name: {
        "metrics": {"internalId": f"internal-{name}", "prometheusQueryEndpoint": f"https://{name}.prometheus"}
    },
    "azure-native:managedidentity:UserAssignedIdentity": lambda name: {
        "clientId": f"client-of-{name}",
        "principalId": f"principal-of-{name}",
    },
    "gcp:container/cluster:Cluster": lambda name: {
        "controlPlaneEndpointsConfig": {"dnsEndpointConfig": {"endpoint": f"gke-{name}.europe-west3.gke.goog"}}
    },
    "gcp:iam/workloadIdentityPool:WorkloadIdentityPool": lambda name: {
        "name": f"projects/1/locations/global/workloadIdentityPools/{name}"
    },
    "gcp:serviceaccount/account:Account": lambda name: {
        "name": f"projects/p/serviceAccounts/{name}",
        "email": f"{name}@p.iam.gserviceaccount.com",
        "member": f"serviceAccount:{name}@p.iam.gserviceaccount.com",
    },
    "gcp:redis/cluster:Cluster": lambda name: {
        "discoveryEndpoints": [{"address": f"address-of-{name}", "port": 6379}],
        "managedServerCas": [{"caCerts": [{"certificates": [f"certificate-of-{name}"]}]}],
    },
    "gcp:sql/databaseInstance:DatabaseInstance": lambda name: {"serviceAccountEmailAddress": f"account-of-{name}"},
}

#: The questions that have no other way: AKS tells its certificate only together with credentials, and some services of
#: Google make their account in a project when they are asked for it.
ANSWERED: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "azure-native:containerservice:listManagedClusterUserCredentials": lambda _: {
        "kubeconfigs": [{"name": "clusterUser", "value": base64.b64encode(KUBECONFIG.encode()).decode()}]
    },
    "gcp:bigquery/getDefaultServiceAccount:getDefaultServiceAccount": lambda asked: {
        "member": f"serviceAccount:bigquery-agent-of-{asked['project']}"
    },
    "gcp:logging/getProjectCmekSettings:getProjectCmekSettings": lambda asked: {
        "serviceAccountId": f"logging-agent-of-{asked['project']}"
    },
    "gcp:storage/getProjectServiceAccount:getProjectServiceAccount": lambda asked: {
        "member": f"serviceAccount:storage-agent-of-{asked['project']}"
    },
}


def validation_options(hosts: list[str]) -> dict[str, Any]:
    """Return what ACM asks to be put into the DNS, in an order of its own."""
    return {
        "domainValidationOptions": [
            {
                "domainName": host,
                "resourceRecordName": f"_x.{host}.",
                "resourceRecordType": "CNAME",
                "resourceRecordValue": "_y.acm-validations.aws.",
            }
            for host in sorted(hosts)
        ]
    }


def physical_name(args: MockResourceArgs) -> str:
    """Return the name that the resource manager gives back: it calls every type's own `...Name` just `name`."""
    kind = args.typ.rpartition(":")[2].lower()
    names = [key for key in args.inputs if key.endswith("Name") and key != "resourceGroupName"]
    own = next((key for key in names if key.removesuffix("Name").lower() == kind), names[-1] if names else "")
    return args.inputs[own] if own else args.name


def assigned_identities(args: MockResourceArgs) -> dict[str, Any]:
    """Return the identities as Azure gives them back: a list goes in, a map by id comes out."""
    identity = args.inputs.get("identity") or {}
    assigned = identity.get("userAssignedIdentities")
    return {"identity": {**identity, "userAssignedIdentities": {i: {} for i in assigned}}} if assigned else {}


@dataclass(frozen=True)
class Placed:
    """A resource that was registered."""

    type: str
    name: str
    inputs: Mapping[str, Any]


@dataclass
class World(Mocks):
    """What was registered, in order."""

    placed: list[Placed] = field(default_factory=list)

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        self.placed.append(Placed(args.typ, args.name, args.inputs))
        computed = COMPUTED.get(args.typ, lambda _: {})(args.name)
        if args.typ == "aws:acm/certificate:Certificate":
            computed = validation_options([args.inputs["domainName"], *args.inputs["subjectAlternativeNames"]])
        if args.typ.startswith("azure-native:"):
            computed = {"name": physical_name(args), **assigned_identities(args), **computed}
        arn = f"arn:aws:{args.typ.split(':')[1].split('/')[0]}:{REGION}:{ACCOUNT}:{args.name}"
        return f"{args.name}-id", {"arn": arn, **args.inputs, **computed}

    def call(self, args: MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        if args.token in ANSWERED:
            return ANSWERED[args.token](args.args), []
        raise AssertionError(f"no component may ask a cloud while it is built, but {args.token} was called")

    def of(self, type_token: str) -> dict[str, Mapping[str, Any]]:
        """Return the inputs of every resource of a type, by name."""
        return {placed.name: placed.inputs for placed in self.placed if placed.type == type_token}

    def one(self, type_token: str, name: str) -> Mapping[str, Any]:
        """Return the inputs of one resource."""
        return self.of(type_token)[name]


def place(build: Callable[[], object]) -> World:
    """Run a function that places components, and return what was registered once everything is resolved."""
    world = World()
    set_mocks(world, project="platform", stack="test", preview=False)
    test(build)()
    return world


def outputs(build: Callable[[], Mapping[str, pulumi.Output[Any]]]) -> dict[str, Any]:
    """Run a function that places components, and return the values of the outputs it names."""
    values: dict[str, Any] = {}

    def collect() -> pulumi.Output[Any]:
        return pulumi.Output.all(**build()).apply(values.update)

    place(collect)
    return values
