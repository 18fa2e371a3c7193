# ruff: noqa: A002 -- `type` and `id` are what the protocol calls them
"""What the simulated clouds hold, apart from Pulumi's state: so refresh, drift, import and recovery are real.

An object stands in a scope: (package, account, region). The account is an AWS account, an Azure subscription, a Google
project or a Kubernetes cluster; the region is "global" where the service has none. Handles are the names by which other
objects may refer to it (id, ARN, name ...) or under which it must be unique; references are the edges between objects.
Both are indexed: "must exist", "is taken" and "is in use" cost the same with five objects and with five thousand.
"""

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from rehearsal import values
from rehearsal.values import Value

_LAYOUT = 1  # raise it when the tables change: an older file is then refused instead of misread
_SCHEMA = """
CREATE TABLE IF NOT EXISTS object (
    key INTEGER PRIMARY KEY, package TEXT NOT NULL, account TEXT NOT NULL, region TEXT NOT NULL, type TEXT NOT NULL,
    id TEXT NOT NULL, name TEXT NOT NULL, urn TEXT NOT NULL, generation INTEGER NOT NULL,
    inputs TEXT NOT NULL, outputs TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS object_urn ON object (urn);
CREATE INDEX IF NOT EXISTS object_id ON object (package, id);
CREATE INDEX IF NOT EXISTS object_scope ON object (package, account, type, region);
CREATE TABLE IF NOT EXISTS handle (
    package TEXT NOT NULL, type TEXT NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL, account TEXT NOT NULL,
    region TEXT NOT NULL, object INTEGER NOT NULL REFERENCES object (key) ON DELETE CASCADE,
    PRIMARY KEY (package, type, kind, value, account, region)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS handle_object ON handle (object);
CREATE TABLE IF NOT EXISTS reference (
    source INTEGER NOT NULL REFERENCES object (key) ON DELETE CASCADE, property TEXT NOT NULL,
    target INTEGER NOT NULL REFERENCES object (key) ON DELETE CASCADE, blocks INTEGER NOT NULL,
    source_type TEXT NOT NULL, PRIMARY KEY (source, property, target)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS reference_target ON reference (target, source_type);
CREATE INDEX IF NOT EXISTS reference_blocking ON reference (target) WHERE blocks;
CREATE TABLE IF NOT EXISTS generation (urn TEXT PRIMARY KEY, latest INTEGER NOT NULL) WITHOUT ROWID;
"""
_CASELESS = frozenset({"azure-native"})
"""Packages whose ids and names know no upper and lower case."""
_COLUMNS = "key, package, account, region, type, id, name, urn, generation, inputs, outputs"


@dataclass(frozen=True)
class Scope:
    """Where an object stands: the account and the region ("global" where the service knows none) of one package."""

    package: str
    account: str
    region: str


@dataclass(frozen=True)
class Object:
    """One thing a cloud holds. `generation` counts how often its URN has been created: a replacement is a new thing."""

    scope: Scope
    type: str
    id: str
    name: str
    urn: str
    generation: int
    inputs: dict[str, Any]
    outputs: dict[str, Any]
    key: int = 0


@dataclass(frozen=True)
class Handle:
    """A name of an object: the type it counts as, how it is used (`id`, `arn`, `unique:...`), where it holds."""

    type: str
    kind: str
    value: str
    account: str
    region: str


@dataclass(frozen=True)
class Reference:
    """An edge to another object; one that blocks keeps its target from being deleted."""

    property: str
    target: int
    blocks: bool = True


class InventoryError(Exception):
    """The file cannot serve as an inventory; the message says what to do."""


class TakenError(Exception):
    """A handle already belongs to another object."""

    def __init__(self, handle: Handle) -> None:
        super().__init__(f"{handle.type}: {handle.kind} {handle.value!r} is taken")
        self.handle = handle


Objects = list[Object]  # named here: inside the class `list` is the method
Uses = list[tuple[str, Object]]


class Inventory:
    """The cloud's own record. Safe for threads; several processes may open the same file."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
        layout = self._db.execute("PRAGMA user_version").fetchone()[0]
        if layout != _LAYOUT and self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            self._db.close()
            raise InventoryError(
                f"{path} was written by another version of the rehearsal (layout {layout}, this one reads {_LAYOUT}); "
                f"destroy its stacks with that version, or remove {path.parent} and begin anew"
            )
        # The rehearsal may lose its last second when the machine dies; it may not be slow.
        settings = f"PRAGMA user_version={_LAYOUT}; PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
        self._db.executescript(f"{settings} PRAGMA foreign_keys=ON; {_SCHEMA}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; everything written is already on disk."""
        with self._lock:
            self._db.close()

    # --- for tests, operators and faults -------------------------------------------------------------------------

    def list(
        self,
        package: str | None = None,
        type: str | None = None,
        *,
        account: str | None = None,
        region: str | None = None,
        urn: str | None = None,
    ) -> Objects:
        """Return the objects that match every filter given, oldest first."""
        where, given = _where(package=package, type=type, account=account, region=region, urn=urn)
        return self._select(f"{where} ORDER BY key", given)

    def count(self, package: str | None = None, type: str | None = None) -> int:
        """Count the objects of a package, of a type, or all of them."""
        where, given = _where(package=package, type=type)
        with self._lock:
            return self._db.execute(f"SELECT count(*) FROM object {where}", given).fetchone()[0]  # noqa: S608

    def makings(self) -> set[tuple[str, int]]:
        """Return (URN, generation) of every object: what a run made is what it finds here afterwards only."""
        with self._lock:
            return set(self._db.execute("SELECT urn, generation FROM object"))

    def get(
        self,
        package: str,
        id: str,
        *,
        type: str | None = None,
        account: str | None = None,
        region: str | None = None,
    ) -> Object | None:
        """Return the one object with this id, None where there is none; refuses an id that names several."""
        where, given = _where(package=package, id=id, type=type, account=account, region=region)
        found = self._select(where, given)
        if len(found) > 1:
            kinds = ", ".join(sorted(f"{o.type} in {o.scope.account}/{o.scope.region}" for o in found))
            raise LookupError(f"{id!r} names {len(found)} objects ({kinds}): say which type, account or region")
        return found[0] if found else None

    def edit(self, thing: Object, path: str, value: Value) -> Object:
        """Change a property behind Pulumi's back (drift); None removes it. Returns the object as it now is."""
        root = str(values.parse_path(path)[0])
        with self.transaction():
            now = self.by_key(thing.key)  # the caller's copy may be older than an earlier edit
            if root not in now.outputs:
                known = ", ".join(sorted(now.outputs))
                raise LookupError(f"{now.type} {now.id} has no property {root!r}; it has: {known}")
            inputs = values.put(now.inputs, path, value) if root in now.inputs else now.inputs
            return self.rewrite(now, inputs, values.put(now.outputs, path, value))

    def remove(self, thing: Object) -> None:
        """Delete an object behind Pulumi's back, whatever still refers to it."""
        with self.transaction():
            self._db.execute("DELETE FROM object WHERE key = ?", (thing.key,))

    def remove_account(self, package: str, account: str) -> None:
        """Delete everything a package holds in one account (or cluster)."""
        with self.transaction():
            self._db.execute("DELETE FROM object WHERE package = ? AND account = ?", (package, account))

    # --- for the clouds ------------------------------------------------------------------------------------------

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold the inventory for one decision and the write that follows from it; an exception undoes the write."""
        with self._lock:
            if self._db.in_transaction:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def next_generation(self, urn: str) -> int:
        """Return 1 for the first creation of a URN, 2 for its first replacement, and so on."""
        with self._lock:
            return self._db.execute(
                "INSERT INTO generation VALUES (?, 1) "
                "ON CONFLICT (urn) DO UPDATE SET latest = latest + 1 RETURNING latest",
                (urn,),
            ).fetchone()[0]

    def latest_generation(self, urn: str) -> int:
        """Return how often a URN has been created so far."""
        with self._lock:
            row = self._db.execute("SELECT latest FROM generation WHERE urn = ?", (urn,)).fetchone()
        return row[0] if row else 0

    def insert(self, thing: Object, handles: Iterable[Handle], references: Iterable[Reference]) -> Object:
        """Add an object. Raises TakenError when one of its handles belongs to another."""
        with self.transaction():
            s = thing.scope
            key = self._db.execute(
                "INSERT INTO object (package, account, region, type, id, name, urn, generation, inputs, outputs) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING key",
                (
                    s.package, s.account, s.region, thing.type, thing.id, thing.name, thing.urn, thing.generation,
                    json.dumps(thing.inputs), json.dumps(thing.outputs),
                ),
            ).fetchone()[0]  # fmt: skip
            self._attach(key, s.package, handles, references)
            return self.by_key(key)

    def rewrite(self, thing: Object, inputs: Mapping[str, Any], outputs: Mapping[str, Any]) -> Object:
        """Write new properties; names and references stay as they are."""
        with self.transaction():
            self._db.execute(
                "UPDATE object SET inputs = ?, outputs = ? WHERE key = ?",
                (json.dumps(inputs), json.dumps(outputs), thing.key),
            )
            return self.by_key(thing.key)

    def update(
        self,
        key: int,
        inputs: Mapping[str, Any],
        outputs: Mapping[str, Any],
        handles: Iterable[Handle],
        references: Iterable[Reference],
    ) -> Object:
        """Replace an object's properties, handles and references. Raises TakenError like insert."""
        with self.transaction():
            package = self.by_key(key).scope.package
            self._db.execute("DELETE FROM handle WHERE object = ?", (key,))
            self._db.execute("DELETE FROM reference WHERE source = ?", (key,))
            self._db.execute(
                "UPDATE object SET inputs = ?, outputs = ? WHERE key = ?",
                (json.dumps(inputs), json.dumps(outputs), key),
            )
            self._attach(key, package, handles, references)
            return self.by_key(key)

    def _attach(self, key: int, package: str, handles: Iterable[Handle], references: Iterable[Reference]) -> None:
        for handle in handles:
            taken = self._db.execute(
                "INSERT INTO handle VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING object",
                (package, handle.type, handle.kind, _written(package, handle), handle.account, handle.region, key),
            ).fetchone()
            if taken is None:
                raise TakenError(handle)
        self._db.executemany(
            "INSERT OR REPLACE INTO reference SELECT ?, ?, ?, ?, type FROM object WHERE key = ?",
            [(key, reference.property, reference.target, reference.blocks, key) for reference in references],
        )

    def by_key(self, key: int) -> Object:
        """Return the object with this row key; it must exist."""
        return self._select("WHERE key = ?", (key,))[0]

    def resolve(self, package: str, handle: Handle) -> Object | None:
        """Return the object a handle names, None where it names nothing."""
        found = self._select(
            "WHERE key = (SELECT object FROM handle WHERE package = ? AND type = ? AND kind = ? AND value = ? "
            "AND account = ? AND region = ?)",
            (package, handle.type, handle.kind, _written(package, handle), handle.account, handle.region),
        )
        return found[0] if found else None

    def elsewhere(self, package: str, handle: Handle) -> Scope | None:
        """Return another scope in which the same type, kind and value is known: the usual reason for "not found"."""
        with self._lock:
            row = self._db.execute(
                "SELECT account, region FROM handle WHERE package = ? AND type = ? AND kind = ? AND value = ? LIMIT 1",
                (package, handle.type, handle.kind, _written(package, handle)),
            ).fetchone()
        return Scope(package, *row) if row else None

    def referrers(self, key: int, *, type: str | None = None, property: str | None = None) -> Objects:
        """Return the objects that refer to this one, by type and by the property they do it with."""
        where, given = "reference.target = ? AND reference.source != ?", [key, key]
        if property is not None:
            where, given = where + " AND reference.property = ?", [*given, property]
        if type is not None:
            where, given = where + " AND reference.source_type = ?", [*given, type]
        columns = ", ".join(f"object.{column}" for column in _COLUMNS.split(", "))
        with self._lock:
            rows = self._db.execute(
                f"SELECT DISTINCT {columns} FROM reference JOIN object ON object.key = reference.source "  # noqa: S608
                f"WHERE {where} ORDER BY object.key",
                given,
            ).fetchall()
        return [_object(row) for row in rows]

    def blockers(self, key: int, limit: int = 5) -> Uses:
        """Return up to `limit` (property, object) whose reference keeps this object from being deleted."""
        with self._lock:
            rows = self._db.execute(
                "SELECT property, source FROM reference WHERE target = ? AND blocks AND source != target LIMIT ?",
                (key, limit),
            ).fetchall()
        return [(name, self.by_key(source)) for name, source in rows]

    def _select(self, where: str, given: Iterable[Any]) -> Objects:
        with self._lock:
            rows = self._db.execute(f"SELECT {_COLUMNS} FROM object {where}", tuple(given)).fetchall()  # noqa: S608
        return [_object(row) for row in rows]


def _written(package: str, handle: Handle) -> str:
    return handle.value.lower() if package in _CASELESS else handle.value


def _where(**filters: str | None) -> tuple[str, tuple[str, ...]]:
    given = {column: value for column, value in filters.items() if value is not None}
    return ("WHERE " + " AND ".join(f"{column} = ?" for column in given) if given else "", tuple(given.values()))


def _object(row: tuple[Any, ...]) -> Object:
    key, package, account, region, kind, id_, name, urn, generation, inputs, outputs = row
    return Object(
        Scope(package, account, region), kind, id_, name, urn, generation, json.loads(inputs), json.loads(outputs), key
    )
