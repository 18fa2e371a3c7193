"""Cloud Logging: how long logs are kept, where sinks send them, and what metrics count."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from rehearsal import values
from rehearsal.errors import Problem
from rehearsal.gcp.invokes import project_number
from rehearsal.gcp.paths import GcpCase, last, segment
from rehearsal.gcp.refusals import invalid, not_found
from rehearsal.values import mapping

BUCKET = "gcp:logging/projectBucketConfig:ProjectBucketConfig"
_DATASET, _STORE = "gcp:bigquery/dataset:Dataset", "gcp:storage/bucket:Bucket"
_TOPIC = "gcp:pubsub/topic:Topic"
_OWN = ("_Default", "_Required")  # buckets and sinks of Google's
_OPEN, _PAIR = "([", {")": "(", "]": "["}
_DESTINATIONS = {
    "storage": r"storage\.googleapis\.com/(?P<bucket>[a-z0-9._-]+)",
    "bigquery": r"bigquery\.googleapis\.com/projects/(?P<project>[^/]+)/datasets/(?P<dataset>\w+)",
    "pubsub": r"pubsub\.googleapis\.com/projects/(?P<project>[^/]+)/topics/(?P<topic>[^/]+)",
    "bucket": r"logging\.googleapis\.com/(?P<path>projects/[^/]+/locations/[^/]+/buckets/[^/]+)",
    "project": r"logging\.googleapis\.com/projects/(?P<project>[^/]+)",
}
_VIEW_TERM = re.compile(r'(SOURCE|LOG_ID|log_id|source)\("[^"]*"\)|resource\.type\s*(!?=)\s*"?[\w./-]+"?')


# --- buckets ---------------------------------------------------------------------------------------------------------


def keys_need_a_region(case: GcpCase) -> Iterator[Problem]:
    """Where a bucket is, is said for good; in `global` nobody knows where a key would have to be."""
    place = case.get("location")
    if place == "global" and case.get("cmekSettings.kmsKeyName") is not None:
        words = "CMEK is not supported for log buckets in the global location"
        yield invalid("cmekSettings", words, "failedPrecondition")


def required_bucket_is_fixed(case: GcpCase) -> Iterator[Problem]:
    """The bucket of the audit logs that nobody can switch off cannot be changed."""
    if case.get("bucketId") == "_Required":
        yield invalid("bucketId", "Bucket _Required cannot be modified", "failedPrecondition")


def bucket_is_new(case: GcpCase) -> Iterator[Problem]:
    """Only Google's own buckets are taken over."""
    if case.get("bucketId") not in _OWN:
        yield from _taken(case, "Bucket")


def _taken(case: GcpCase, kind: str) -> Iterator[Problem]:
    if case.find(case.type, case.own_path()) is not None:
        yield Problem("", f"Error 409: {kind} {case.own_path()} already exists, alreadyExists")


def bucket_settings_stay(case: GcpCase) -> Iterator[Problem]:
    """A locked bucket keeps its time; a key and an analysis, once there, stay."""
    before, now = case.before("retentionDays"), case.get("retentionDays")
    if case.before("locked") and (before != now or not case.get("locked")):
        words = f"Bucket {case.get('bucketId')} is locked: its retention of {before} days cannot be changed"
        yield invalid("retentionDays", words, "failedPrecondition")
    if case.before("cmekSettings.kmsKeyName") and case.properties.get("cmekSettings") is None:
        yield invalid("cmekSettings", "CMEK settings of a log bucket cannot be disabled", "failedPrecondition")
    if case.before("enableAnalytics") and not case.get("enableAnalytics"):
        yield invalid("enableAnalytics", "Log Analytics cannot be disabled once it is enabled", "failedPrecondition")


def bucket_is_not_locked(case: GcpCase) -> Iterator[Problem]:
    """A locked bucket goes when it is empty: here that is never known, so it stays unless it is only let go of."""
    if case.before("locked") and case.before("deletionPolicy") != "ABANDON":
        words = f"Bucket {case.get('bucketId')} is locked and not empty: it cannot be deleted"
        yield invalid("", words, "failedPrecondition")


def bucket_outputs(case: GcpCase) -> dict[str, Any]:
    """Return who encrypts with the key."""
    key = case.get("cmekSettings.kmsKeyName")
    if key is None:
        return {}
    account = f"cmek-p{project_number(case.project)}@gcp-sa-logging.iam.gserviceaccount.com"
    name = f"projects/{case.project}/cmekSettings"
    settings = {"serviceAccountId": account, "name": name, "kmsKeyVersionName": f"{key}/cryptoKeyVersions/1"}
    return {"cmekSettings": settings}


# --- views -----------------------------------------------------------------------------------------------------------


def _bucket_path(case: GcpCase) -> str:
    given = str(case.get("bucket", ""))
    if "/" in given:
        return given
    parent = str(case.get("parent") or f"projects/{case.project}")
    return f"{parent}/locations/{case.get('location', 'global')}/buckets/{given}"


def view_filter_is_simple(case: GcpCase) -> Iterator[Problem]:
    """A view selects by source, resource type and log only."""
    text = case.get("filter")
    if not isinstance(text, str) or not text.strip():
        return
    rest = _VIEW_TERM.sub("", text)
    if re.sub(r"\bAND\b|\bNOT\b|[()\s]|-", "", rest):
        words = "View filters are restricted to a logical AND of SOURCE, LOG_ID and resource.type"
        yield invalid("filter", f"{words}, got {text!r}")


def bucket_is_analysed(case: GcpCase) -> Iterator[Problem]:
    """Logs can be linked to BigQuery where Log Analytics is on."""
    bucket = case.target("bucket")
    if bucket is not None and not bucket.outputs.get("enableAnalytics"):
        yield invalid("bucket", f"Log Analytics is not enabled for bucket {bucket.name}", "failedPrecondition")


def view_outputs(case: GcpCase) -> dict[str, Any]:
    """Return where the view's bucket is."""
    path = _bucket_path(case)
    return {"parent": path.partition("/locations/")[0], "location": segment(path, "locations")}


# --- sinks -----------------------------------------------------------------------------------------------------------


def _destination(case: GcpCase) -> tuple[str, dict[str, str]] | None:
    given = case.get("destination")
    for kind, pattern in _DESTINATIONS.items():
        if isinstance(given, str) and (found := re.fullmatch(pattern, given)):
            return kind, found.groupdict()
    return None


def destination_is_one(case: GcpCase) -> Iterator[Problem]:
    """A sink sends to a bucket of logs or objects, a dataset, a topic, or a project."""
    given, found = case.get("destination"), _destination(case)
    if isinstance(given, str) and found is None:
        yield invalid("destination", f"Invalid destination {given}: The destination must have a valid form")
    if case.get("bigqueryOptions") is not None:
        if found and found[0] != "bigquery":
            yield invalid("bigqueryOptions", "bigqueryOptions can only be set for a BigQuery destination")
        if not case.get("uniqueWriterIdentity"):
            yield invalid("bigqueryOptions", "bigqueryOptions need a unique writer identity")
    if case.get("customWriterIdentity") is not None and found and found[1].get("project") == case.project:
        words = "A custom writer identity is only for destinations in another project"
        yield invalid("customWriterIdentity", words)


def required_sink_is_fixed(case: GcpCase) -> Iterator[Problem]:
    """The sink of the audit logs that nobody can switch off cannot be changed."""
    if case.get("name") == "_Required":
        yield invalid("name", "Sink _Required cannot be modified", "failedPrecondition")


def sink_is_new(case: GcpCase) -> Iterator[Problem]:
    """Only Google's own sinks are taken over."""
    if case.get("name") not in _OWN:
        yield from _taken(case, "Sink")


def destination_stands(case: GcpCase) -> Iterator[Problem]:
    """Where logs are sent to is there; Google's own buckets always are."""
    found = _destination(case)
    if found is None:
        return
    kind, parts = found
    project = parts.get("project", "")
    stands: dict[str, Callable[[], bool]] = {
        "storage": lambda: case.find(_STORE, parts["bucket"]) is not None,
        "bigquery": lambda: case.find(_DATASET, f"projects/{project}/datasets/{parts['dataset']}") is not None,
        "pubsub": lambda: case.find(_TOPIC, f"projects/{project}/topics/{parts['topic']}") is not None,
        "bucket": lambda: last(parts["path"]) in _OWN or case.find(BUCKET, parts["path"]) is not None,
        "project": lambda: True,
    }
    if not stands[kind]():
        yield not_found("destination", f"The destination of sink {case.get('name')}, {case.get('destination')}, "
                        "does not exist")  # fmt: skip
    if not case.get("uniqueWriterIdentity") and project not in ("", case.project):
        words = "A sink without a unique writer identity must have its destination in its own project"
        yield invalid("uniqueWriterIdentity", words)


def sink_outputs(case: GcpCase) -> dict[str, Any]:
    """Return the account that writes: what is sent must be allowed to it."""
    given = case.get("customWriterIdentity")
    if given is None and not case.get("uniqueWriterIdentity"):
        given = "serviceAccount:cloud-logs@system.gserviceaccount.com"
    account = f"service-{project_number(case.project)}@gcp-sa-logging.iam.gserviceaccount.com"
    return {"writerIdentity": given or f"serviceAccount:{account}"}


def exclusions_are_apart(case: GcpCase) -> Iterator[Problem]:
    """Exclusions of a sink have names of their own."""
    names = [mapping(it).get("name") for it in case.get("exclusions") or ()]
    for name in {it for it in names if it and names.count(it) > 1}:
        yield invalid("exclusions", f"Duplicate exclusion name {name} in sink {case.get('name')}")


# --- filters and metrics ---------------------------------------------------------------------------------------------


def filters_are_closed(case: GcpCase) -> Iterator[Problem]:
    """What a filter opens, it closes: quotation marks, parentheses, brackets."""
    for pattern in ("filter", "exclusions[*].filter"):
        for path, text in values.find(case.properties, pattern):
            if isinstance(text, str) and (wrong := unbalanced(text)):
                yield invalid(values.format_path(path), f"Unparseable filter: syntax error: {wrong}", "badRequest")


def unbalanced(text: str) -> str | None:
    """Say what a filter of logs or metrics leaves open, None where nothing is."""
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', "", re.sub(r"(?m)^\s*--.*$", "", text))
    if '"' in bare:
        return 'unterminated string literal, a closing " is missing'
    stack: list[str] = []
    for sign in bare:
        if sign in _OPEN:
            stack.append(sign)
        elif sign in _PAIR and (not stack or stack.pop() != _PAIR[sign]):
            return f"token '{sign}' is not expected here"
    return f"'{stack[-1]}' is never closed" if stack else None


def metric_counts_or_measures(case: GcpCase) -> Iterator[Problem]:
    """A metric counts entries, or takes a value out of each; only then it has a distribution."""
    kind, value = (case.get(f"metricDescriptor.{it}") for it in ("metricKind", "valueType"))
    extractor, buckets = case.properties.get("valueExtractor"), case.properties.get("bucketOptions")
    if kind not in (None, "DELTA"):
        yield invalid("metricDescriptor.metricKind", f"Log-based metrics must be of kind DELTA, got {kind}")
    if value not in (None, "INT64", "DISTRIBUTION"):
        words = f"Log-based metrics must have the value type INT64 or DISTRIBUTION, got {value}"
        yield invalid("metricDescriptor.valueType", words)
    if value == "DISTRIBUTION" and extractor is None:
        yield invalid("valueExtractor", "A value extractor is required for a DISTRIBUTION metric")
    if value != "DISTRIBUTION" and extractor is not None:
        yield invalid("valueExtractor", "A value extractor is only for a DISTRIBUTION metric")
    if value != "DISTRIBUTION" and buckets is not None:
        yield invalid("bucketOptions", "Bucket options are only for a DISTRIBUTION metric")


def labels_are_extracted(case: GcpCase) -> Iterator[Problem]:
    """Every label of a metric is taken out of the entries, and nothing else is."""
    described = {mapping(it).get("key") for it in case.get("metricDescriptor.labels") or ()}
    extracted = mapping(case.get("labelExtractors"))
    for key in sorted(str(it) for it in described - extracted.keys()):
        yield invalid("labelExtractors", f"Label {key} has no extractor: every label key needs one")
    for key in sorted(extracted.keys() - described):
        yield invalid("metricDescriptor.labels", f"Label extractor {key} has no label in the metric descriptor")
    for key, text in extracted.items():
        if isinstance(text, str) and not re.fullmatch(r"(REGEXP_)?EXTRACT\(.+\)", text):
            words = f"Invalid extractor {text!r}: EXTRACT(field) or REGEXP_EXTRACT(field, regex) is expected"
            yield invalid(f"labelExtractors.{key}", words)
