"""How alerts reach people: Alertmanager's configuration, as pure functions. It names secrets and holds none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

#: Where Alertmanager finds the secrets it is told of.
SECRETS_PATH: Final = "/etc/alertmanager/secrets"
#: Keys of the channels' secret.
SMTP_PASSWORD: Final = "smtp-password"  # noqa: S105 - the name of one
SLACK_URL: Final = "slack-url"
SMS_URL: Final = "sms-url"
NOBODY: Final = "nobody"
GROUP_INTERVAL_MINUTES: Final = 5
#: TLS from the first byte there; a server does not offer STARTTLS a second time, and requiring it would send nothing.
IMPLICIT_TLS_PORT: Final = 465
#: Labels by which one matter is told from another of the same alert.
MATTER: Final = (
    "alertname",
    "namespace",
    "pod",
    "node",
    "instance",
    "mountpoint",
    "persistentvolume",
    "persistentvolumeclaim",
    "horizontalpodautoscaler",
    "name",
    "service",
    "subject",
)
#: What leaves the region with a message: what is wrong and where in the cluster, no label of a user and no log line.
TITLE: Final = "[{{ .Status | toUpper }}] {{ .CommonLabels.severity }}: {{ .CommonLabels.alertname }}"
TEXT: Final = "{{ range .Alerts }}{{ .Annotations.summary }}\n{{ end }}"


@dataclass(frozen=True, kw_only=True)
class EmailChannel:
    """Who gets mail, from whom, by which server."""

    to: str
    sender: str
    host: str
    port: int
    username: str


@dataclass(frozen=True, kw_only=True)
class Channels:
    """The channels of an environment, and the Kubernetes Secret with their passwords and webhooks."""

    secret: str
    email: EmailChannel | None
    #: Channel in Slack.
    slack: str | None
    #: Host of the on-call service that sends text messages; which of its addresses is called stands in the secret.
    sms: str | None

    @property
    def any(self) -> bool:
        """Whether anybody is told."""
        return bool(self.email or self.slack or self.sms)


@dataclass(frozen=True, kw_only=True)
class Route:
    """Who hears of one severity, how soon, how often again."""

    channels: Sequence[str]
    wait_seconds: int
    repeat_minutes: int


def alertmanager_config(channels: Channels, routes: Mapping[str, Route]) -> dict[str, Any]:
    """Return the configuration: a route and a receiver for each severity, the worst first."""
    return {
        "global": {"resolve_timeout": "5m", **_mail_server(channels)},
        "inhibit_rules": [
            {
                # A warning that has become critical is told once. Nothing keeps a violation silent.
                "source_matchers": ["severity = critical"],
                "target_matchers": ["severity = warning"],
                "equal": list(MATTER),
            }
        ],
        "route": {
            "receiver": NOBODY,
            "group_by": ["alertname", "namespace"],
            "group_wait": "30s",
            "group_interval": f"{GROUP_INTERVAL_MINUTES}m",
            "repeat_interval": "12h",
            "routes": [_route(severity, route) for severity, route in routes.items()],
        },
        "receivers": [
            {"name": NOBODY},
            *({"name": severity, **_receiver(channels, route)} for severity, route in routes.items()),
        ],
    }


def _route(severity: str, route: Route) -> dict[str, Any]:
    return {
        "matchers": [f"severity = {severity}"],
        "receiver": severity,
        "group_wait": f"{route.wait_seconds}s",
        # What joins a group that was told of already waits for this.
        "group_interval": f"{GROUP_INTERVAL_MINUTES}m" if route.wait_seconds else "10s",
        "repeat_interval": f"{route.repeat_minutes}m",
    }


def _receiver(channels: Channels, route: Route) -> dict[str, Any]:
    receiver: dict[str, Any] = {}
    if channels.email and "email" in route.channels:
        receiver["email_configs"] = [
            {
                "to": channels.email.to,
                "send_resolved": True,
                "headers": {"Subject": TITLE},
                "html": "",
                "text": TEXT,
            }
        ]
    if channels.slack and "slack" in route.channels:
        receiver["slack_configs"] = [
            {
                "api_url_file": secret_file(channels, SLACK_URL),
                "channel": channels.slack,
                "send_resolved": True,
                "title": TITLE,
                "text": TEXT,
            }
        ]
    if channels.sms and "sms" in route.channels:
        receiver["webhook_configs"] = [{"url_file": secret_file(channels, SMS_URL), "send_resolved": True}]
    return receiver


def _mail_server(channels: Channels) -> dict[str, Any]:
    if not channels.email:
        return {}
    return {
        "smtp_smarthost": f"{channels.email.host}:{channels.email.port}",
        "smtp_from": channels.email.sender,
        "smtp_auth_username": channels.email.username,
        "smtp_auth_password_file": secret_file(channels, SMTP_PASSWORD),
        "smtp_require_tls": channels.email.port != IMPLICIT_TLS_PORT,
    }


def secret_file(channels: Channels, key: str) -> str:
    """Return where Alertmanager reads a key of the channels' secret."""
    return f"{SECRETS_PATH}/{channels.secret}/{key}"
