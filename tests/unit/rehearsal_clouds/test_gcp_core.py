"""Google Cloud, whatever the type: services, places, labels, paths, keys, protection; and who may do what."""

import pytest

from tests.unit.rehearsal_clouds.azure_world import merged, refused
from tests.unit.rehearsal_clouds.gcp_world import ENCRYPTER, IN_REGION, NUMBER, REGION, Frankfurt
from tests.unit.rehearsal_clouds.provider_client import FRANKFURT, PROJECT, Clouds, Engine

NETWORK, ADDRESS = "gcp:compute/network:Network", "gcp:compute/address:Address"
KEY_RING = "gcp:kms/keyRing:KeyRing"
POOLS = f"iam.googleapis.com/projects/{NUMBER}/locations/global/workloadIdentityPools"


# --- provider, project, services -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"region": "europe-west33"}, "unknown region 'europe-west33'. Did you mean \"europe-west3\"?"),
        ({"zone": "europe-west3-z"}, "unknown zone 'europe-west3-z'."),
        ({"project": "A"}, '"project" (A) must be 6 to 30 characters'),
    ],
)
def test_a_provider_of_no_place_or_project_is_refused(clouds: Clouds, changes, words):
    with refused(words):
        clouds.provider("gcp", {**FRANKFURT, **changes})


def test_a_resource_without_a_project_is_refused(clouds: Clouds):
    with refused("project: required field is not set"):
        clouds.provider("gcp", {}).check(NETWORK, "net", {"name": "net"})


def test_a_regional_resource_without_a_region_is_refused(clouds: Clouds):
    with refused("Cannot determine region: set in this resource, or set provider-level 'region' or 'zone'."):
        clouds.provider("gcp", {"project": PROJECT}).check(ADDRESS, "ip", {"name": "ip"})


def test_a_location_is_the_providers_where_none_is_said(clouds: Clouds):
    given = {"name": "c", "initialNodeCount": 1}
    with refused("Cannot determine location: set location in this resource, or set provider-level 'region' or 'zone'."):
        clouds.provider("gcp", {"project": PROJECT}).check("gcp:container/cluster:Cluster", "c", given)
    near = clouds.provider("gcp", {**FRANKFURT, "zone": "europe-west3-b"})
    near.create("gcp:projects/service:Service", service="container.googleapis.com")
    made = near.create("gcp:container/cluster:Cluster", "c", **given)
    assert made.id == f"projects/{PROJECT}/locations/europe-west3-b/clusters/c"


def test_project_and_region_come_from_the_provider_or_the_resource(frankfurt: Frankfurt):
    assert frankfurt.make("compute/address:Address", "a", name="a").id == f"{IN_REGION}/addresses/a"
    frankfurt.make("projects/service:Service", "other", service="compute.googleapis.com", project="dtx-data")
    elsewhere = frankfurt.make("compute/address:Address", "b", name="b", project="dtx-data", region="europe-west1")
    assert elsewhere.id == "projects/dtx-data/regions/europe-west1/addresses/b"


def test_a_service_that_is_off_makes_nothing(google: Engine):
    with refused(f"Compute Engine API has not been used in project {PROJECT} before or it is disabled."):
        google.create(NETWORK, "net", name="net")
    with refused("SERVICE_DISABLED"):
        google.create("gcp:projects/iAMMember:IAMMember", project=PROJECT, role="roles/viewer", member="user:a@b.de")


def test_a_service_is_on_in_its_own_project_only(frankfurt: Frankfurt):
    with refused("Compute Engine API has not been used in project dtx-data"):
        frankfurt.make("compute/network:Network", "net", name="net", project="dtx-data")


def test_a_service_stays_on_when_pulumi_forgets_it(frankfurt: Frankfurt):
    frankfurt.google.delete(frankfurt.switch_on("compute"))
    assert frankfurt.network().id == f"projects/{PROJECT}/global/networks/net"


def test_a_service_in_use_is_not_switched_off(frankfurt: Frankfurt):
    frankfurt.network()
    compute = frankfurt.make("projects/service:Service", "off", service="compute.googleapis.com", disableOnDestroy=True)
    with refused("is depended on by the following active resources"):
        frankfurt.google.delete(compute)


def test_an_unknown_service_is_refused(google: Engine):
    with refused("Not found or permission denied for service(s): compute"):
        google.create("gcp:projects/service:Service", service="compute")


# --- places and labels -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("token", "inputs", "words"),
    [
        (ADDRESS, {"region": "europe-west33"}, "Invalid value for field 'region': 'europe-west33'. Unknown region."),
        (
            "gcp:compute/networkEndpointGroup:NetworkEndpointGroup",
            {"network": "n", "zone": "europe-west3-z"},
            "Unknown zone.",
        ),
        (KEY_RING, {"location": "frankfurt"}, "Permission denied on 'locations/frankfurt' (or it may not exist)."),
        (
            "gcp:container/nodePool:NodePool",
            {"cluster": "c", "location": REGION, "nodeLocations": ["europe-west3-d"]},
            "Unknown zone.",
        ),
        (
            "gcp:container/nodePool:NodePool",
            {"cluster": "c", "location": REGION, "nodeLocations": ["europe-west1-b"]},
            "Zone europe-west1-b is not in the region europe-west3 of the resource.",
        ),
        (
            "gcp:firestore/database:Database",
            {"type": "FIRESTORE_NATIVE", "locationId": "europe-west39"},
            "europe-west39",
        ),
    ],
)
def test_a_place_that_does_not_exist_is_refused(google: Engine, token, inputs, words):
    with refused(words):
        google.check(token, "it", {"name": "it", **inputs})


def test_a_label_called_region_is_text(google: Engine):
    google.check(ADDRESS, "ip", {"name": "ip", "labels": {"region": "frankfurt", "zone": "green"}})


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ({"Team": "dtx"}, "Label key 'Team' violates format constraints."),
        ({"1st": "dtx"}, "Label key '1st' violates format constraints."),
        ({"team": "DTx platform"}, "Label value 'DTx platform' violates format constraints."),
        ({"team": "d" * 64}, "violates format constraints"),
        (
            {f"k{index}": "v" for index in range(65)},
            "There can be no more than 64 labels attached to a single resource",
        ),
    ],
)
def test_labels_are_lower_case_short_and_few(google: Engine, labels, words):
    with refused(words):
        google.check(ADDRESS, "ip", {"name": "ip", "labels": labels})


def test_labels_come_back_with_the_providers_own(clouds: Clouds):
    google = clouds.provider("gcp", {**FRANKFURT, "defaultLabels": {"system": "dtx"}})
    google.create("gcp:projects/service:Service", service="compute.googleapis.com")
    address = google.create(ADDRESS, "ip", name="ip", labels={"team": "data-1_a"})
    assert address["effectiveLabels"] == {"system": "dtx", "team": "data-1_a", "goog-pulumi-provisioned": "true"}
    assert address["pulumiLabels"] == {"system": "dtx", "team": "data-1_a"}


# --- names and references --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "net",
        "global/networks/net",
        f"projects/{PROJECT}/global/networks/net",
        f"https://www.googleapis.com/compute/v1/projects/{PROJECT}/global/networks/net",
        f"//compute.googleapis.com/projects/{PROJECT}/global/networks/net",
    ],
)
def test_a_reference_is_a_name_a_path_or_a_link(frankfurt: Frankfurt, written):
    frankfurt.network()
    router = frankfurt.make("compute/router:Router", "router", name="router", network=written)
    assert router["selfLink"] == f"https://www.googleapis.com/compute/v1/{IN_REGION}/routers/router"


def test_what_is_named_by_a_path_must_stand(frankfurt: Frankfurt):
    with refused(f"The resource 'projects/{PROJECT}/global/networks/none' was not found, notFound"):
        frankfurt.make("compute/router:Router", network=f"projects/{PROJECT}/global/networks/none", name="router")


def test_a_reference_to_another_region_is_refused(frankfurt: Frankfurt):
    network = frankfurt.network()
    subnet = frankfurt.subnet("far", "10.0.0.0/24", network, region="europe-west1")
    with refused("Cross-region references for this resource are not allowed: it is in europe-west3."):
        frankfurt.make("compute/address:Address", name="ip", addressType="INTERNAL", subnetwork=subnet.id)


def test_a_name_is_taken_in_its_place(frankfurt: Frankfurt):
    frankfurt.network()
    with refused(f"Error 409: The resource 'projects/{PROJECT}/global/networks/net' already exists, alreadyExists"):
        frankfurt.make("compute/network:Network", "again", name="net")


def test_a_name_that_is_no_label_is_refused(google: Engine):
    with refused("Invalid value for field 'resource.name': 'Net_1'. Must be a match of regex"):
        google.check(NETWORK, "net", {"name": "Net_1"})


def test_another_name_or_region_is_a_replacement_which_ends_the_old_one_first_only_if_the_name_stays(google: Engine):
    google.create("gcp:projects/service:Service", service="compute.googleapis.com")
    address = google.create(ADDRESS, "ip", name="ip")
    moved = google.diff(address, {"name": "ip", "region": "europe-west1"})
    assert (list(moved.replaces), moved.deleteBeforeReplace) == (["region"], False)
    kind = google.diff(address, {"name": "ip", "addressType": "INTERNAL", "subnetwork": "s"})
    assert kind.deleteBeforeReplace
    assert "name" in google.diff(address, {"name": "other"}).replaces


def test_what_is_in_use_stays(frankfurt: Frankfurt):
    network = frankfurt.network()
    frankfurt.make("compute/router:Router", "router", name="router", network=network.id)
    with refused(f"The network resource '{network.id}' is already being used"):
        frankfurt.google.delete(network)


# --- protection ------------------------------------------------------------------------------------------------------


def test_what_is_protected_is_not_destroyed(frankfurt: Frankfurt):
    zone = frankfurt.make("dns/managedZone:ManagedZone", name="zone", dnsName="dtx.example.", deletionPolicy="PREVENT")
    with refused("without setting deletion_policy to DELETE or ABANDON first"):
        frankfurt.google.delete(zone)
    frankfurt.google.delete(frankfurt.google.update(zone, deletionPolicy="DELETE"))


def test_what_is_abandoned_stays(frankfurt: Frankfurt):
    network = frankfurt.network(deletionPolicy="ABANDON")
    frankfurt.google.delete(network)
    assert frankfurt.google.import_(NETWORK, network.id)


@pytest.mark.parametrize(
    ("token", "inputs", "words"),
    [
        (
            "container/cluster:Cluster",
            {"name": "c", "location": REGION, "initialNodeCount": 1},
            "deletion_protection is set to true",
        ),
        (
            "firestore/database:Database",
            {
                "name": "(default)",
                "locationId": REGION,
                "type": "FIRESTORE_NATIVE",
                "deleteProtectionState": "DELETE_PROTECTION_ENABLED",
            },
            "protected against deletion",
        ),
    ],
)
def test_the_clouds_own_protection_holds(frankfurt: Frankfurt, token, inputs, words):
    thing = frankfurt.make(token, "it", **inputs)
    with refused(words):
        frankfurt.google.delete(thing)


# --- keys ------------------------------------------------------------------------------------------------------------


def test_a_key_is_never_gone(frankfurt: Frankfurt):
    ring = frankfurt.ring()
    key = frankfurt.key(ring=ring)
    frankfurt.google.delete(key)
    frankfurt.google.delete(ring)
    with refused(f"Error 409: The resource '{ring.id}' already exists"):
        frankfurt.google.create(KEY_RING, "again", name="ring", location=REGION)
    with refused(f"Error 409: The resource '{key.id}' already exists"):
        frankfurt.google.create("gcp:kms/cryptoKey:CryptoKey", "again", name="data", keyRing=ring.id)


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"rotationPeriod": "3600s"}, "rotation period must be a number of seconds of at least 86400"),
        ({"rotationPeriod": "90d"}, "rotation period must be a number of seconds of at least 86400"),
        ({"rotationPeriod": "86400s", "purpose": "MAC"}, "Automatic rotation is not supported for keys of purpose MAC"),
        ({"destroyScheduledDuration": "60s"}, "destroy_scheduled_duration must be between 1 day and 120 days"),
        ({"name": "data key"}, "Invalid cryptoKey ID: data key"),
        ({"purpose": "ENCRYPT"}, "'ENCRYPT' is not offered."),
    ],
)
def test_keys_that_cannot_be_are_refused(google: Engine, inputs, words):
    with refused(words):
        google.check("gcp:kms/cryptoKey:CryptoKey", "key", {"name": "data", "keyRing": "ring", **inputs})


def test_a_key_needs_its_ring(frankfurt: Frankfurt):
    with refused(f"KeyRing projects/{PROJECT}/locations/{REGION}/keyRings/none not found."):
        frankfurt.make("kms/cryptoKey:CryptoKey", keyRing=f"projects/{PROJECT}/locations/{REGION}/keyRings/none")


def test_an_external_key_is_not_kept_everywhere(frankfurt: Frankfurt):
    ring = frankfurt.ring(location="global")
    with refused("Protection level EXTERNAL is not supported in the location global."):
        frankfurt.key(
            ring=ring, versionTemplate={"algorithm": "EXTERNAL_SYMMETRIC_ENCRYPTION", "protectionLevel": "EXTERNAL"}
        )


def topic(key: str) -> dict[str, str]:
    return {"name": "events", "kmsKeyName": key}


def test_a_resource_is_encrypted_with_a_key_that_stands(frankfurt: Frankfurt):
    path = f"projects/{PROJECT}/locations/{REGION}/keyRings/ring/cryptoKeys/none"
    with refused(f"CryptoKey {path} not found."):
        frankfurt.make("pubsub/topic:Topic", **topic(path))


def test_a_resource_is_encrypted_with_a_key_its_service_may_use(frankfurt: Frankfurt):
    key = frankfurt.key()
    with refused(f"Permission 'cloudkms.cryptoKeyVersions.useToEncrypt' denied on resource '{key.id}'"):
        frankfurt.make("pubsub/topic:Topic", **topic(key.id))
    frankfurt.agent("pubsub")
    frankfurt.grant(key, "service-{number}@gcp-sa-pubsub")
    frankfurt.make("pubsub/topic:Topic", **topic(key.id))


def test_a_right_on_the_ring_or_in_the_project_is_one_on_the_key(frankfurt: Frankfurt):
    frankfurt.agent("pubsub")
    key, member = frankfurt.key(), f"serviceAccount:service-{NUMBER}@gcp-sa-pubsub.iam.gserviceaccount.com"
    ring = key.id.rpartition("/cryptoKeys/")[0]
    grant = frankfurt.make("kms/keyRingIAMMember:KeyRingIAMMember", keyRingId=ring, role=ENCRYPTER, member=member)
    frankfurt.google.delete(frankfurt.make("pubsub/topic:Topic", **topic(key.id)))
    frankfurt.google.delete(grant)
    frankfurt.make("projects/iAMMember:IAMMember", project=PROJECT, role=ENCRYPTER, member=member)
    frankfurt.make("pubsub/topic:Topic", **topic(key.id))


def test_a_key_stands_where_what_it_encrypts_does(frankfurt: Frankfurt):
    frankfurt.agent("secretmanager")
    key = frankfurt.key(ring=frankfurt.ring(location="europe-west1"))
    frankfurt.grant(key, "service-{number}@gcp-sa-secretmanager")
    with refused("(europe-west1) does not match the location of the resource (europe-west3)"):
        frankfurt.make(
            "secretmanager/regionalSecret:RegionalSecret",
            secretId="s",
            location=REGION,
            customerManagedEncryption={"kmsKeyName": key.id},
        )


def test_a_key_whose_versions_are_destroyed_encrypts_nothing(frankfurt: Frankfurt):
    key = frankfurt.key_for("service-{number}@gcp-sa-pubsub", "pubsub")
    frankfurt.google.delete(key)
    with refused("cryptoKeyVersions/1 is not enabled, current state is: DESTROY_SCHEDULED."):
        frankfurt.make("pubsub/topic:Topic", **topic(key.id))


# --- who may do what -------------------------------------------------------------------------------------------------


def test_a_service_account_has_an_address(frankfurt: Frankfurt):
    account = frankfurt.make("serviceaccount/account:Account", accountId="user-service")
    email = f"user-service@{PROJECT}.iam.gserviceaccount.com"
    assert (account["email"], account["member"]) == (email, f"serviceAccount:{email}")
    assert account.id == f"projects/{PROJECT}/serviceAccounts/{email}"
    with refused('"account_id" ("user") doesn\'t match regexp'):
        frankfurt.make("serviceaccount/account:Account", "short", accountId="user")


@pytest.mark.parametrize(
    ("role", "member", "words"),
    [
        ("roles/viewer", "me@dtx.example", "The member me@dtx.example must be of the form user:, group:"),
        ("roles/viewer", "allUsers", "Member allUsers is not supported for the policy of a project."),
        ("viewer", "user:me@dtx.example", "Role viewer is not supported for this resource."),
        ("roles/viewer", f"serviceAccount:nobody@{PROJECT}.iam.gserviceaccount.com", "does not exist., badRequest"),
        (
            "roles/viewer",
            f"serviceAccount:service-{NUMBER}@gcp-sa-cloud-sql.iam.gserviceaccount.com",
            "[it comes with sqladmin.googleapis.com: a projects.ServiceIdentity of sqladmin.googleapis.com makes it]",
        ),
        ("roles/viewer", f"serviceAccount:{PROJECT}.svc.id.goog[dtx/user-service]", "Identity Pool does not exist"),
        ("roles/viewer", f"principalSet://{POOLS}/none/attribute.x/y", "Identity Pool does not exist (none)."),
        (f"projects/{PROJECT}/roles/none", "user:me@dtx.example", "does not exist in the resource's hierarchy."),
    ],
)
def test_rights_of_nobody_are_refused(frankfurt: Frankfurt, role, member, words):
    with refused(words):
        frankfurt.make("projects/iAMMember:IAMMember", project=PROJECT, role=role, member=member)


def test_an_agent_of_a_service_that_is_off_does_not_exist_yet(google: Engine):
    google.create("gcp:projects/service:Service", service="cloudresourcemanager.googleapis.com")
    with refused("[it comes with compute.googleapis.com: switch the service on first]"):
        google.create(
            "gcp:projects/iAMMember:IAMMember",
            project=PROJECT,
            role="roles/viewer",
            member=f"serviceAccount:service-{NUMBER}@compute-system.iam.gserviceaccount.com",
        )


def test_two_grants_of_one_right_are_one_right(frankfurt: Frankfurt, clouds: Clouds):
    right = {"project": PROJECT, "role": "roles/viewer", "member": "group:team@dtx.example"}
    one = frankfurt.make("projects/iAMMember:IAMMember", "one", **right)
    other = frankfurt.make("projects/iAMMember:IAMMember", "other", **right)
    frankfurt.google.delete(one)
    assert frankfurt.google.read(other) is None
    assert clouds.inventory.count("gcp", "gcp:projects/iAMMember:IAMMember") == 0


def test_a_service_identity_names_its_agent(frankfurt: Frankfurt):
    assert frankfurt.agent("sqladmin")["email"].endswith("@gcp-sa-cloud-sql.iam.gserviceaccount.com")
    with refused("Service 'dataflow.googleapis.com' is not enabled for consumer"):
        frankfurt.agent("dataflow")


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"attributeMapping": {"attribute.x": "assertion.x"}}, "The attribute mapping must contain google.subject"),
        (
            {"attributeMapping": {"google.subject": "assertion.sub", "repo": "assertion.x"}},
            "Invalid attribute mapping key repo",
        ),
        ({"attributeCondition": None}, "The attribute condition must reference one of the provider's claims."),
        ({"oidc": {"issuerUri": "http://x"}}, "The issuer URI must be an https URI: http://x."),
        ({"workloadIdentityPoolProviderId": "gcp-github"}, "Invalid workload identity pool provider ID gcp-github"),
    ],
)
def test_identities_from_elsewhere_are_narrowed(google: Engine, inputs, words):
    given = {
        "workloadIdentityPoolId": "github",
        "workloadIdentityPoolProviderId": "github",
        "oidc": {"issuerUri": "https://token.actions.githubusercontent.com"},
        "attributeMapping": {"google.subject": "assertion.sub"},
        "attributeCondition": "assertion.repository=='dtx/app'",
    }
    google.check("gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider", "p", given)
    changed = {name: item for name, item in {**given, **inputs}.items() if item is not None}
    with refused(words):
        google.check("gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider", "p", changed)


# --- organisation ----------------------------------------------------------------------------------------------------

POLICY = {
    "parent": f"projects/{PROJECT}",
    "name": f"projects/{PROJECT}/policies/gcp.resourceLocations",
    "spec": {"rules": [{"values": {"allowedValues": ["in:europe-west3-locations"]}}]},
}


def test_an_organisation_policy_holds_a_project_to_its_region(frankfurt: Frankfurt):
    assert frankfurt.make("orgpolicy/policy:Policy", **POLICY).id == POLICY["name"]


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        (
            {"name": f"projects/{PROJECT}/policies/gcp.resourceLocation"},
            "Constraint 'constraints/gcp.resourceLocation' was not found",
        ),
        ({"name": "projects/other-project/policies/gcp.resourceLocations"}, "is not of its parent"),
        (
            {"spec": {"rules": [{"enforce": "TRUE"}]}},
            "gcp.resourceLocations is a list constraint: a rule cannot say enforce",
        ),
        ({"spec": {"rules": [{"denyAll": "true"}]}}, "'true' is not offered."),
        ({"spec": {"rules": [{}]}}, "A rule says exactly one of values, enforce, allowAll and denyAll, not 0"),
        (
            {"spec": {"rules": [{"values": {"allowedValues": ["in:europe-west33-locations"]}}]}},
            "Invalid value in:europe-west33-locations for constraint gcp.resourceLocations",
        ),
    ],
)
def test_organisation_policies_that_say_nothing_are_refused(google: Engine, inputs, words):
    with refused(words):
        google.check("gcp:orgpolicy/policy:Policy", "p", {**POLICY, **inputs})


PERIMETER = {
    "parent": "accessPolicies/1234567890",
    "name": "accessPolicies/1234567890/servicePerimeters/dta",
    "title": "dta",
    "status": {"resources": [f"projects/{NUMBER}"], "restrictedServices": ["storage.googleapis.com"]},
}


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"status": {"resources": [f"projects/{PROJECT}"]}}, "projects/NUMBER, the number and not the id"),
        (
            {"status": {"restrictedServices": ["storage"]}},
            "Invalid service storage: a host of googleapis.com is expected",
        ),
        ({"name": "accessPolicies/1/servicePerimeters/dta"}, "is not of its parent"),
        ({"name": "accessPolicies/1234567890/servicePerimeters/dta-1"}, "Invalid perimeter name"),
        ({"spec": {"resources": []}}, "spec can only be set when use_explicit_dry_run_spec is true"),
        ({"useExplicitDryRunSpec": True}, "use_explicit_dry_run_spec is true, but there is no spec"),
        ({"perimeterType": "PERIMETER_TYPE_BRIDGE"}, "A perimeter bridge cannot have restricted services"),
    ],
)
def test_perimeters_that_fence_nothing_are_refused(google: Engine, inputs, words):
    with refused(words):
        google.check("gcp:accesscontextmanager/servicePerimeter:ServicePerimeter", "p", merged(PERIMETER, inputs))


def test_a_project_is_inside_one_perimeter(frankfurt: Frankfurt):
    frankfurt.make("accesscontextmanager/servicePerimeter:ServicePerimeter", "one", **PERIMETER)
    again = {**PERIMETER, "name": "accessPolicies/1234567890/servicePerimeters/other"}
    with refused(f"'projects/{NUMBER}' is already in the service perimeter"):
        frankfurt.make("accesscontextmanager/servicePerimeter:ServicePerimeter", "two", **again)


def test_a_perimeter_opens_by_levels_that_stand(frankfurt: Frankfurt):
    opened = merged(PERIMETER, {"status": {"accessLevels": ["accessPolicies/1234567890/accessLevels/none"]}})
    with refused("The access level accessPolicies/1234567890/accessLevels/none was not found."):
        frankfurt.make("accesscontextmanager/servicePerimeter:ServicePerimeter", **opened)


def test_a_level_lets_countries_in_and_not_regions(google: Engine):
    given = {
        "parent": "accessPolicies/1",
        "name": "accessPolicies/1/accessLevels/op",
        "title": "op",
        "basic": {"conditions": [{"regions": ["DE"]}]},
    }
    google.check("gcp:accesscontextmanager/accessLevel:AccessLevel", "l", given)
    with refused("Invalid region code europe-west3: two capital letters (ISO 3166-1) are expected."):
        google.check(
            "gcp:accesscontextmanager/accessLevel:AccessLevel",
            "l",
            {**given, "basic": {"conditions": [{"regions": [REGION]}]}},
        )
    with refused("A condition of an access level cannot be empty"):
        google.check("gcp:accesscontextmanager/accessLevel:AccessLevel", "l", {**given, "basic": {"conditions": [{}]}})


# --- data sources ----------------------------------------------------------------------------------------------------


def test_a_program_learns_who_it_is_and_which_zones_there_are(google: Engine):
    assert google.invoke("gcp:organizations/getClientConfig:getClientConfig")["project"] == PROJECT
    assert google.invoke("gcp:organizations/getProject:getProject")["projectId"] == PROJECT
    assert google.invoke("gcp:compute/getZones:getZones", region="us-east1")["names"] == [
        f"us-east1-{it}" for it in "bcd"
    ]
    with refused("Unknown region."):
        google.invoke("gcp:compute/getZones:getZones", region="frankfurt")
    with refused("the rehearsal does not answer gcp:compute/getImage:getImage; it answers"):
        google.invoke("gcp:compute/getImage:getImage")
