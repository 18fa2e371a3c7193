"""What the API server accepts as names and labels, with its own words when it does not."""

import re
from dataclasses import dataclass
from typing import Any

from rehearsal.errors import Problem
from rehearsal.values import Value, mapping

_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_LABEL_1035 = "[a-z]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"


@dataclass(frozen=True)
class _Form:
    pattern: str
    longest: int
    words: str


_FORMS = {
    "rfc1123_label": _Form(
        _LABEL,
        63,
        (
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and "
            "end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
            f"'{_LABEL}')"
        ),
    ),
    "rfc1035_label": _Form(
        _LABEL_1035,
        63,
        (
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic "
            "character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for "
            f"validation is '{_LABEL_1035}')"
        ),
    ),
    "path_segment": _Form(r"(?!\.{1,2}$)[^/%]+", 253, "may not be '.' or '..' and may not contain '/' or '%'"),
    "rfc1123_subdomain": _Form(
        _SUBDOMAIN,
        253,
        (
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
            f"start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
            f"'{_SUBDOMAIN}')"
        ),
    ),
}
_VALUE = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?")
_KEY = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
_LABEL_LENGTH = 63


def check_name(kind: str, name: Value, forms: dict[str, list[str]], path: str = "metadata.name") -> list[Problem]:
    """Refuse a name the kind cannot have."""
    if not isinstance(name, str):
        return []
    form = _FORMS[next((form for form, kinds in forms.items() if kind in kinds), "rfc1123_subdomain")]
    intro = f'{kind} "{name}" is invalid: {path}: Invalid value: "{name}": '
    problems = []
    if len(name) > form.longest:
        problems.append(Problem(path, f"{intro}must be no more than {form.longest} characters"))
    if not re.fullmatch(form.pattern, name):
        problems.append(Problem(path, intro + form.words))
    return problems


def check_labels(kind: str, manifest: dict[str, Any]) -> list[Problem]:
    """Refuse labels with an illegal key or value, on the object and on its pods."""
    places = {
        "metadata.labels": mapping(manifest.get("metadata")).get("labels"),
        "spec.template.metadata.labels": mapping(
            mapping(mapping(manifest.get("spec")).get("template")).get("metadata")
        ).get("labels"),
    }
    return [
        Problem(place, f'{kind} is invalid: {place}: Invalid value: "{text}": {reason}')
        for place, labels in places.items()
        for key, value in mapping(labels).items()
        for text, reason in _refusals(key, value)
    ]


def _refusals(key: str, value: Value) -> list[tuple[str, str]]:
    found = []
    name = key.rpartition("/")[2]
    rule = f"alphanumeric characters, '-', '_' or '.', at most {_LABEL_LENGTH}, and begin and end alphanumeric"
    if len(name) > _LABEL_LENGTH or not _KEY.fullmatch(name):
        found.append((key, f"name part must consist of {rule}"))
    if isinstance(value, str) and (len(value) > _LABEL_LENGTH or not _VALUE.fullmatch(value)):
        found.append((value, f"a valid label must be an empty string or consist of {rule}"))
    return found
