"""DTx' stores: database, cache, warehouse, documents and buckets, and which service is let into which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pulumi
import pulumi_gcp as gcp
from pulumi_gcp.serviceaccount import IAMMember

from components.base import Component, ComponentArgs
from components.gcp.bigquery import BigQuery, BigQueryArgs
from components.gcp.bucket import Bucket, BucketArgs
from components.gcp.firestore import DATABASE as DOCUMENTS
from components.gcp.firestore import Firestore, FirestoreArgs
from components.gcp.key_ring import KeyRing
from components.gcp.network import Network
from components.gcp.postgres import Postgres, PostgresArgs, account_user
from components.gcp.project import Project
from components.gcp.redis import PORT as CACHE_PORT
from components.gcp.redis import Redis, RedisArgs
from components.gcp.service_account import ServiceAccount, ServiceAccountArgs
from settings.dtx.data import Store
from settings.dtx.system import DtxSettings

#: Be the account for as long as a token lasts.
IMPERSONATE_ROLE: Final = "roles/iam.serviceAccountTokenCreator"
#: What a service must be granted in SQL: no resource of Google's does it (docs/adr/0042).
GRANT_CONNECT: Final = 'GRANT CONNECT ON DATABASE {database} TO "{user}"; GRANT {database}_service TO "{user}";'


@dataclass(frozen=True, kw_only=True)
class DataStoresArgs(ComponentArgs):
    """Where the stores stand, and under which keys."""

    settings: DtxSettings
    project: Project
    network: Network
    keys: KeyRing
    #: The warehouse's.
    data_project: Project
    data_provider: gcp.Provider


class DataStores(Component[DataStoresArgs], type="platform:system:DtxDataStores"):
    """Components 2 to 4: what the services keep. All of it in the region, under the region's keys, by identities."""

    def build(self, args: DataStoresArgs) -> None:
        """Place the stores; nobody is let in yet."""
        self.args, self.settings = args, args.settings
        self._accounts: dict[str, ServiceAccount] = {}
        self._rights: dict[str, list[pulumi.Resource]] = {}
        self.postgres = self._postgres()
        self.redis = self._redis()
        self.warehouse = self._warehouse()
        self.documents = Firestore(
            "documents",
            FirestoreArgs(
                scope=self.scope,
                project=args.project,
                keys=args.keys,
                backup_days=self.settings.retention.document_days,
            ),
            self.child(),
        )
        self._buckets()
        self._pseudonyms()

    def _postgres(self) -> Postgres:
        """Components 2: the database."""
        args, s, window = self.args, self.settings.data.postgres, self.settings.data.maintenance
        return Postgres(
            "postgres",
            PostgresArgs(
                scope=self.scope,
                project=args.project,
                network=args.network,
                keys=args.keys,
                recovery_days=self.settings.retention.database_days,
                maintenance_day=window.day,
                maintenance_hour=window.hour,
                **s.args(),
            ),
            self.child(),
        )

    def _redis(self) -> Redis:
        """Components 3: the cache."""
        args, window = self.args, self.settings.data.maintenance
        return Redis(
            "redis",
            RedisArgs(
                scope=self.scope,
                project=args.project,
                network=args.network,
                keys=args.keys,
                maintenance_day=window.day,
                maintenance_hour=window.hour,
                **self.settings.data.cache.args(),
            ),
            self.child(),
        )

    def _warehouse(self) -> BigQuery:
        """Components 4: the dataset, in a project of its own."""
        args = self.args
        return BigQuery(
            "warehouse",
            BigQueryArgs(
                scope=self.scope,
                project=args.data_project,
                keys=args.keys,
                partition_days=self.settings.retention.warehouse_days,
                **self.settings.data.warehouse.args(),
            ),
            self.child(providers=[args.data_provider]),
        )

    def _buckets(self) -> None:
        """Components 4 and recovery 1: the services' objects, exports of the database, backups of the configuration."""
        kept = self.settings.retention
        self.objects = self._bucket("objects", "objects", overwritten_days=kept.overwritten_days)
        self.exports = self._bucket("exports", "backups", expire_days=kept.export_days)
        self.exports.admit(self, "database", pulumi.Output.concat("serviceAccount:", self.postgres.service_account))
        self.configuration = self._bucket(
            "configuration",
            "backups",
            expire_days=kept.configuration_days,
            immutable=True,
            locked=self.settings.storage.locked,
        )

    def _bucket(self, purpose: str, key: str, **properties: Any) -> Bucket:  # noqa: ANN401 - BucketArgs' own fields
        args = self.args
        return Bucket(
            purpose,
            BucketArgs(
                scope=self.scope,
                project=args.project,
                purpose=purpose,
                keys=args.keys,
                key=key,
                deleted_days=self.settings.retention.deleted_days,
                **properties,
            ),
            self.child(),
        )

    def _pseudonyms(self) -> None:
        """Security 4: one account may use the key of the pseudonyms, and it may do nothing else."""
        self.pseudonyms = ServiceAccount(
            "pseudonyms",
            ServiceAccountArgs(
                scope=self.scope,
                project=self.args.project,
                account="pseudonyms",
                display_name="Makes and resolves pseudonyms",
            ),
            self.child(),
        )
        self.args.keys.allow("pseudonyms", holder="account", member=self.pseudonyms.member)

    def admit(self, accounts: Mapping[str, ServiceAccount]) -> None:
        """Let services into the stores that the settings name, and into no others: their accounts by their names.

        Called once, when all accounts stand: the warehouse's writers are bound as a whole.
        """
        self._accounts = dict(accounts)
        self._rights = {service: [] for service in accounts}
        for service in accounts:
            for store in self._stores_of(service):
                self._rights[service] += self._let_in(store, service)
        writers = {name: account for name, account in accounts.items() if "warehouse" in self._stores_of(name)}
        bound = self.warehouse.admit(writers)
        for service in writers:
            self._rights[service] += bound

    def _stores_of(self, service: str) -> list[Store]:
        return [store for store, services in self.settings.data.users.items() if service in services]

    def _let_in(self, store: Store, service: str) -> list[pulumi.Resource]:
        account = self._accounts[service]
        match store:
            case "postgres":
                return self.postgres.admit(self, service, account)
            case "cache":
                return self.redis.admit(self, service, account)
            case "documents":
                return self.documents.admit(self, service, account)
            case "objects":
                return self.objects.admit(self, service, account.member)
            case "pseudonyms":
                return [self._impersonation(service, account)]
            case "warehouse":
                return []  # all its writers at once, above

    def _impersonation(self, service: str, account: ServiceAccount) -> pulumi.Resource:
        """Let a service be the account of the pseudonyms: each use of the key is recorded with both names."""
        return IAMMember(
            f"{self.name}-{service}-pseudonyms",
            service_account_id=self.pseudonyms.account_name,
            role=IMPERSONATE_ROLE,
            member=account.member,
            opts=self.child(),
        )

    def ready(self, service: str) -> list[pulumi.Resource]:
        """Return what a service's pods wait for: its rights."""
        return [*self._rights[service]]

    def variables(self, service: str) -> dict[str, pulumi.Input[str]]:
        """Return what a service's pods are told of the stores that it is let into: names and hosts; no secrets."""
        told: dict[str, pulumi.Input[str]] = {}
        for store in self._stores_of(service):
            told.update(self._variables_of(store, self._accounts[service]))
        return told

    def _variables_of(self, store: Store, account: ServiceAccount) -> dict[str, pulumi.Input[str]]:
        s, project_id = self.settings, self.args.project.project_id
        match store:
            case "postgres":
                return {
                    "POSTGRES_INSTANCE": self.postgres.connection_name,
                    "POSTGRES_READER_INSTANCES": ",".join(self.postgres.reader_connection_names),
                    "POSTGRES_DATABASE": s.data.postgres.database,
                    "POSTGRES_USER": account.email.apply(account_user),
                }
            case "cache":
                return {
                    "REDIS_DISCOVERY_HOST": self.redis.host,
                    "REDIS_DISCOVERY_PORT": str(CACHE_PORT),
                    "REDIS_CA_CERTIFICATES": self.redis.ca_certificates,
                }
            case "warehouse":
                return {
                    "BIGQUERY_PROJECT": s.data_project_id,
                    "BIGQUERY_DATASET": self.warehouse.dataset_id,
                    "BIGQUERY_LOCATION": s.region,
                }
            case "documents":
                return {"FIRESTORE_PROJECT": project_id, "FIRESTORE_DATABASE": DOCUMENTS}
            case "objects":
                return {"OBJECTS_BUCKET": self.objects.bucket_name}
            case "pseudonyms":
                return {
                    "PSEUDONYMS_KEY": self.args.keys.path("pseudonyms"),
                    "PSEUDONYMS_ACCOUNT": self.pseudonyms.email,
                }

    def exported(self) -> Mapping[str, Any]:
        """Return what operators need to know, and the statement that only a database administrator can run."""
        database = self.settings.data.postgres.database
        return {
            "postgres": {
                "instance": self.postgres.connection_name,
                "readers": self.postgres.reader_connection_names,
                "grant_connect": {
                    service: account.email.apply(
                        lambda email: GRANT_CONNECT.format(database=database, user=account_user(email))
                    )
                    for service, account in self._accounts.items()
                    if "postgres" in self._stores_of(service)
                },
            },
            "redis": {"host": self.redis.host, "port": CACHE_PORT},
            "warehouse": {"project": self.settings.data_project_id, "dataset": self.warehouse.dataset_id},
            "documents": {"database": DOCUMENTS},
            "buckets": {
                "objects": self.objects.bucket_name,
                "exports": self.exports.bucket_name,
                "configuration": self.configuration.bucket_name,
            },
            "erasure_days": self.settings.retention.erasure_days,
        }
