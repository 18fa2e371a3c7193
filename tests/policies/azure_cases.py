"""Cases of the rules about Azure, its sizes apart."""

from dataclasses import replace
from typing import Any

from policies.resource import UNKNOWN, Resource, Secret, Value
from tests.policies.building import KOREA, Cases, resource

AGENT_POOL = "azure-native:containerservice:AgentPool"
CLUSTER = "azure-native:containerservice:ManagedCluster"
CONFIGURATION = "azure-native:dbforpostgresql:Configuration"
DEPLOYMENT = "azure-native:resources:Deployment"
DATABASE = "azure-native:redisenterprise:Database"
ENDPOINT = "azure-native:network:PrivateEndpoint"
FIREWALL = "azure-native:network:AzureFirewall"
FIREWALL_POLICY = "azure-native:network:FirewallPolicy"
FRONT_DOOR_DOMAIN = "azure-native:cdn:AFDCustomDomain"
FRONT_DOOR_ENDPOINT = "azure-native:cdn:AFDEndpoint"
FRONT_DOOR_POLICY = "azure-native:frontdoor:Policy"
GATEWAY = "azure-native:network:ApplicationGateway"
GATEWAY_POLICY = "azure-native:network:WebApplicationFirewallPolicy"
NAMESPACE = "azure-native:servicebus:Namespace"
ORIGIN = "azure-native:cdn:AFDOrigin"
PROFILE = "azure-native:cdn:Profile"
REDIS = "azure-native:redisenterprise:RedisEnterprise"
REGISTRY = "azure-native:containerregistry:Registry"
ROLE = "azure-native:authorization:RoleAssignment"
RULES = "azure-native:network:NetworkSecurityGroup"
SECURITY_POLICY = "azure-native:cdn:SecurityPolicy"
SECURITY_RULE = "azure-native:network:SecurityRule"
SERVER = "azure-native:dbforpostgresql:Server"
STORAGE = "azure-native:storage:StorageAccount"
SUBNET = "azure-native:network:Subnet"
VAULT = "azure-native:keyvault:Vault"
TABLE = "Microsoft.OperationalInsights/workspaces/tables"
WORKSPACE = "azure-native:operationalinsights:Workspace"

JAPAN = replace(KOREA, properties={"location": "japaneast"})
UNPLACED = replace(KOREA, properties={})
LATER = replace(KOREA, properties={"location": UNKNOWN})


def deployment(*resources: Value) -> Resource:
    return resource(DEPLOYMENT, properties={"mode": "Incremental", "template": {"resources": list(resources)}})


def replicated(*locations: Value) -> Resource:
    rows: list[Value] = [{"locationName": location, "roleType": "Secondary"} for location in locations]
    return resource(NAMESPACE, geoDataReplication={"maxReplicationLagDurationInSeconds": 300, "locations": rows})


def security_rules(**changes: Any) -> Resource:
    row = {
        "name": "HTTPS",
        "direction": "Inbound",
        "access": "Allow",
        "protocol": "Tcp",
        "sourceAddressPrefix": "Internet",
        "destinationPortRange": "443",
        **changes,
    }
    return resource(RULES, securityRules=[row])


def waf(**settings: Any) -> Resource:
    return resource(GATEWAY_POLICY, policySettings={"mode": "Prevention", "state": "Enabled", **settings})


def front_door_waf(**settings: Any) -> Resource:
    return resource(FRONT_DOOR_POLICY, policySettings={"mode": "Prevention", "enabledState": "Enabled", **settings})


def gateway(*, tier: Value = "WAF_v2", policy: Value = UNKNOWN) -> Resource:
    return resource(GATEWAY, sku={"tier": tier}, firewallPolicy={"id": policy})


def firewall_policy(mode: Value, *, tier: Value = "Premium", idps: Value = None) -> Resource:
    return resource(FIREWALL_POLICY, sku={"tier": tier}, threatIntelMode=mode, intrusionDetection={"mode": idps})


def private_endpoint(service: Resource, *groups: Value) -> Resource:
    connection: dict[str, Value] = {"privateLinkServiceId": UNKNOWN, "groupIds": list(groups)}
    return resource(
        ENDPOINT,
        references={"privateLinkServiceConnections": [service]},
        privateLinkServiceConnections=[connection],
    )


def guard(*domains: Resource) -> Resource:
    return resource(SECURITY_POLICY, references={"parameters": domains}, parameters={"type": "WebApplicationFirewall"})


def ssl_policy(name: str) -> dict[str, Value]:
    return {"policyType": "Predefined", "policyName": name}


def tls_parameter(server: Resource) -> Resource:
    return resource(
        CONFIGURATION,
        references={"serverName": [server]},
        configurationName="ssl_min_protocol_version",
        value="TLSv1.3",
    )


def vault(**changes: Any) -> Resource:
    properties = {
        "sku": {"family": "A", "name": "premium"},
        "enablePurgeProtection": True,
        "enableRbacAuthorization": True,
        "publicNetworkAccess": "Disabled",
        **changes,
    }
    return resource(VAULT, properties=properties)


def cluster(**changes: Value) -> Resource:
    properties: dict[str, Any] = {
        "disableLocalAccounts": True,
        "aadProfile": {"managed": True, "enableAzureRBAC": True},
        "oidcIssuerProfile": {"enabled": True},
        "securityProfile": {"workloadIdentity": {"enabled": True}},
        **changes,
    }
    return resource(CLUSTER, **properties)


def sign_in(entra: Value, passwords: Value) -> Resource:
    return resource(SERVER, authConfig={"activeDirectoryAuth": entra, "passwordAuth": passwords})


STORE = resource(STORAGE, called="store")
PRIMARY = resource(SERVER, called="primary")
REPLICA = resource(SERVER, called="replica", createMode="Replica")
FRONT = resource(FRONT_DOOR_ENDPOINT, called="front")
DOMAIN = resource(FRONT_DOOR_DOMAIN, called="domain")
ZONES = ["1", "2", "3"]

CASES: dict[str, Cases] = {
    "azure-known-type": Cases(
        holds=[
            resource(VAULT),
            resource(ROLE),
            resource("azure-native:authorization:PolicyAssignment"),
            resource(PROFILE),
            resource("azure-native:resources:ResourceGroup"),
            resource("azure-native:alertsmanagement:PrometheusRuleGroup"),
        ],
        violated=[
            resource("azure-native:cosmosdb:DatabaseAccount"),
            resource("azure-native:resources:AzureCliScript"),
            resource("azure-native:cdn:Endpoint"),
        ],
        unknowable=[],
    ),
    "azure-templates": Cases(
        holds=[deployment({"type": TABLE, "name": "law/AppTraces"}), deployment()],
        violated=[
            deployment({"type": TABLE}, {"type": "Microsoft.Storage/storageAccounts"}),
            deployment({"type": TABLE, "resources": [{"type": "Microsoft.Storage/storageAccounts"}]}),
            resource(DEPLOYMENT, properties={"mode": "Incremental", "templateLink": {"uri": "https://example.com"}}),
            resource(DEPLOYMENT, properties={"mode": "Incremental", "template": {}}),
        ],
        unknowable=[
            deployment({"type": UNKNOWN}),
            deployment(UNKNOWN),
            resource(DEPLOYMENT, properties={"template": UNKNOWN}),
        ],
    ),
    "azure-location": Cases(
        holds=[
            resource(VAULT, location="koreacentral"),
            resource(VAULT, location="Korea South"),
            resource(VAULT, location="koreasouth", provider=JAPAN),
            resource(VAULT),
            resource(SUBNET),
            resource(PROFILE, location="Global"),
        ],
        violated=[
            resource(VAULT, location="japaneast"),
            resource(VAULT, location="Japan East"),
            resource(VAULT, location="global"),
            resource(VAULT, provider=JAPAN),
            resource(VAULT, provider=UNPLACED),
            resource(VAULT, provider=None),
            resource(PROFILE, location="japaneast"),
        ],
        unknowable=[resource(VAULT, location=UNKNOWN), resource(VAULT, provider=LATER)],
    ),
    "azure-named-places": Cases(
        holds=[
            replicated("koreacentral", "Korea South"),
            resource(ORIGIN, sharedPrivateLinkResource={"privateLinkLocation": "koreacentral"}),
            resource(ORIGIN, hostName="tripgen-prod.koreacentral.redis.azure.net"),
            resource("azure-native:privatedns:PrivateZone", privateZoneName="privatelink.koreacentral.azmk8s.io"),
            resource(WORKSPACE, replication={"enabled": True, "location": "koreasouth"}),
            security_rules(direction="Outbound", destinationAddressPrefix="AzureCloud.KoreaCentral"),
        ],
        violated=[
            replicated("koreacentral", "japaneast"),
            resource(ORIGIN, sharedPrivateLinkResource={"privateLinkLocation": "southeastasia"}),
            resource(ORIGIN, hostName="tripgen-prod.japaneast.redis.azure.net"),
            resource(WORKSPACE, replication={"enabled": True, "location": "eastasia"}),
            resource(
                "azure-native:keyvault:ManagedHsm", properties={"regions": [{"name": "x", "region": "japaneast"}]}
            ),
            resource(
                "azure-native:storage:StorageAccount", extendedLocation={"name": "losangeles", "type": "EdgeZone"}
            ),
            resource("azure-native:cdn:Rule", actions=[{"id": "/subscriptions/x/providers/y/locations/japaneast/z"}]),
            security_rules(direction="Outbound", destinationAddressPrefix="Sql.JapanEast"),
            resource(FIREWALL, ipConfigurations=[{"location": "global"}]),
        ],
        unknowable=[
            replicated("koreacentral", UNKNOWN),
            resource(NAMESPACE, geoDataReplication=UNKNOWN),
            resource(ORIGIN, sharedPrivateLinkResource={"privateLinkLocation": UNKNOWN}),
        ],
    ),
    "azure-copies": Cases(
        holds=[
            resource(STORAGE, location="koreacentral", sku={"name": "Standard_GZRS"}),
            resource(STORAGE, sku={"name": "Standard_RAGRS"}),
            resource(STORAGE, location="japaneast", sku={"name": "Standard_ZRS"}),
            resource(SERVER, location="koreacentral", backup={"geoRedundantBackup": "Enabled"}),
            resource(SERVER, createMode="Replica", location="koreasouth"),
        ],
        violated=[
            resource(STORAGE, location="japaneast", sku={"name": "Standard_GRS"}),
            resource(STORAGE, location="koreacentral", sku={"name": "Standard_EverywhereRS"}),
            resource(STORAGE, location="koreacentral"),
            resource(SERVER, provider=JAPAN, backup={"geoRedundantBackup": "Enabled"}),
        ],
        unknowable=[
            resource(STORAGE, location="koreacentral", sku={"name": UNKNOWN}),
            resource(STORAGE, location=UNKNOWN, sku={"name": "Standard_GRS"}),
        ],
    ),
    "azure-public-access": Cases(
        holds=[
            resource(SERVER, network={"publicNetworkAccess": "Disabled"}),
            resource(REDIS, publicNetworkAccess="Disabled"),
            resource(NAMESPACE, publicNetworkAccess="Disabled"),
            vault(),
            vault(networkAcls={"defaultAction": "Deny"}),
            resource(STORAGE, publicNetworkAccess="Disabled", allowBlobPublicAccess=False),
            resource(REGISTRY, publicNetworkAccess="Disabled", anonymousPullEnabled=False),
            resource(CLUSTER, apiServerAccessProfile={"enablePrivateCluster": True}),
            resource(AGENT_POOL),
        ],
        violated=[
            resource(SERVER, network={"publicNetworkAccess": "Enabled"}),
            resource(SERVER),
            resource(REDIS, publicNetworkAccess="Enabled"),
            resource(NAMESPACE),
            vault(publicNetworkAccess="Enabled"),
            vault(networkAcls={"defaultAction": "Allow"}),
            resource(STORAGE, publicNetworkAccess="Disabled", allowBlobPublicAccess=True),
            resource(STORAGE, publicNetworkAccess="SecuredByPerimeter", allowBlobPublicAccess=False),
            resource(REGISTRY, publicNetworkAccess="Disabled", anonymousPullEnabled=True),
            resource(CLUSTER, apiServerAccessProfile={"enablePrivateCluster": False}),
            resource(
                CLUSTER,
                apiServerAccessProfile={"enablePrivateCluster": True},
                agentPoolProfiles=[{"enableNodePublicIP": False}, {"enableNodePublicIP": True}],
            ),
            resource(AGENT_POOL, enableNodePublicIP=True),
            resource("azure-native:dbforpostgresql:FirewallRule", startIpAddress="203.0.113.1"),
        ],
        unknowable=[
            resource(SERVER, network=UNKNOWN),
            resource(REDIS, publicNetworkAccess=UNKNOWN),
            resource(CLUSTER, apiServerAccessProfile={"enablePrivateCluster": True}, agentPoolProfiles=UNKNOWN),
        ],
    ),
    "azure-open-ports": Cases(
        holds=[
            security_rules(),
            security_rules(sourceAddressPrefix="*", destinationPortRange="80"),
            security_rules(sourceAddressPrefix="GatewayManager", destinationPortRange="65200-65535"),
            security_rules(sourceAddressPrefix="10.0.1.0/24", destinationPortRange="*"),
            security_rules(access="Deny", sourceAddressPrefix="*", destinationPortRange="*"),
            security_rules(direction="Outbound", sourceAddressPrefix="*", destinationPortRange="*"),
            resource(
                SECURITY_RULE,
                direction="Inbound",
                access="Allow",
                sourceAddressPrefixes=["10.1.0.0/16", "100.64.0.0/16"],
                destinationPortRange="5432",
            ),
        ],
        violated=[
            security_rules(destinationPortRange="22"),
            security_rules(sourceAddressPrefix="*", destinationPortRange="*"),
            security_rules(sourceAddressPrefix="0.0.0.0/0", destinationPortRange="5432"),
            security_rules(sourceAddressPrefix="::/0", destinationPortRange="5432"),
            security_rules(sourceAddressPrefix="203.0.113.0/24", destinationPortRange="6380"),
            security_rules(destinationPortRange="443-8443"),
            resource(
                SECURITY_RULE,
                direction="Inbound",
                access="Allow",
                sourceAddressPrefixes=["10.1.0.0/16", "Internet"],
                destinationPortRanges=["443", "3389"],
            ),
        ],
        unknowable=[
            security_rules(sourceAddressPrefix=UNKNOWN, destinationPortRange="5432"),
            security_rules(destinationPortRange=UNKNOWN),
            security_rules(access=UNKNOWN, destinationPortRange="22"),
            security_rules(direction=UNKNOWN, destinationPortRange="22"),
            resource(RULES, securityRules=UNKNOWN),
        ],
    ),
    "azure-web-firewall": Cases(
        holds=[waf(), front_door_waf(), gateway(), gateway(policy="/subscriptions/x")],
        violated=[
            waf(mode="Detection"),
            waf(state="Disabled"),
            front_door_waf(mode="Detection"),
            front_door_waf(enabledState="Disabled"),
            gateway(tier="Standard_v2"),
            gateway(policy=None),
        ],
        unknowable=[waf(mode=UNKNOWN), gateway(tier=UNKNOWN)],
    ),
    "azure-firewall": Cases(
        holds=[
            firewall_policy("Deny", idps="Deny"),
            firewall_policy("Deny", idps="Alert"),
            firewall_policy("Deny", tier="Standard"),
        ],
        violated=[
            firewall_policy("Alert", idps="Deny"),
            firewall_policy("Deny"),
            firewall_policy("Deny", idps="Off"),
            firewall_policy(None, tier="Standard"),
        ],
        unknowable=[
            firewall_policy(UNKNOWN, tier="Standard"),
            firewall_policy("Deny", idps=UNKNOWN),
            firewall_policy("Deny", tier=UNKNOWN),
        ],
    ),
    "azure-network-policies": Cases(
        holds=[resource(CLUSTER, networkProfile={"networkPolicy": "cilium"})],
        violated=[resource(CLUSTER, networkProfile={"networkPolicy": "none"}), resource(CLUSTER)],
        unknowable=[resource(CLUSTER, networkProfile=UNKNOWN)],
    ),
    "azure-private-endpoints": Cases(
        holds=[[STORE, PRIMARY, private_endpoint(STORE, "blob"), private_endpoint(PRIMARY, "postgresqlServer")]],
        violated=[
            [STORE, PRIMARY, private_endpoint(STORE, "blob")],
            [STORE, private_endpoint(STORE, "table")],
            [STORE, private_endpoint(PRIMARY, "blob")],
        ],
        unknowable=[],
    ),
    "azure-guarded-domains": Cases(
        holds=[[FRONT, DOMAIN, guard(FRONT, DOMAIN)]],
        violated=[[FRONT], [FRONT, DOMAIN, guard(FRONT)]],
        unknowable=[],
    ),
    "azure-tls": Cases(
        holds=[
            resource(STORAGE, minimumTlsVersion="TLS1_2"),
            resource(NAMESPACE, minimumTlsVersion="1.2"),
            resource(REDIS, minimumTlsVersion="1.2"),
            resource(DATABASE, clientProtocol="Encrypted"),
            resource(DATABASE),
            resource(FRONT_DOOR_DOMAIN, tlsSettings={"minimumTlsVersion": "TLS12"}),
            resource("azure-native:cdn:Route", httpsRedirect="Enabled", forwardingProtocol="HttpsOnly"),
            resource(GATEWAY, sslPolicy=ssl_policy("AppGwSslPolicy20220101S")),
        ],
        violated=[
            resource(STORAGE, minimumTlsVersion="TLS1_0"),
            resource(STORAGE, minimumTlsVersion="TLS1_2", enableHttpsTrafficOnly=False),
            resource(NAMESPACE, minimumTlsVersion="1.1"),
            resource(NAMESPACE),
            resource(DATABASE, clientProtocol="Plaintext"),
            resource(FRONT_DOOR_DOMAIN, tlsSettings={"minimumTlsVersion": "TLS10"}),
            resource("azure-native:cdn:Route", httpsRedirect="Disabled", forwardingProtocol="HttpsOnly"),
            resource("azure-native:cdn:Route", httpsRedirect="Enabled", forwardingProtocol="MatchRequest"),
            resource(GATEWAY, sslPolicy=ssl_policy("AppGwSslPolicy20150501")),
            resource(GATEWAY),
        ],
        unknowable=[resource(STORAGE, minimumTlsVersion=UNKNOWN), resource(GATEWAY, sslPolicy=UNKNOWN)],
    ),
    "azure-postgres-parameters": Cases(
        holds=[
            resource(CONFIGURATION, configurationName="ssl_min_protocol_version", value="TLSv1.3"),
            resource(CONFIGURATION, configurationName="require_secure_transport", value="on"),
        ],
        violated=[
            resource(CONFIGURATION, configurationName="ssl_min_protocol_version", value="TLSv1.2"),
            resource(CONFIGURATION, configurationName="require_secure_transport", value="off"),
        ],
        unknowable=[
            resource(CONFIGURATION, configurationName="ssl_min_protocol_version", value=UNKNOWN),
            resource(CONFIGURATION, configurationName=UNKNOWN, value="off"),
        ],
    ),
    "azure-postgres-tls": Cases(
        holds=[[PRIMARY, REPLICA, tls_parameter(PRIMARY), tls_parameter(REPLICA)]],
        violated=[
            [PRIMARY],
            [PRIMARY, REPLICA, tls_parameter(PRIMARY)],
            [PRIMARY, replace(tls_parameter(PRIMARY), properties={"configurationName": "max_wal_senders"})],
        ],
        unknowable=[],
    ),
    "azure-at-rest": Cases(
        holds=[
            resource(AGENT_POOL, enableEncryptionAtHost=True),
            resource(CLUSTER, agentPoolProfiles=[{"enableEncryptionAtHost": True}]),
        ],
        violated=[
            resource(AGENT_POOL),
            resource(CLUSTER, agentPoolProfiles=[{"enableEncryptionAtHost": True}, {"enableEncryptionAtHost": False}]),
        ],
        unknowable=[resource(AGENT_POOL, enableEncryptionAtHost=UNKNOWN)],
    ),
    "azure-vault": Cases(
        holds=[vault(), vault(enableSoftDelete=True)],
        violated=[
            vault(sku={"family": "A", "name": "standard"}),
            vault(enableSoftDelete=False),
        ],
        unknowable=[vault(sku=UNKNOWN)],
    ),
    "azure-local-accounts": Cases(
        holds=[
            cluster(),
            resource(REGISTRY, adminUserEnabled=False),
            sign_in("Enabled", "Disabled"),
            vault(),
            resource(DATABASE, accessKeysAuthentication="Disabled"),
            resource(NAMESPACE, disableLocalAuth=True),
            resource(STORAGE, allowSharedKeyAccess=False),
            resource("azure-native:applicationinsights:Component", disableLocalAuth=True),
            resource(WORKSPACE, features={"disableLocalAuth": True}),
        ],
        violated=[
            cluster(disableLocalAccounts=False),
            cluster(aadProfile=None),
            cluster(securityProfile={}),
            resource(REGISTRY, adminUserEnabled=True),
            sign_in("Enabled", "Enabled"),
            sign_in("Disabled", "Disabled"),
            resource(SERVER),
            vault(enableRbacAuthorization=False),
            vault(accessPolicies=[{"objectId": "x"}]),
            resource(DATABASE, accessKeysAuthentication="Enabled"),
            resource(NAMESPACE),
            resource(STORAGE, allowSharedKeyAccess=True),
            resource("azure-native:applicationinsights:Component"),
            resource(WORKSPACE, features={"disableLocalAuth": False}),
        ],
        unknowable=[resource(NAMESPACE, disableLocalAuth=UNKNOWN), sign_in(UNKNOWN, "Disabled")],
    ),
    "azure-zones": Cases(
        holds=[
            resource(AGENT_POOL, "prod", availabilityZones=ZONES),
            resource(CLUSTER, "prod", agentPoolProfiles=[{"availabilityZones": ZONES}]),
            resource(GATEWAY, "prod", zones=ZONES),
            resource(FIREWALL, "prod", zones=ZONES),
            resource(SERVER, "prod", highAvailability={"mode": "ZoneRedundant"}),
            resource(REDIS, "prod"),
            resource(STORAGE, "prod", sku={"name": "Standard_GZRS"}),
            resource(SERVER, "dev"),
            resource(REDIS, "dev", highAvailability="Disabled"),
        ],
        violated=[
            resource(AGENT_POOL, "prod", availabilityZones=["1"]),
            resource(AGENT_POOL, "prod"),
            resource(CLUSTER, "prod", agentPoolProfiles=[{"availabilityZones": ["1", "2"]}]),
            resource(GATEWAY, "prod", zones=[]),
            resource(SERVER, "prod", highAvailability={"mode": "SameZone"}),
            resource(SERVER, "prod"),
            resource(REDIS, "prod", highAvailability="Disabled"),
            resource(STORAGE, "prod", sku={"name": "Standard_GRS"}),
            resource(SERVER, "stage", highAvailability={"mode": "Disabled"}),
            resource(SERVER, "dev", highAvailability={"mode": "ZoneRedundant"}),
            resource(REDIS, "dev"),
        ],
        unknowable=[
            resource(AGENT_POOL, "prod", availabilityZones=["1", "2", UNKNOWN]),
            resource(GATEWAY, "prod", zones=UNKNOWN),
        ],
    ),
    "azure-zoneless-region": Cases(
        holds=[resource(SERVER, location="koreasouth"), resource(GATEWAY, location="koreasouth", zones=[])],
        violated=[
            resource(SERVER, location="koreasouth", availabilityZone="1"),
            resource(GATEWAY, location="Korea South", zones=["1"]),
        ],
        unknowable=[resource(GATEWAY, location="koreasouth", zones=UNKNOWN)],
    ),
    "azure-backups": Cases(
        holds=[
            resource(SERVER, "prod", backup={"backupRetentionDays": 35, "geoRedundantBackup": "Enabled"}),
            resource(DATABASE, "prod", persistence={"aofEnabled": True, "aofFrequency": "1s"}),
            replace(replicated("koreacentral", "koreasouth"), environment="prod"),
            replace(vault(), environment="prod"),
        ],
        violated=[
            resource(SERVER, "prod", backup={"backupRetentionDays": 7, "geoRedundantBackup": "Enabled"}),
            resource(SERVER, "prod", backup={"backupRetentionDays": 35}),
            resource(DATABASE, "prod"),
            replace(replicated("koreacentral"), environment="prod"),
            resource(NAMESPACE, "prod"),
            resource(SERVER, "stage", backup={"backupRetentionDays": 35}),
            resource(SERVER, "dev", backup={"backupRetentionDays": 7, "geoRedundantBackup": "Enabled"}),
            replace(vault(enablePurgeProtection=None), environment="prod"),
            replace(vault(enablePurgeProtection=False), environment="stage"),
        ],
        unknowable=[resource(SERVER, "prod", backup=UNKNOWN), resource(DATABASE, "prod", persistence=UNKNOWN)],
    ),
}

UNCLAIMED: dict[str, list[Resource | list[Resource]]] = {
    "azure-location": [resource(ROLE), resource(ROLE, provider=JAPAN)],
    "azure-named-places": [
        resource(VAULT, location="japaneast"),
        resource(VAULT, tags={"location": "japaneast"}),
        resource(VAULT, vaultName="kv-japaneast"),
        resource(WORKSPACE, query="where Region == 'japaneast'"),
        resource(WORKSPACE, workspaceResourceId=UNKNOWN),
        resource("azure-native:applicationinsights:WebTest", locations=[{"location": "apac-jp-kaw-edge"}]),
    ],
    "azure-private-endpoints": [[resource(ENDPOINT)], []],
    "azure-guarded-domains": [[resource(SECURITY_POLICY)]],
    "azure-postgres-parameters": [resource(CONFIGURATION, configurationName="max_connections", value="500")],
    "azure-postgres-tls": [[resource(CONFIGURATION)]],
    "azure-zones": [
        resource(AGENT_POOL, "dev"),
        resource(SERVER, "prod", createMode="Replica"),
        resource(STORAGE, "prod", location="koreasouth", sku={"name": "Standard_LRS"}),
    ],
    "azure-zoneless-region": [resource(GATEWAY, location="koreacentral", zones=["1"])],
    "azure-backups": [
        resource(DATABASE, "dev"),
        resource(SERVER, "prod", createMode="Replica"),
        replace(vault(enablePurgeProtection=None), environment="dev"),
    ],
}

#: What a rule judges and no message may show.
CANARY = "japaneast"
SECRETS: list[Resource] = [
    resource(VAULT, location=Secret(CANARY)),
    resource(ORIGIN, hostName=Secret(f"x.{CANARY}.redis.azure.net")),
    resource(STORAGE, sku=Secret({"name": CANARY})),
    security_rules(destinationPortRange=Secret(CANARY)),
    resource(NAMESPACE, publicNetworkAccess=Secret(CANARY), minimumTlsVersion=Secret(CANARY)),
]
