from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from components.gcp.armor import attack_expression, countries_expression
from components.gcp.load_balancer import NEG_ANNOTATION, below, neg_annotation
from components.gcp.service_perimeter import RESTRICTED_SERVICES
from settings.dtx.edge import EdgeSettings
from settings.model import findings
from settings.stack import SettingsError, load_stack
from tests.components.strict_mocks import World
from tests.stack_files import as_pulumi_gives_it, stack_config

REGION = "europe-west3"
BACKENDS = "gcp:compute/regionBackendService:RegionBackendService"
POLICY = "gcp:compute/regionSecurityPolicy:RegionSecurityPolicy"
RECORD = "gcp:dns/recordSet:RecordSet"
PERIMETER = "gcp:accesscontextmanager/servicePerimeter:ServicePerimeter"
LEVEL = "gcp:accesscontextmanager/accessLevel:AccessLevel"
SERVICE = "kubernetes:core/v1:Service"

#: Every type of the edge, and where it says its place.
PLACES = {
    "gcp:compute/regionHealthCheck:RegionHealthCheck": "region",
    BACKENDS: "region",
    POLICY: "region",
    "gcp:compute/regionSslPolicy:RegionSslPolicy": "region",
    "gcp:compute/regionUrlMap:RegionUrlMap": "region",
    "gcp:compute/regionTargetHttpsProxy:RegionTargetHttpsProxy": "region",
    "gcp:compute/regionTargetHttpProxy:RegionTargetHttpProxy": "region",
    "gcp:compute/forwardingRule:ForwardingRule": "region",
    "gcp:compute/address:Address": "region",
    "gcp:certificatemanager/certificate:Certificate": "location",
    "gcp:certificatemanager/dnsAuthorization:DnsAuthorization": "location",
}


def only(world: World, type_token: str) -> Mapping[str, Any]:
    (inputs,) = world.of(type_token).values()
    return inputs


def armor(world: World) -> list[Mapping[str, Any]]:
    return sorted(only(world, POLICY)["rules"], key=lambda rule: rule["priority"])


def edge(**changed: Any) -> EdgeSettings:
    return EdgeSettings.model_validate_json(json.dumps({"domain": "dtx.example", **changed}))


def refusal(section: str, **changes: Any) -> str:
    config = stack_config("prod")
    config["platform:dtx"][section] = {**config["platform:dtx"].get(section, {}), **changes}
    with pytest.raises(SettingsError) as caught:
        load_stack(as_pulumi_gives_it(config))
    return str(caught.value)


@pytest.mark.parametrize("type_token", PLACES)
def test_every_part_of_the_edge_stands_in_the_region(every_dtx: World, type_token: str) -> None:
    placed = every_dtx.of(type_token)
    assert placed
    assert {inputs[PLACES[type_token]] for inputs in placed.values()} == {REGION}


def test_nothing_of_the_edge_is_of_a_kind_that_google_serves_from_everywhere(every_dtx: World) -> None:
    worldwide = re.compile(
        r"gcp:compute/(?:globalForwardingRule|backendService|uRLMap|urlMap|target\w+|securityPolicy|managedSslCert\w+):"
    )
    assert not [placed for placed in every_dtx.placed if worldwide.match(placed.type)]


def test_tls_ends_at_the_proxies_with_strong_ciphers_and_a_certificate_of_the_region(every_dtx: World) -> None:
    tls = only(every_dtx, "gcp:compute/regionSslPolicy:RegionSslPolicy")
    assert (tls["profile"], tls["minTlsVersion"]) == ("RESTRICTED", "TLS_1_2")
    proxy = only(every_dtx, "gcp:compute/regionTargetHttpsProxy:RegionTargetHttpsProxy")
    assert proxy["sslPolicy"] == "load-balancer-tls-id"
    assert proxy["certificateManagerCertificates"] == ["certificate-certificate-id"]


def test_http_is_sent_to_https_with_path_and_query(every_dtx: World) -> None:
    plain = only(every_dtx, "gcp:compute/regionTargetHttpProxy:RegionTargetHttpProxy")
    assert plain["urlMap"] == "load-balancer-redirect-id"
    redirect = every_dtx.one("gcp:compute/regionUrlMap:RegionUrlMap", "load-balancer-redirect")["defaultUrlRedirect"]
    assert redirect == {"httpsRedirect": True, "stripQuery": False, "redirectResponseCode": "PERMANENT_REDIRECT"}


def test_both_ports_are_on_the_one_reserved_address(every_dtx: World) -> None:
    rules = every_dtx.of("gcp:compute/forwardingRule:ForwardingRule").values()
    assert {rule["portRange"] for rule in rules} == {"80", "443"}
    assert {rule["ipAddress"] for rule in rules} == {"link-of-load-balancer-address"}
    assert {rule["loadBalancingScheme"] for rule in rules} == {"EXTERNAL_MANAGED"}
    assert {rule["network"] for rule in rules} == {"network-vpc-id"}


def test_another_host_or_path_than_the_systems_gets_no_pod(dtx_prod: World) -> None:
    hosts = dtx_prod.one("gcp:compute/regionUrlMap:RegionUrlMap", "load-balancer-hosts")
    abort = {"faultInjectionPolicy": {"abort": {"httpStatus": 404, "percentage": 100}}}
    assert hosts["defaultRouteAction"] == abort
    assert hosts["hostRules"] == [{"hosts": ["api.dtx.example"], "pathMatcher": "api"}]
    (api,) = hosts["pathMatchers"]
    assert api["defaultRouteAction"] == abort
    assert [rule["paths"] for rule in api["pathRules"]] == [["/api", "/api/*", "/actuator/health"]]
    (header,) = api["headerAction"]["responseHeadersToAdds"]
    assert header["headerName"] == "Strict-Transport-Security"


def test_a_path_means_itself_and_all_below_but_no_other_that_begins_alike() -> None:
    assert below(["/api", "/docs"]) == ["/api", "/api/*", "/docs", "/docs/*"]


def test_the_backends_are_the_endpoint_groups_that_gke_makes_of_the_gateways_service(every_dtx: World) -> None:
    annotated = [
        json.loads(inputs["metadata"]["annotations"][NEG_ANNOTATION])["exposed_ports"]
        for inputs in every_dtx.of(SERVICE).values()
        if NEG_ANNOTATION in inputs["metadata"].get("annotations", {})
    ]
    (ports,) = annotated
    ((port, group),) = ports.items()
    backends = only(every_dtx, BACKENDS)["backends"]
    project = only(every_dtx, BACKENDS)["project"]
    assert port == "8080"
    assert [backend["group"] for backend in backends] == [
        f"https://www.googleapis.com/compute/v1/projects/{project}/zones/{REGION}-{zone}/networkEndpointGroups/"
        f"{group['name']}"
        for zone in "abc"
    ]
    # Endpoint groups know requests a second or connections, never processor time; a scaler of 0 would drain them.
    assert {(backend["balancingMode"], backend["capacityScaler"]) for backend in backends} == {("RATE", 1.0)}


def test_the_annotation_names_the_group_because_gkes_own_name_is_drawn() -> None:
    assert json.loads(neg_annotation("dta-api-gateway", 8080)[NEG_ANNOTATION]) == {
        "exposed_ports": {"8080": {"name": "dta-api-gateway"}}
    }


def test_the_backends_are_asked_for_health_where_the_service_says_and_stand_behind_the_firewall(
    every_dtx: World,
) -> None:
    service = only(every_dtx, BACKENDS)
    assert service["securityPolicy"] == "armor-policy-id"
    assert service["logConfig"]["enable"] is True
    check = only(every_dtx, "gcp:compute/regionHealthCheck:RegionHealthCheck")
    assert check["httpHealthCheck"] == {"portSpecification": "USE_SERVING_PORT", "requestPath": "/actuator/health"}
    assert check["timeoutSec"] <= check["checkIntervalSec"]


def test_countries_are_asked_first_then_attacks_then_rates(dtx_prod: World) -> None:
    _, countries, *attacks, rate, last = armor(dtx_prod)
    assert countries["match"]["expr"]["expression"].endswith(".contains(origin.region_code)")
    assert all("evaluatePreconfiguredWaf" in rule["match"]["expr"]["expression"] for rule in attacks)
    assert rate["action"] == "rate_based_ban"
    assert (last["priority"], last["action"]) == (2147483647, "deny(403)")


@pytest.mark.parametrize("attack", ["sqli", "xss", "lfi", "rfi", "rce", "scannerdetection", "protocolattack"])
def test_each_kind_of_attack_is_refused(every_dtx: World, attack: str) -> None:
    (rule,) = [rule for rule in armor(every_dtx) if rule["description"] == f"{attack}-v33-stable"]
    assert rule["action"] == "deny(403)"
    assert rule["preview"] is False


def test_prods_countries_are_those_of_the_gdpr_and_devs_add_the_developers(dtx_prod: World, dtx_dev: World) -> None:
    prod, dev = (armor(world)[1]["match"]["expr"]["expression"] for world in (dtx_prod, dtx_dev))
    assert "DE," in prod
    assert "KR" not in prod
    assert dev == "!'[DE,KR]'.contains(origin.region_code)"


def test_health_may_be_asked_from_anywhere_because_googles_checks_come_from_three_places(every_dtx: World) -> None:
    first = armor(every_dtx)[0]
    assert first["action"] == "throttle"
    assert first["match"]["expr"]["expression"] == "request.method == 'GET' && request.path == '/actuator/health'"
    check = only(every_dtx, "gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig")
    assert check["httpCheck"]["path"] == "/actuator/health"
    assert (check["httpCheck"]["useSsl"], check["httpCheck"]["validateSsl"]) == (True, True)
    assert check["monitoredResource"]["labels"]["host"] == every_dtx.one(RECORD, "dns-api")["name"].rstrip(".")
    assert len(check["selectedRegions"]) == 3


def test_countries_are_one_list_because_a_rule_takes_five_terms() -> None:
    assert countries_expression(["DE", "AT"]) == "!'[DE,AT]'.contains(origin.region_code)"


def test_a_signature_is_ignored_in_the_rule_set_that_it_belongs_to_only() -> None:
    ignored = ["owasp-crs-v030301-id942260-sqli", "owasp-crs-v030301-id941320-xss"]
    assert attack_expression("sqli-v33-stable", 2, ignored) == (
        "evaluatePreconfiguredWaf('sqli-v33-stable', {'sensitivity': 2, "
        "'opt_out_rule_ids': ['owasp-crs-v030301-id942260-sqli']})"
    )
    assert attack_expression("lfi-v33-stable", 1, ignored) == (
        "evaluatePreconfiguredWaf('lfi-v33-stable', {'sensitivity': 1})"
    )


def test_an_address_that_goes_on_after_being_told_to_wait_is_banned(dtx_prod: World) -> None:
    limits = armor(dtx_prod)[-2]["rateLimitOptions"]
    assert limits["enforceOnKey"] == "IP"
    assert limits["exceedAction"] == "deny(429)"
    assert limits["rateLimitThreshold"] == {"count": 600, "intervalSec": 60}
    assert limits["banThreshold"] == {"count": 3000, "intervalSec": 60}
    assert limits["banDurationSec"] == 600


def test_logs_of_the_firewall_hold_no_contents_of_requests(every_dtx: World) -> None:
    assert only(every_dtx, POLICY)["advancedOptionsConfig"]["logLevel"] == "NORMAL"


def test_the_domain_is_signed_and_only_google_may_issue_certificates_for_it(every_dtx: World) -> None:
    zone = every_dtx.one("gcp:dns/managedZone:ManagedZone", "dns-zone")
    assert zone["dnssecConfig"]["state"] == "on"
    authorities = every_dtx.one(RECORD, "dns-authorities")
    assert (authorities["type"], authorities["rrdatas"]) == ("CAA", ['0 issue "pki.goog"'])


def test_the_certificate_is_proved_by_a_record_in_the_domains_zone(dtx_prod: World) -> None:
    certificate = only(dtx_prod, "gcp:certificatemanager/certificate:Certificate")
    assert certificate["managed"] == {
        "domains": ["api.dtx.example"],
        "dnsAuthorizations": ["certificate-authorization-id"],
    }
    assert only(dtx_prod, "gcp:certificatemanager/dnsAuthorization:DnsAuthorization")["type"] == "PER_PROJECT_RECORD"
    proof = dtx_prod.one(RECORD, "dns-certificate-proof")
    assert (proof["type"], proof["rrdatas"]) == ("CNAME", ["proof-of-certificate-authorization."])
    assert proof["managedZone"] == "dta-public"


def test_the_name_leads_to_the_load_balancer(dtx_prod: World) -> None:
    record = dtx_prod.one(RECORD, "dns-api")
    assert (record["name"], record["rrdatas"]) == ("api.dtx.example.", ["ip-of-load-balancer-address"])


def test_prods_perimeter_is_enforced_around_both_projects_and_every_store(dtx_prod: World) -> None:
    perimeter = only(dtx_prod, PERIMETER)
    assert perimeter["parent"] == "accessPolicies/400000000003"
    assert "spec" not in perimeter
    assert perimeter["useExplicitDryRunSpec"] is False
    boundary = perimeter["status"]
    assert boundary["resources"] == ["projects/188125012288", "projects/114144713887"]
    assert boundary["restrictedServices"] == list(RESTRICTED_SERVICES)
    for service in ("bigquery", "firestore", "sqladmin", "storage", "redis", "cloudkms", "secretmanager", "logging"):
        assert f"{service}.googleapis.com" in RESTRICTED_SERVICES


def test_a_dry_run_enforces_nothing(dtx_stage: World) -> None:
    stage = only(dtx_stage, PERIMETER)
    assert "status" not in stage
    assert stage["useExplicitDryRunSpec"] is True
    assert stage["spec"]["restrictedServices"] == list(RESTRICTED_SERVICES)


def test_without_an_access_policy_there_is_no_perimeter(dtx_dev: World) -> None:
    assert not dtx_dev.of(PERIMETER)
    assert not dtx_dev.of(LEVEL)


def test_people_come_in_by_name_and_from_germany_pipelines_by_name_and_nobody_else(dtx_prod: World) -> None:
    basic = only(dtx_prod, LEVEL)["basic"]
    people, pipelines = basic["conditions"]
    assert basic["combiningFunction"] == "OR"
    assert (people["members"], people["regions"]) == (["user:dtx-oncall@dtx.example"], ["DE"])
    assert all(member.startswith("serviceAccount:") for member in pipelines["members"])
    # A condition without members lets in whoever fits the rest of it.
    assert all(condition["members"] for condition in basic["conditions"])


def test_out_of_the_perimeter_goes_nothing_but_the_reading_of_images(dtx_prod: World) -> None:
    (way_out,) = only(dtx_prod, PERIMETER)["status"]["egressPolicies"]
    operations = way_out["egressTo"]["operations"]
    assert [(each["serviceName"], each["methodSelectors"]) for each in operations] == [
        ("artifactregistry.googleapis.com", [{"method": "artifactregistry.googleapis.com/DockerRead"}])
    ]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"rule_sets": {"lfi-v33-stable": 3}}, "rule_sets: lfi-v33-stable has sensitivities up to 1, not 3"),
        ({"ban_requests_per_minute": 100}, "ban_requests_per_minute 100 must not be below requests_per_minute 600"),
        (
            {"rule_sets": {"xss-v33-stable": 1}, "ignored_signatures": ["owasp-crs-v030301-id942260-sqli"]},
            "ignored_signatures: owasp-crs-v030301-id942260-sqli of no rule set that is looked for",
        ),
    ],
)
def test_a_web_firewall_that_google_refuses_or_that_means_nothing_is_refused(
    changed: dict[str, Any], sentence: str
) -> None:
    assert [finding for _, finding in findings(edge(web_firewall=changed))] == [sentence]


@pytest.mark.parametrize(
    ("section", "changes", "said"),
    [
        ("edge", {"web_firewall": {"allowed_countries": ["Germany"]}}, "a country's two capital letters"),
        ("edge", {"web_firewall": {"rule_sets": {"sql": 1}}}, "a rule set of Cloud Armor: sqli-v33-stable"),
        ("edge", {"service": "gateway"}, "edge.service gateway is none of api-gateway"),
        ("perimeter", {"operators": ["group:admins@dtx.example"]}, "an access level knows no groups"),
        ("perimeter", {"operators": []}, "at least 1 entry"),
        ("perimeter", {"access_policy": "organizations/1"}, "the number of an access policy"),
    ],
)
def test_mistakes_are_told_with_what_is_allowed(section: str, changes: dict[str, Any], said: str) -> None:
    assert said in refusal(section, **changes)
