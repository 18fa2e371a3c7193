"""ACM: the records that prove a name is ours, and certificates that are issued once those records stand."""

from collections.abc import Iterator
from typing import Any

from rehearsal.aws.dns import record_anywhere
from rehearsal.case import Case
from rehearsal.errors import Problem
from rehearsal.inventory import Object
from rehearsal.templates import noise

_TIMEOUT = "timeout while waiting for state to become 'ISSUED' (last state: 'PENDING_VALIDATION', timeout: 1h15m0s)"


def certificate_is_requested_or_imported(case: Case) -> Iterator[Problem]:
    """A certificate is asked for by its name, or brought along with its private key."""
    asked, brought = (
        any(case.properties.get(name) is not None for name in names)
        for names in (("domainName",), ("certificateBody", "privateKey"))
    )
    if asked == brought:
        text = '"domain_name": one of `certificate_body,domain_name` must be specified, and not both'
        yield Problem("domainName", text)
    if asked and case.properties.get("validationMethod") is None and "certificateAuthorityArn" not in case.properties:
        text = "a public certificate needs validationMethod: DNS, EMAIL or HTTP"
        yield Problem("validationMethod", f"InvalidParameterException: {text}")


def certificate_outputs(case: Case) -> dict[str, Any]:
    """Say which records prove the names."""
    names = _names(case.properties)
    if not names:
        return {"type": "IMPORTED", "status": "ISSUED", "domainValidationOptions": []}
    if case.get("validationMethod") != "DNS":
        return {
            "type": "PRIVATE" if case.get("certificateAuthorityArn") else "AMAZON_ISSUED",
            "domainValidationOptions": [],
        }
    options = [_validation_option(case.scope.account, name) for name in names]
    return {"type": "AMAZON_ISSUED", "domainValidationOptions": options, "subjectAlternativeNames": names}


def _names(properties: dict[str, Any]) -> list[str]:
    listed = [properties.get("domainName"), *(properties.get("subjectAlternativeNames") or ())]
    return list(dict.fromkeys(name for name in listed if name))


def _validation_option(account: str, name: str) -> dict[str, str]:
    """Return one name's record: the same in every region of an account, and for a name and its wildcard."""
    bare = name.lower().removeprefix("*.")
    seed = f"{account}|{bare}|acm"
    target = f"_{noise(f'{seed}|value', 'hex:32')}.{noise(f'{account}|acm', 'alnum:10')}.acm-validations.aws."
    return {
        "domainName": name,
        "resourceRecordName": f"_{noise(f'{seed}|name', 'hex:32')}.{bare}.",
        "resourceRecordType": "CNAME",
        "resourceRecordValue": target,
    }


def unproven(case: Case, certificate: Object) -> list[dict[str, str]]:
    """Return the validation options of a certificate whose record stands in no hosted zone."""
    return [
        option
        for option in certificate.outputs.get("domainValidationOptions") or ()
        if not _stands(record_anywhere(case, option["resourceRecordName"], "CNAME"), option["resourceRecordValue"])
    ]


def _stands(record: Object | None, value: str) -> bool:
    values = record.outputs.get("records") or [] if record else []
    return value.rstrip(".") in [str(item).rstrip(".") for item in values]


def covers(certificate: Object, host: str) -> bool:
    """Tell whether a certificate holds for a host; a wildcard holds for one label."""
    wildcard = f"*.{host.partition('.')[2]}"
    held = {name.lower() for name in _names(certificate.outputs)}
    return host.lower() in held or wildcard.lower() in held


def validation_can_end(case: Case) -> Iterator[Problem]:
    """ACM waits until it finds every record in public DNS; here what is missing is said at once."""
    certificate = case.target("certificateArn")
    if certificate is None:
        return
    arn = certificate.outputs["arn"]
    if certificate.outputs["type"] != "AMAZON_ISSUED":
        kind = certificate.outputs["type"]
        yield Problem("certificateArn", f"ACM Certificate ({arn}) has type {kind}, no validation necessary")
        return
    given = {str(name).rstrip(".") for name in case.properties.get("validationRecordFqdns") or ()}
    for option in certificate.outputs["domainValidationOptions"] if given else ():
        name = option["resourceRecordName"].rstrip(".")
        if name not in given:
            text = f"missing {option['domainName']} DNS validation record: {name}"
            yield Problem("validationRecordFqdns", text)
    missing = [f"{o['resourceRecordName']} CNAME {o['resourceRecordValue']}" for o in unproven(case, certificate)]
    if missing:
        text = f"waiting for ACM Certificate ({arn}) to be issued: {_TIMEOUT}"
        yield Problem("certificateArn", f"{text} [in no hosted zone: {', '.join(missing)}]")
