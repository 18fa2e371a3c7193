"""Physical names under each service's limits.

A name reads `<prefix><system>-<environment>-<parts>` (`jung-kyeol-prod-postgres`). One that is too long for its service
keeps its beginning and ends in a digest of the whole, so that different things never share a name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

DIGEST_LENGTH: Final = 6


@dataclass(frozen=True, kw_only=True)
class NameRule:
    """What a service accepts as a name."""

    max_length: int
    pattern: re.Pattern[str]
    #: Kind of thing that Azure's naming convention puts first: `vnet` in `vnet-tripgen-prod`.
    abbreviation: str = ""
    #: What stands between the parts; nothing where a service takes letters and digits only.
    separator: str = "-"
    #: Whether the name says the environment; it need not where the thing's own container says it.
    environment: bool = True


#: The services' own limits, from their API references. A web ACL leaves room for `aws-waf-logs-` before it.
EKS_CLUSTER: Final = NameRule(max_length=100, pattern=re.compile(r"[0-9A-Za-z][A-Za-z0-9_-]*"))
EKS_NODE_GROUP: Final = NameRule(max_length=63, pattern=re.compile(r"[0-9A-Za-z][A-Za-z0-9_-]*"))
RDS_IDENTIFIER: Final = NameRule(max_length=63, pattern=re.compile(r"[a-z](?:[a-z0-9]|-(?!-|$))*"))
ELASTICACHE_REPLICATION_GROUP: Final = NameRule(max_length=40, pattern=re.compile(r"[a-z](?:[a-z0-9]|-(?!-|$))*"))
IAM_ROLE: Final = NameRule(max_length=64, pattern=re.compile(r"[\w+=,.@-]+"))
KMS_ALIAS: Final = NameRule(max_length=250, pattern=re.compile(r"[a-zA-Z0-9/_-]+"))
SECURITY_GROUP: Final = NameRule(max_length=255, pattern=re.compile(r"(?!sg-)[\w .:/()#,@\[\]+=&;{}!$*-]+"))
SNS_TOPIC: Final = NameRule(max_length=256, pattern=re.compile(r"[A-Za-z0-9_-]+"))
CLOUDWATCH_ALARM: Final = NameRule(max_length=255, pattern=re.compile(r"[\x20-\x7e]+"))
LOG_GROUP: Final = NameRule(max_length=512, pattern=re.compile(r"[\w./#-]+"))
LAUNCH_TEMPLATE: Final = NameRule(max_length=125, pattern=re.compile(r"[a-zA-Z0-9().\-/_]{3,}"))
ECR_REPOSITORY: Final = NameRule(
    max_length=256, pattern=re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*(?:/[a-z0-9]+(?:[._-][a-z0-9]+)*)*")
)
S3_BUCKET: Final = NameRule(max_length=63, pattern=re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]"))
WEB_ACL: Final = NameRule(max_length=115, pattern=re.compile(r"[\w-]+"))
CLOUDFRONT_OAC: Final = NameRule(max_length=64, pattern=re.compile(r"[\w .-]+"))
BUDGET: Final = NameRule(max_length=100, pattern=re.compile(r"[^:\\]+"))
CLOUDTRAIL: Final = NameRule(max_length=128, pattern=re.compile(r"[A-Za-z0-9][\w.-]+[A-Za-z0-9]"))
CONFIG_RECORDER: Final = NameRule(max_length=256, pattern=re.compile(r".+"))
CONFIG_RULE: Final = NameRule(max_length=128, pattern=re.compile(r"[\w-]+"))
SECRET: Final = NameRule(max_length=512, pattern=re.compile(r"[A-Za-z0-9/_+=.@-]+"))
EC2_TAG: Final = NameRule(max_length=256, pattern=re.compile(r"[\w .:/=+\-@]+"))


@dataclass(frozen=True, kw_only=True)
class Namer:
    """Names of one system in one environment."""

    prefix: str
    system: str
    environment: str

    def __call__(self, rule: NameRule, *parts: str) -> str:
        """Return the physical name of a thing; a name that `rule` cannot accept is a programming error."""
        environment = self.environment if rule.environment else ""
        words = "-".join(
            part for part in (rule.abbreviation, f"{self.prefix}{self.system}", environment, *parts) if part
        )
        name = words.replace("-", rule.separator)
        if len(name) > rule.max_length:
            digest = sha256(name.encode()).hexdigest()[:DIGEST_LENGTH]
            room = rule.max_length - DIGEST_LENGTH - len(rule.separator)
            name = f"{name[:room].rstrip('-')}{rule.separator}{digest}"
        if not rule.pattern.fullmatch(name):
            raise ValueError(f"{name!r} is no legal name: {rule.pattern.pattern}, at most {rule.max_length} characters")
        return name
