from components.gcp.github_actions import token_subject
from tests.components.strict_mocks import World

REPOSITORY = "gcp:artifactregistry/repository:Repository"
ROLE = "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember"
PROVIDER = "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider"
FEDERATION = "gcp:serviceaccount/iAMMember:IAMMember"
POLICY = "gcp:binaryauthorization/policy:Policy"
PROJECT_ROLE = "gcp:projects/iAMMember:IAMMember"


def test_images_stay_in_the_region_under_the_regions_key(dtx_prod: World) -> None:
    repository = dtx_prod.one(REPOSITORY, "registry-repository")
    assert (repository["location"], repository["repositoryId"]) == ("europe-west3", "dta-images")
    ring = "projects/dtx-platform/locations/europe-west3/keyRings/dta-keys-1"
    assert repository["kmsKeyName"] == f"{ring}/cryptoKeys/registry"


def test_a_tag_never_moves_and_what_is_pushed_is_scanned(every_dtx: World) -> None:
    repository = every_dtx.one(REPOSITORY, "registry-repository")
    assert repository["dockerConfig"] == {"immutableTags": True}
    assert repository["vulnerabilityScanningConfig"] == {"enablementConfig": "INHERITED"}
    services = {service["service"] for service in every_dtx.of("gcp:projects/service:Service").values()}
    assert "containerscanning.googleapis.com" in services


def test_old_images_go_and_the_newest_of_each_stay(every_dtx: World) -> None:
    repository = every_dtx.one(REPOSITORY, "registry-repository")
    policies = {policy["id"]: policy for policy in repository["cleanupPolicies"]}
    assert repository["cleanupPolicyDryRun"] is False
    assert {name: policy["action"] for name, policy in policies.items()} == {
        "untagged": "DELETE",
        "old": "DELETE",
        "newest": "KEEP",
    }
    assert policies["untagged"]["condition"] == {"tagState": "UNTAGGED", "olderThan": "7d"}
    assert policies["newest"]["mostRecentVersions"] == {"keepCount": 20}


def test_only_jobs_of_one_environment_of_one_repository_sign_in(dtx_prod: World) -> None:
    provider = dtx_prod.one(PROVIDER, "github-actions-provider")
    assert provider["attributeCondition"] == "assertion.sub == 'repo:dtx/dtx-services:environment:prod'"
    member = dtx_prod.one(FEDERATION, "github-actions-images-federation")
    assert member["role"] == "roles/iam.workloadIdentityUser"
    assert member["member"].endswith(f"/subject/{token_subject('dtx/dtx-services', 'prod')}")


def test_image_builds_may_push_and_nothing_else(every_dtx: World) -> None:
    member = "serviceAccount:github-actions-images-account@p.iam.gserviceaccount.com"
    grants = [g for g in every_dtx.of(ROLE).values() if g["member"] == member]
    assert [grant["role"] for grant in grants] == ["roles/artifactregistry.writer"]
    assert member not in {grant["member"] for grant in every_dtx.of(PROJECT_ROLE).values()}


def test_an_image_from_elsewhere_does_not_run(every_dtx: World) -> None:
    policy = every_dtx.one(POLICY, "image-admission-policy")
    assert policy["defaultAdmissionRule"] == {
        "evaluationMode": "ALWAYS_DENY",
        "enforcementMode": "ENFORCED_BLOCK_AND_AUDIT_LOG",
    }
    patterns = [pattern["namePattern"] for pattern in policy["admissionWhitelistPatterns"]]
    assert patterns[0].startswith("europe-west3-docker.pkg.dev/")
    assert not [pattern for pattern in patterns if pattern.partition("/")[0] in ("*", "**")]
    cluster = every_dtx.one("gcp:container/cluster:Cluster", "cluster-cluster")
    assert cluster["binaryAuthorization"] == {"evaluationMode": "PROJECT_SINGLETON_POLICY_ENFORCE"}
