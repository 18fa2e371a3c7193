"""Output templates: strings with placeholders that say what a cloud computes.

    {id} {region} {account} ...     constants of the object and its scope
    {name} {vpcConfig.subnetIds[0]} a property of the object, in its own type when it stands alone
    {subnetIds[0]>vpcId}            a property of the object the first one refers to
    {destinationPrefixListId?}      nothing where the property is absent
    {hex:17} {HEX:32} {digits:12} {alnum:6} {UPPER:17} {uuid}   deterministic noise, different for every output

A placeholder without a value leaves its output out; an unknown one makes the output unknown.
"""

import hashlib
import re
import uuid
from collections.abc import Callable

from rehearsal.values import UNKNOWN, Value

_PLACEHOLDER = re.compile(r"\{([A-Za-z][\w.\[\]:>]*\??)\}")
_NOISE = re.compile(r"(hex|HEX|digits|alnum|UPPER):(\d+)|uuid")
_ALPHABETS = {
    "hex": "0123456789abcdef",
    "HEX": "0123456789ABCDEF",
    "digits": "0123456789",
    "alnum": "abcdefghijklmnopqrstuvwxyz0123456789",
    "UPPER": "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
}


def noise(seed: str, form: str) -> str:
    """Return text that looks random and is the same in every run; `form` as in the module's list."""
    digest = hashlib.sha256(seed.encode()).digest()
    kind, _, length = form.partition(":")
    if kind == "uuid":
        return str(uuid.UUID(bytes=digest[:16], version=4))
    alphabet = _ALPHABETS[kind]
    number = int.from_bytes(digest)
    text = ""
    for _ in range(int(length)):
        number, rest = divmod(number, len(alphabet))
        text += alphabet[rest]
    return text


def render(template: Value, lookup: Callable[[str], Value], seed: Callable[[], str | None], at: str = "") -> Value:
    """Fill a template (a string, or lists and maps of them). `seed` is None while the object does not exist."""
    if isinstance(template, dict):
        return {key: render(item, lookup, seed, f"{at}.{key}") for key, item in template.items()}
    if isinstance(template, list):
        return [render(item, lookup, seed, f"{at}[{index}]") for index, item in enumerate(template)]
    if not isinstance(template, str):
        return template
    names = _PLACEHOLDER.findall(template)
    filled = {name: _value(name, lookup, seed(), at) for name in names}
    if len(names) == 1 and template == f"{{{names[0]}}}":
        return filled[names[0]]
    for unusable in (UNKNOWN, None):
        if any(item is unusable for item in filled.values()):
            return unusable
    return _PLACEHOLDER.sub(lambda match: str(filled[match.group(1)]), template)


def _value(name: str, lookup: Callable[[str], Value], seed: str | None, at: str) -> Value:
    if _NOISE.fullmatch(name):
        return UNKNOWN if seed is None else noise(f"{seed}|{at}", name)
    found = lookup(name.removesuffix("?"))
    return "" if found is None and name.endswith("?") else found
