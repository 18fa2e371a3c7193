"""Launch templates: user data and version numbers."""

import base64
import binascii
from collections.abc import Iterator
from typing import Any

from rehearsal.case import Case
from rehearsal.errors import Problem

_BESIDE_THE_VERSION = ("tags", "updateDefaultVersion", "defaultVersion")


def user_data_is_base64(case: Case) -> Iterator[Problem]:
    """EC2 takes user data as base64 text of at most 16 KB decoded."""
    data = case.get("userData")
    if data is None:
        return
    try:
        size = len(base64.b64decode(data, validate=True))
    except (binascii.Error, ValueError):
        yield Problem("userData", "InvalidUserData.Malformed: Invalid BASE64 encoding of user data.")
        return
    if size > 16 * 1024:
        yield Problem("userData", "InvalidParameterValue: User data is limited to 16384 bytes")


def template_version(case: Case) -> dict[str, Any]:
    """Count versions: every change of what instances get is a new one."""
    latest = int(case.before("latestVersion", 0))
    if case.old is None or _contents(case.old.inputs) != _contents(case.properties):
        latest += 1
    chosen = latest if case.get("updateDefaultVersion") else case.get("defaultVersion")
    return {"latestVersion": latest, "defaultVersion": chosen or case.before("defaultVersion", 1)}


def _contents(properties: dict[str, Any]) -> dict[str, Any]:
    return {name: item for name, item in properties.items() if name not in _BESIDE_THE_VERSION}
