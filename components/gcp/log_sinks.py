"""Sinks: which of a project's logs go to which bucket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pulumi_gcp.logging import ProjectSink
from pulumi_gcp.projects import IAMMember

from components.base import Component, ComponentArgs
from components.gcp.log_bucket import LogBucket
from settings.gcp import naming

#: The sink that every project has. It is taken over instead of made, and stays when the stack goes.
DEFAULT_SINK: Final = "_Default"
#: What Google keeps in a bucket of its own anyway, and what our sinks keep longer.
_KEPT_ELSEWHERE: Final = (
    "cloudaudit.googleapis.com/activity",
    "cloudaudit.googleapis.com/system_event",
    "cloudaudit.googleapis.com/access_transparency",
    "externalaudit.googleapis.com/activity",
    "externalaudit.googleapis.com/system_event",
    "externalaudit.googleapis.com/access_transparency",
)


@dataclass(frozen=True, kw_only=True)
class LogSinksArgs(ComponentArgs):
    """The project that writes, the filters by name of what is kept for compliance, and where the rest goes."""

    project_id: str
    compliance: LogBucket
    streams: Mapping[str, str]
    operational: LogBucket


class LogSinks(Component[LogSinksArgs], type="platform:gcp:LogSinks"):
    """A project's logs, kept in the region: some for compliance, the rest for whoever runs the system."""

    def build(self, args: LogSinksArgs) -> None:
        """Place the sinks, and let the project write where another project's buckets stand."""
        self.project_id = args.project_id
        sinks = [
            self._place(stream, args.scope.names(naming.LOG_SINK, stream), log_filter, args.compliance)
            for stream, log_filter in args.streams.items()
        ]
        self._let_write(sinks[0], args.compliance)
        rest = self._place("default", DEFAULT_SINK, remainder(args.streams), args.operational)
        self._let_write(rest, args.operational)

    def _place(self, stream: str, name: str, log_filter: str, bucket: LogBucket) -> ProjectSink:
        return ProjectSink(
            f"{self.name}-{stream}",
            project=self.project_id,
            name=name,
            destination=bucket.destination,
            filter=log_filter,
            unique_writer_identity=True,
            opts=self.child(depends_on=[bucket.bucket]),
        )

    def _let_write(self, sink: ProjectSink, bucket: LogBucket) -> None:
        """Let the writer that all sinks of a project share into a bucket; into those of its own project it may."""
        if self.project_id == bucket.project_id:
            return
        IAMMember(
            f"{self.name}-{bucket.name}-writer",
            project=bucket.project_id,
            role="roles/logging.bucketWriter",
            member=sink.writer_identity,
            condition={
                "title": f"{bucket.bucket_id}-only",
                "description": "Logs of the data project go to this bucket and no other",
                "expression": f'resource.name.endsWith("{bucket.path.partition("/locations/")[2]}")',
            },
            opts=self.child(),
        )


def remainder(streams: Mapping[str, str]) -> str:
    """Return the filter for what no stream and none of Google's own sinks keeps."""
    kept = [f'log_id("{log}")' for log in _KEPT_ELSEWHERE]
    return "\n".join(f"NOT ({each})" for each in [*kept, *streams.values()])
