"""The warehouse: a BigQuery dataset in a project of its own (DTx infrastructure, components; docs/adr/0044)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_gcp.bigquery import Dataset, DatasetIamBinding
from pulumi_gcp.projects import IAMMember

from components.base import Component, ComponentArgs
from components.gcp.deletion import deletion_policy
from components.gcp.key_ring import KeyRing
from components.gcp.project import Project
from components.gcp.service_account import ServiceAccount

DAY_MILLISECONDS: Final = 24 * 60 * 60 * 1000
OWNER_ROLE: Final = "roles/bigquery.dataOwner"
WRITER_ROLE: Final = "roles/bigquery.dataEditor"
READER_ROLE: Final = "roles/bigquery.dataViewer"
#: Queries are run, and paid, in the warehouse's project.
JOB_ROLE: Final = "roles/bigquery.jobUser"


@dataclass(frozen=True, kw_only=True)
class BigQueryArgs(ComponentArgs):
    """The dataset, how long what is in it stays, and who owns and reads it."""

    #: The warehouse's project; the component's provider is that project's.
    project: Project
    keys: KeyRing
    dataset: str
    #: Google groups.
    administrators: Sequence[str]
    analysts: Sequence[str]
    time_travel_days: int
    #: Days until a partition goes.
    partition_days: int


class BigQuery(Component[BigQueryArgs], type="platform:gcp:BigQuery"):
    """A dataset in the region, under its own key, for whom it names and for nobody else.

    BigQuery lets owners, editors and viewers of a project into every new dataset. Roles here are bound as a whole, so
    that these are out.
    """

    def build(self, args: BigQueryArgs) -> None:
        """Place the dataset, and who owns and reads it."""
        self.args, profile = args, args.scope.environment
        #: As clients name it.
        self.dataset_id = args.dataset
        self._dataset = Dataset(
            f"{self.name}-dataset",
            project=args.project.project_id,
            location=args.project.region,
            dataset_id=args.dataset,
            description="Pseudonymised events of DTx; the pseudonyms' key is in the other project",
            default_encryption_configuration={"kms_key_name": args.keys.path("warehouse")},
            default_partition_expiration_ms=args.partition_days * DAY_MILLISECONDS,
            max_time_travel_hours=str(args.time_travel_days * 24),
            delete_contents_on_destroy=not profile.protect_data,
            deletion_policy=deletion_policy(args.scope),
            labels=args.scope.tags.gcp(),
            opts=self.stateful_child(depends_on=args.keys.ready("warehouse")),
        )
        self._bind(OWNER_ROLE, [f"group:{group}" for group in args.administrators])
        analysts = [f"group:{group}" for group in args.analysts]
        # An empty binding takes the project's viewers out, too.
        self._bind(READER_ROLE, analysts)
        for group in (*args.administrators, *args.analysts):
            self._may_query(group.partition("@")[0], f"group:{group}")

    def admit(self, writers: Mapping[str, ServiceAccount]) -> list[pulumi.Resource]:
        """Let service accounts write, by what holds them: these, and no others. Called once."""
        binding = self._bind(WRITER_ROLE, [writer.member for writer in writers.values()])
        return [binding, *(self._may_query(holder, writer.member) for holder, writer in writers.items())]

    def _bind(self, role: str, members: Sequence[pulumi.Input[str]]) -> DatasetIamBinding:
        return DatasetIamBinding(
            f"{self.name}-{role.rpartition('.')[2]}",
            project=self.args.project.project_id,
            dataset_id=self._dataset.dataset_id,
            role=role,
            members=list(members),
            opts=self.child(),
        )

    def _may_query(self, holder: str, member: pulumi.Input[str]) -> IAMMember:
        return IAMMember(
            f"{self.name}-{holder}-job-user",
            project=self.args.project.project_id,
            role=JOB_ROLE,
            member=member,
            opts=self.child(),
        )
