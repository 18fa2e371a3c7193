"""The key ring: one customer key per purpose, in the region (DTx infrastructure, encryption; docs/adr/0041)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_gcp as gcp
from pulumi_gcp.kms import CryptoKey, CryptoKeyIAMMember

from components.base import Component, ComponentArgs
from components.gcp.deletion import deletion_policy
from components.gcp.project import Project
from components.gcp.service_agent import ServiceAgent, place_service_agent
from settings.gcp import naming

USE: Final = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
DAY_SECONDS: Final = 24 * 60 * 60


@dataclass(frozen=True, kw_only=True)
class Key:
    """A key, and which of Google's services encrypt with it."""

    #: What is encrypted with it; the key's name.
    purpose: str
    #: First words of the services' hosts, `sqladmin`; none where only people or programs of ours use the key.
    services: Sequence[str] = ()
    #: Where those services run, if not in the ring's project.
    used_in: Project | None = None
    #: What it encrypts cannot be deleted with the stack, so that the key stays usable too.
    outlives: bool = False


@dataclass(frozen=True, kw_only=True)
class KeyRingArgs(ComponentArgs):
    """Where the ring stands, its keys, and how they live."""

    project: Project
    keys: Sequence[Key]
    #: The ring's number: rings and keys are never deleted, so one that is made again needs another name.
    generation: int
    rotation_days: int
    #: `SOFTWARE` or `HSM`.
    protection: str


class KeyRing(Component[KeyRingArgs], type="platform:gcp:KeyRing"):
    """Symmetric keys of one region. Each is used by the services of its purpose, and by nobody else.

    A path is plain text, so that policies read the region of the key of whatever is encrypted in a preview. Whoever
    uses a key waits for `ready`: a service that cannot use the key yet refuses it.
    """

    def build(self, args: KeyRingArgs) -> None:
        """Place the ring, its keys, the services' accounts and what they may do."""
        project, profile = args.project, args.scope.environment
        name = args.scope.names(naming.KEY_RING, "keys", str(args.generation))
        self._ring_path = f"projects/{project.project_id}/locations/{project.region}/keyRings/{name}"
        ring = gcp.kms.KeyRing(
            f"{self.name}-ring",
            project=project.project_id,
            location=project.region,
            name=name,
            opts=self.stateful_child(),
        )
        self._keys = {
            key.purpose: CryptoKey(
                f"{self.name}-{key.purpose}",
                key_ring=ring.id,
                name=key.purpose,
                purpose="ENCRYPT_DECRYPT",
                version_template={"algorithm": "GOOGLE_SYMMETRIC_ENCRYPTION", "protection_level": args.protection},
                rotation_period=f"{args.rotation_days * DAY_SECONDS}s",
                # Whoever destroys the last version of a key destroys everything under it: it can be taken back so long.
                destroy_scheduled_duration=f"{profile.key_deletion_window_days * DAY_SECONDS}s",
                deletion_policy="ABANDON" if key.outlives else deletion_policy(args.scope),
                labels=args.scope.tags.gcp(),
                opts=self.stateful_child(),
            )
            for key in args.keys
        }
        self._ready: dict[str, list[pulumi.Resource]] = {key.purpose: [] for key in args.keys}
        agents: dict[tuple[str, str], ServiceAgent] = {}
        for key in args.keys:
            user = key.used_in or project
            for service in key.services:
                if (service, user.project_id) not in agents:
                    agents[service, user.project_id] = place_service_agent(self, service, project=user, after=ring)
                agent = agents[service, user.project_id]
                self.allow(key.purpose, holder=service, member=agent.member, after=agent.made_by)

    def allow(
        self, purpose: str, *, holder: str, member: pulumi.Input[str], after: Sequence[pulumi.Resource] = ()
    ) -> None:
        """Let a member encrypt and decrypt with a key; `holder` says in the logical name who that is."""
        grant = CryptoKeyIAMMember(
            f"{self.name}-{purpose}-{holder}",
            crypto_key_id=self._keys[purpose].id,
            role=USE,
            member=member,
            opts=self.child(depends_on=list(after)),
        )
        self._ready[purpose].append(grant)

    def path(self, purpose: str) -> str:
        """Return the full path of a key, `projects/P/locations/R/keyRings/G/cryptoKeys/K`, as plain text."""
        if purpose not in self._keys:
            raise KeyError(f"the ring has no key for {purpose}: {', '.join(self._keys)}")
        return f"{self._ring_path}/cryptoKeys/{purpose}"

    def ready(self, purpose: str) -> list[pulumi.Resource]:
        """Return what has to stand before something is encrypted with a key: its users' rights."""
        return [*self._ready[purpose]]
