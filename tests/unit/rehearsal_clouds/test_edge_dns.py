"""Zones, records, and the certificates that both prove."""

import re

import pytest

from rehearsal.values import UNKNOWN
from tests.unit.rehearsal_clouds.provider_client import ACCOUNT, Engine, Refused, Thing

ZONE = "aws:route53/zone:Zone"
RECORD = "aws:route53/record:Record"
CERTIFICATE = "aws:acm/certificate:Certificate"
VALIDATION = "aws:acm/certificateValidation:CertificateValidation"
OTHER_ACCOUNT = {"region": "ap-northeast-1", "allowedAccountIds": '["444455556666"]'}


@pytest.fixture
def zone(aws: Engine) -> Thing:
    return aws.create(ZONE, "shop", name="shop.example.com")


def a_record(aws: Engine, zone: Thing, name: str, **inputs: object) -> Thing:
    given = {"type": "A", "ttl": 300, "records": ["192.0.2.1"], **inputs}
    return aws.create(RECORD, f"{name}-{given['type']}", zoneId=zone.id, name=name, **given)


def prove(aws: Engine, zone: Thing, certificate: Thing) -> list[str]:
    records = {option["resourceRecordName"]: option for option in certificate["domainValidationOptions"]}
    return [
        a_record(
            aws, zone, name, type=option["resourceRecordType"], records=[option["resourceRecordValue"]]
        )["fqdn"]
        for name, option in records.items()
    ]  # fmt: skip


def test_a_zone_has_four_name_servers_in_four_domains(zone):
    servers = zone["nameServers"]
    assert zone["zoneId"] == zone.id
    assert zone["primaryNameServer"] in servers
    patterns = (r"\.com", r"\.net", r"\.org", r"\.co\.uk")
    found = [[s for s in servers if re.fullmatch(rf"ns-\d{{1,4}}\.awsdns-\d\d{tld}", s)] for tld in patterns]
    assert [len(group) for group in found] == [1, 1, 1, 1]


def test_what_a_zone_gives_is_unknown_before_it_exists(aws):
    seen = aws.preview(ZONE, "shop", {"name": "shop.example.com"})
    assert {seen["nameServers"], seen["zoneId"], seen["arn"]} == {UNKNOWN}


def test_a_zone_with_records_is_not_deleted(aws, zone):
    record = a_record(aws, zone, "www.shop.example.com")
    with pytest.raises(Refused, match=r"HostedZoneNotEmpty: .*non-required resource record sets.*www\.shop\.example"):
        aws.delete(zone)
    aws.delete(record)
    aws.delete(zone)


def test_a_zone_that_may_be_destroyed_takes_its_records_with_it(aws, clouds):
    zone = aws.create(ZONE, "shop", name="shop.example.com", forceDestroy=True)
    a_record(aws, zone, "www.shop.example.com")
    aws.delete(zone)
    assert clouds.inventory.count("aws") == 0


@pytest.mark.parametrize(
    ("given", "fqdn"),
    [
        ("www", "www.shop.example.com"),
        ("", "shop.example.com"),
        ("WWW.shop.example.com.", "www.shop.example.com"),
        ("www.elsewhere.com", "www.elsewhere.com.shop.example.com"),  # the provider appends the zone, always
    ],
)
def test_a_record_tells_its_full_name(aws, zone, given, fqdn):
    record = a_record(aws, zone, given)
    assert record["fqdn"] == fqdn
    assert record.id == f"{zone.id}_{fqdn}_A"
    assert record["name"] == given.rstrip(".").lower()


def test_the_full_name_is_unknown_before_the_record_exists(aws, zone):
    inputs = {"zoneId": zone.id, "name": "www", "type": "A", "ttl": 60, "records": ["192.0.2.1"]}
    assert aws.preview(RECORD, "www", inputs)["fqdn"] is UNKNOWN


@pytest.mark.parametrize(
    ("name", "inputs", "refusal"),
    [
        ("myshop.example.com", {}, r"RRSet with DNS name myshop\.example\.com\. is not permitted in zone shop"),
        ("", {"type": "CNAME", "records": ["a.b"]}, r"type CNAME with DNS name shop\.example\.com\. is not permitted"),
        ("", {"type": "NS", "records": ["a.b"]}, r"Tried to create resource record set .*type='NS'\]"),
        ("taken", {}, r"Tried to create resource record set \[name='taken\.shop\.example\.com\.', type='A'\]"),
        ("taken", {"type": "CNAME", "records": ["a.b"]}, r"not permitted as it conflicts with other records"),
        ("alias", {}, r"RRSet of type A with DNS name alias.* a conflicting RRSet of type CNAME"),
        ("www", {"records": ["nonsense"]}, r"ARRDATAIllegalIPv4Address .*encountered with 'nonsense'"),
        ("www", {"type": "AAAA"}, r"AAAARRDATAIllegalIPv6Address .*encountered with '192\.0\.2\.1'"),
        ("www", {"type": "CNAME", "records": ["a.b", "c.d"]}, r"type CNAME contains 2 values; it can have only one"),
        ("www", {"type": "BOGUS"}, r"expected type to be one of .*TXT\], got BOGUS"),
        ("www", {"ttl": None}, r'"ttl": all of `records,ttl` must be specified'),
        ("www", {"records": None}, r"one of `alias,records` must be specified"),
        ("www", {"setIdentifier": "blue"}, r"a routing policy and set_identifier need each other"),
        ("www", {"aliases": [{"name": "a.b", "zoneId": "Z", "evaluateTargetHealth": False}]}, r"and not both"),
    ],
)  # fmt: skip
def test_a_record_that_route_53_would_refuse_is_refused(aws, zone, name, inputs, refusal):
    a_record(aws, zone, "taken")
    a_record(aws, zone, "alias", type="CNAME", records=["target.example.net"])
    with pytest.raises(Refused, match=refusal):
        a_record(aws, zone, name, **inputs)


def test_equals_of_one_name_stand_beside_each_other(aws, zone):
    for colour in ("blue", "green"):
        policy = {"setIdentifier": colour, "weightedRoutingPolicies": [{"weight": 1}]}
        aws.create(RECORD, colour, zoneId=zone.id, name="www", type="A", ttl=60, records=["192.0.2.1"], **policy)


def test_an_update_does_not_meet_itself(aws, zone):
    record = aws.update(a_record(aws, zone, "www"), records=["192.0.2.2"])
    assert record["records"] == ["192.0.2.2"]
    assert record["fqdn"] == "www.shop.example.com"


def test_a_record_needs_its_zone(aws):
    with pytest.raises(Refused, match="NoSuchHostedZone: No hosted zone found with ID: ZNONE"):
        aws.create(RECORD, zoneId="ZNONE", name="www", type="A", ttl=60, records=["192.0.2.1"])


@pytest.mark.parametrize(
    ("target", "refusal"),
    [
        ("d111111abcdef8.cloudfront.net", r"targets d111111abcdef8\.cloudfront\.net\.,.*that target was not found"),
        ("lb.example.com", r"the alias target name does not lie within the target zone"),
    ],
)
def test_an_alias_to_cloudfront_names_a_distribution(aws, zone, target, refusal):
    alias = {"name": target, "zoneId": "Z2FDTNDATAQYW2", "evaluateTargetHealth": False}
    with pytest.raises(Refused, match=refusal):
        aws.create(RECORD, zoneId=zone.id, name="www", type="A", aliases=[alias])


def test_a_certificate_asks_for_the_same_record_in_every_region_of_an_account(clouds, aws):
    names = {"domainName": "shop.example.com", "subjectAlternativeNames": ["api.shop.example.com"]}
    tokyo = aws.create(CERTIFICATE, "tokyo", validationMethod="DNS", **names)
    virginia = aws.create(CERTIFICATE, "virginia", validationMethod="DNS", region="us-east-1", **names)
    theirs = clouds.provider("aws", OTHER_ACCOUNT).create(CERTIFICATE, "theirs", validationMethod="DNS", **names)
    assert tokyo["domainValidationOptions"] == virginia["domainValidationOptions"] != theirs["domainValidationOptions"]
    first, second = tokyo["domainValidationOptions"]
    assert [first["domainName"], second["domainName"]] == ["shop.example.com", "api.shop.example.com"]
    assert re.fullmatch(r"_[0-9a-f]{32}\.shop\.example\.com\.", first["resourceRecordName"])
    assert re.fullmatch(r"_[0-9a-f]{32}\.[a-z0-9]{10}\.acm-validations\.aws\.", first["resourceRecordValue"])
    assert first["resourceRecordType"] == "CNAME"
    assert virginia["arn"].startswith(f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/")


def test_a_name_and_its_wildcard_share_a_record(aws):
    certificate = aws.create(
        CERTIFICATE, domainName="example.com", subjectAlternativeNames=["*.example.com"], validationMethod="DNS"
    )
    first, second = certificate["domainValidationOptions"]
    assert first["resourceRecordName"] == second["resourceRecordName"]


def test_validation_options_are_unknown_before_the_certificate_exists(aws):
    seen = aws.preview(CERTIFICATE, "c", {"domainName": "example.com", "validationMethod": "DNS"})
    assert {seen["domainValidationOptions"], seen["arn"], seen["status"]} == {UNKNOWN}


@pytest.mark.parametrize(
    ("inputs", "refusal"),
    [
        ({"domainName": "bad_name.example.com"}, "bad_name.example.com is not a valid domain name"),
        ({"domainName": "a." * 31 + "com"}, "at most 64 characters for the first name"),
        (
            {"domainName": "a.com", "subjectAlternativeNames": [f"{i}.a.com" for i in range(10)]},
            "LimitExceededException",
        ),
        ({"domainName": "a.com", "validationMethod": None}, "a public certificate needs validationMethod"),
        ({"domainName": None}, "one of `certificate_body,domain_name` must be specified"),
    ],
)
def test_a_certificate_that_acm_would_refuse_is_refused(aws, inputs, refusal):
    with pytest.raises(Refused, match=refusal):
        aws.create(CERTIFICATE, **{"validationMethod": "DNS", **inputs})


def test_a_certificate_is_issued_once_its_records_stand(aws, zone):
    certificate = aws.create(CERTIFICATE, domainName="shop.example.com", validationMethod="DNS")
    with pytest.raises(Refused, match=r"timeout while waiting for state to become 'ISSUED'.*in no hosted zone: _"):
        aws.create(VALIDATION, certificateArn=certificate["arn"])
    fqdns = prove(aws, zone, certificate)
    validation = aws.create(VALIDATION, certificateArn=certificate["arn"], validationRecordFqdns=fqdns)
    assert validation["certificateArn"] == certificate["arn"]


def test_a_record_of_another_value_proves_nothing(aws, zone):
    certificate = aws.create(CERTIFICATE, domainName="shop.example.com", validationMethod="DNS")
    name = certificate["domainValidationOptions"][0]["resourceRecordName"]
    a_record(aws, zone, name, type="CNAME", records=["elsewhere.acm-validations.aws."])
    with pytest.raises(Refused, match="timeout while waiting for state to become 'ISSUED'"):
        aws.create(VALIDATION, certificateArn=certificate["arn"])


def test_the_zone_that_proves_may_be_another_accounts(clouds, aws):
    theirs = clouds.provider("aws", OTHER_ACCOUNT)
    certificate = aws.create(CERTIFICATE, domainName="shop.example.com", validationMethod="DNS")
    prove(theirs, theirs.create(ZONE, "parent", name="example.com"), certificate)
    aws.create(VALIDATION, certificateArn=certificate["arn"])


def test_a_private_zone_proves_nothing(aws, network):
    private = aws.create(ZONE, "private", name="shop.example.com", vpcs=[{"vpcId": network.vpc.id}])
    certificate = aws.create(CERTIFICATE, domainName="shop.example.com", validationMethod="DNS")
    prove(aws, private, certificate)
    with pytest.raises(Refused, match="in no hosted zone"):
        aws.create(VALIDATION, certificateArn=certificate["arn"])


def test_a_validation_names_every_record_that_is_asked_for(aws, zone):
    certificate = aws.create(
        CERTIFICATE, domainName="shop.example.com", subjectAlternativeNames=["www.shop.example.com"],
        validationMethod="DNS",
    )  # fmt: skip
    first, _ = prove(aws, zone, certificate)
    with pytest.raises(Refused, match=r"missing www\.shop\.example\.com DNS validation record: _"):
        aws.create(VALIDATION, certificateArn=certificate["arn"], validationRecordFqdns=[first])


def test_a_validation_looks_for_its_certificate_in_its_own_region(aws, zone):
    certificate = aws.create(CERTIFICATE, domainName="shop.example.com", validationMethod="DNS", region="us-east-1")
    prove(aws, zone, certificate)
    with pytest.raises(
        Refused, match=r"Could not find certificate .*it exists in \d+/us-east-1, not in .*ap-northeast-1"
    ):
        aws.create(VALIDATION, certificateArn=certificate["arn"])
    aws.create(VALIDATION, certificateArn=certificate["arn"], region="us-east-1")


def test_an_imported_certificate_needs_no_validation(aws):
    certificate = aws.create(CERTIFICATE, certificateBody="-----BEGIN", privateKey="-----BEGIN")
    with pytest.raises(Refused, match="has type IMPORTED, no validation necessary"):
        aws.create(VALIDATION, certificateArn=certificate["arn"])


def test_a_record_names_a_health_check_that_exists_and_keeps_it(aws, zone):
    with pytest.raises(Refused, match=r"InvalidChangeBatch: \[The health check none does not exist\]"):
        a_record(aws, zone, "www", healthCheckId="none")
    check = aws.create(
        "aws:route53/healthCheck:HealthCheck", type="HTTPS", fqdn="www.shop.example.com", requestInterval=30
    )
    a_record(aws, zone, "www", healthCheckId=check.id)
    with pytest.raises(Refused, match=f"HealthCheckInUse: The health check {check.id} is in use"):
        aws.delete(check)
