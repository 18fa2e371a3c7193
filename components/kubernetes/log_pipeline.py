"""What happens to a log line before it is kept, as Logstash reads it: pure functions.

A line is parsed, its personal data replaced, removed or shortened, and what was not parsed is masked. The raw line is
never kept beside its parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

#: Where a parsed line's fields go.
PARSED: Final = "app"
#: Text that anybody may have written anything into.
FREE_TEXT: Final = ("message", "error.message", "error.stack_trace", "stack_trace")
#: Where the files of the beats' certificate, its key and the template stand.
CERTIFICATE_PATH: Final = "/usr/share/logstash/beats-certificate"
KEY_PATH: Final = "/usr/share/logstash/beats-key"
TEMPLATE_PATH: Final = "/usr/share/logstash/template"
#: Environment variable with the key that pseudonyms are made with.
PSEUDONYM_KEY: Final = "PSEUDONYM_KEY"
#: Before Elastic's own template of `logs-*-*`.
TEMPLATE_PRIORITY: Final = 500

_MAIL: Final = r"[\w.+-]+@[\w-]+\.[\w.-]+"
_IPV4: Final = r"\b(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}\b"
_IPV6: Final = r"^((?:[0-9a-fA-F]{0,4}:){3})[0-9a-fA-F:.]+$"


@dataclass(frozen=True, kw_only=True)
class PersonalFields:
    """Fields of a parsed line by what becomes of them; `user.id` stands for both ways to write it."""

    replaced: Sequence[str]
    removed: Sequence[str]
    shortened: Sequence[str]


def references(field: str) -> tuple[str, ...]:
    """Return how Logstash calls a field of a parsed line: nested, and with dots in its name."""
    nested = f"[{PARSED}]" + "".join(f"[{part}]" for part in field.split("."))
    flat = f"[{PARSED}][{field}]"
    return (nested,) if nested == flat else (nested, flat)


def pipeline(*, port: int, data_stream: str, fields: PersonalFields) -> str:
    """Return the pipeline: lines from Filebeat, personal data out of them, on to Elasticsearch."""
    return "\n".join([_input(port), "filter {", *_filters(fields), "}", _output(data_stream)]) + "\n"


def template(data_stream: str, *, nodes: int) -> dict[str, Any]:
    """Return the index template that makes the data stream; how long it keeps is Elasticsearch's own."""
    return {
        "index_patterns": [data_stream],
        "priority": TEMPLATE_PRIORITY,
        "data_stream": {},
        "template": {
            "lifecycle": {"enabled": True},
            "settings": {
                "index.codec": "best_compression",
                # A copy on another node, where there is one.
                "index.number_of_replicas": min(nodes - 1, 1),
                "index.mapping.total_fields.limit": 2000,
                "index.mapping.ignore_malformed": True,
            },
            "mappings": {"properties": {"@timestamp": {"type": "date"}, "message": {"type": "text"}}},
        },
    }


def _input(port: int) -> str:
    return f"""input {{
  beats {{
    port => {port}
    ssl_enabled => true
    ssl_certificate => "{CERTIFICATE_PATH}/tls.crt"
    ssl_key => "{KEY_PATH}/tls.key"
  }}
}}"""


def _filters(fields: PersonalFields) -> Iterator[str]:
    # Objects only: a list or a text of JSON would go on whole, and unmasked.
    yield (
        '  if [message] =~ "^\\s*\\{" '
        f'{{ json {{ source => "message" target => "{PARSED}" skip_on_invalid_json => true }} }}'
    )
    # The raw line holds everything that is taken out below.
    yield f'  if [{PARSED}] {{ mutate {{ remove_field => ["message"] }} }}'
    yield '  mutate { remove_field => ["[event][original]"] }'
    for reference in _all(fields.replaced):
        yield (
            f'  if {reference} {{ fingerprint {{ source => ["{reference}"] target => "{reference}" '
            f'method => "SHA256" key => "${{{PSEUDONYM_KEY}}}" }} }}'
        )
    removed = ", ".join(f'"{reference}"' for reference in _all(fields.removed))
    yield f"  mutate {{ remove_field => [{removed}] }}"
    for reference in _all(fields.shortened):
        yield _replace(reference, [(_IPV4, r"\1.0"), (_IPV6, r"\1:")])
    for reference in ("[message]", *_all(FREE_TEXT)):
        yield _replace(reference, [(_MAIL, "<mail>"), (_IPV4, r"\1.0")])


def _all(fields: Iterable[str]) -> Iterator[str]:
    for field in fields:
        yield from references(field)


def _replace(reference: str, patterns: Sequence[tuple[str, str]]) -> str:
    rows = ", ".join(f'"{reference}", "{pattern}", "{text}"' for pattern, text in patterns)
    return f"  if {reference} {{ mutate {{ gsub => [{rows}] }} }}"


def _output(data_stream: str) -> str:
    return f"""output {{
  elasticsearch {{
    hosts => ["${{ECK_ES_HOSTS}}"]
    user => "${{ECK_ES_USER}}"
    password => "${{ECK_ES_PASSWORD}}"
    ssl_enabled => true
    ssl_certificate_authorities => "${{ECK_ES_SSL_CERTIFICATE_AUTHORITY}}"
    data_stream => false
    ilm_enabled => false
    action => "create"
    index => "{data_stream}"
    manage_template => true
    template => "{TEMPLATE_PATH}/template.json"
    template_name => "{data_stream}"
    template_overwrite => true
  }}
}}"""
