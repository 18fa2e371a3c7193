"""How TripGen is run: its service levels, routines, severities and growth (chapters 2 and 10 to 14 of the design).

These figures make no resource. The runbooks in docs/runbooks/tripgen-*.md are rendered from them, so that a figure
stands in one place; the alerts and the traceability page read them too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class ServiceLevels:
    """What users are promised (chapters 2.1 and 14)."""

    availability_percent: float = 99.9
    downtime_minutes_a_month: int = 43
    users_min: int = 10_000
    users_max: int = 100_000
    traffic_factor: int = 10
    ai_response_s: int = 5
    api_response_ms: int = 200
    percentile: int = 95
    cache_hit_percent: int = 80


SERVICE_LEVELS: Final = ServiceLevels()


@dataclass(frozen=True, kw_only=True)
class Severity:
    """A class of incident and what it asks of people (chapters 10.2.1 and 12.2.1)."""

    level: int
    title: str
    response_minutes: int
    detection: str
    escalation: str
    actions: tuple[str, ...]
    communication: str


SEVERITIES: Final = (
    Severity(
        level=1,
        title="the service is down",
        response_minutes=15,
        detection="an alert, or users say so",
        escalation="page the on-call engineer and call the management team at once",
        actions=("restore service", "activate the substitute service", "tell the customers"),
        communication="an update every 15 minutes",
    ),
    Severity(
        level=2,
        title="slow, or partly down",
        response_minutes=60,
        detection="a metric crosses its threshold",
        escalation="the team on duty, within working hours",
        actions=("find the root cause", "tune what is slow", "put a temporary solution in place"),
        communication="an internal notice, and the ticket is kept up to date",
    ),
    Severity(
        level=3,
        title="a minor problem",
        response_minutes=24 * 60,
        detection="log analysis or a routine check",
        escalation="the regular meeting",
        actions=("analyse and document", "mend in the next release", "prevent it from coming back"),
        communication="an internal report",
    ),
)


@dataclass(frozen=True, kw_only=True)
class Task:
    """A routine task; minutes are the time planned for it, None where the design plans none."""

    text: str
    minutes: int | None = None


#: Routine checks by rhythm (chapter 12.1.1).
ROUTINES: Final[dict[str, tuple[Task, ...]]] = {
    "daily": (
        Task(text="state of all services", minutes=5),
        Task(text="error logs", minutes=10),
        Task(text="performance metrics", minutes=10),
        Task(text="security alerts", minutes=5),
        Task(text="state of the backups", minutes=5),
    ),
    "weekly": (
        Task(text="capacity plan", minutes=30),
        Task(text="state of the backups", minutes=15),
        Task(text="security patches", minutes=60),
        Task(text="performance tuning", minutes=45),
        Task(text="cost analysis", minutes=30),
    ),
    "monthly": (
        Task(text="cost analysis and optimisation", minutes=120),
        Task(text="recovery exercise", minutes=240),
        Task(text="capacity plan, renewed", minutes=90),
        Task(text="security audit", minutes=180),
        Task(text="architecture review", minutes=120),
    ),
    "quarterly": (
        Task(text="performance review of the whole system"),
        Task(text="technical debt, and a plan to pay it back"),
        Task(text="scalability test"),
        Task(text="penetration test"),
    ),
}


@dataclass(frozen=True, kw_only=True)
class SelfHealing:
    """Something that mends itself, what sets it off and how long it may take (chapter 12.2.2).

    Probes and circuit breakers have figures of their own in the service files and the settings of the workloads.
    """

    title: str
    trigger: str
    action: str
    within: str


SELF_HEALING: Final = (
    SelfHealing(
        title="node replacement",
        trigger="a node is NotReady for 5 minutes",
        action="AKS repairs or reimages the node, its pods move",
        within="10 minutes by the design; AKS mends nodes as it can, and it may take an hour",
    ),
    SelfHealing(
        title="traffic",
        trigger="a backend's health probe fails",
        action="the gateway sends requests to the other pods",
        within="at once",
    ),
    SelfHealing(
        title="scaling",
        trigger="CPU or memory crosses its target",
        action="more pods, then more nodes",
        within="3 to 5 minutes",
    ),
)


@dataclass(frozen=True, kw_only=True)
class ChangeManagement:
    """What a change of production needs, and when it may happen (chapter 10.2.1)."""

    approval: str = "production changes need an approval; an emergency change needs one too, at any time"
    testing: str = "every change has run in STAGE"
    rollback: str = "every change has a rollback plan"
    risk: str = "a major change has a risk assessment"


CHANGE_MANAGEMENT: Final = ChangeManagement()


@dataclass(frozen=True, kw_only=True)
class Phase:
    """A step of growth and how its success is told (chapter 13.1)."""

    number: int
    months: str
    focus: str
    users: int
    availability_percent: float
    response_times: str
    transactions_a_second: int
    targets: tuple[str, ...]
    deliverables: tuple[str, ...]
    measure: str


PHASES: Final = (
    Phase(
        number=1,
        months="now to month 6",
        focus="a production environment that is stable",
        users=50_000,
        availability_percent=99.9,
        response_times="AI 5 s, API 200 ms",
        transactions_a_second=1_000,
        targets=("99.9 % availability", "50,000 users at a time", "monitoring and alerts", "automatic deployment"),
        deliverables=(
            "production is deployed",
            "the CI/CD pipeline is complete",
            "the basic security policies hold",
            "there are dashboards",
            "there is a recovery plan",
        ),
        measure="error rate below 0.1 %",
    ),
    Phase(
        number=2,
        months="month 6 to 12",
        focus="performance and growth",
        users=100_000,
        availability_percent=99.95,
        response_times="AI 2 s, API 100 ms",
        transactions_a_second=5_000,
        targets=("100,000 users at a time", "AI answers within 2 s", "advanced security", "30 % less cost"),
        deliverables=(
            "performance is tuned",
            "the cache strategy is refined",
            "zero trust",
            "cost optimisation is in place",
            "APM and distributed tracing",
        ),
        measure="30 % of the cost saved",
    ),
    Phase(
        number=3,
        months="month 12 to 18",
        focus="the world, and enterprise functions",
        users=1_000_000,
        availability_percent=99.99,
        response_times="below 200 ms everywhere",
        transactions_a_second=10_000,
        targets=("several regions in Asia-Pacific", "1,000,000 users", "a global CDN", "a multi-cloud strategy"),
        deliverables=(
            "an architecture of several regions",
            "global load balancing",
            "data centres by region",
            "global recovery",
            "a better AI/ML pipeline",
        ),
        measure="data compliance in each region",
    ),
)


@dataclass(frozen=True, kw_only=True)
class GrowthLimits:
    """How far each tier can grow (chapter 13.2.1)."""

    users_now: int = 50_000
    scaling_factor: int = 20
    users_max: int = 1_000_000
    read_replicas_max: int = 10
    read_replicas_a_region: int = 2
    redis_shards_max: int = 20
    cache_hit_percent: int = 95
    messages_a_second: int = 100_000


GROWTH_LIMITS: Final = GrowthLimits()


@dataclass(frozen=True, kw_only=True)
class CostAwareScaling:
    """How much load is wanted on what runs (chapter 11.2.1)."""

    peak_response_ms: int = 200
    off_peak_utilisation_percent: int = 85
    scale_down_minutes: int = 5


COST_AWARE_SCALING: Final = CostAwareScaling()


@dataclass(frozen=True, kw_only=True)
class CostLevers:
    """What the design expects of each way to save, in percent of that part of the cost (chapter 11.1.2)."""

    reservation_years: tuple[int, int] = (1, 3)
    reservation_percent: tuple[int, int] = (30, 50)
    compressed_backups_percent: int = 50
    cached_content_percent: int = 60
    sampling_percent: int = 70


COST_LEVERS: Final = CostLevers()
