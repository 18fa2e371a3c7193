"""Which controls a rule serves: frameworks by their ids, for whoever audits the platform by one of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Framework: TypeAlias = Literal[
    "GDPR", "DiGAV", "ISMS-P", "CIS AWS", "CIS Azure", "CIS Google Cloud", "CIS Kubernetes", "checkov", "trivy"
]
#: Ids by framework, as the framework spells them. Of a scanner: its checks that ask the same of the same resource.
Controls: TypeAlias = Mapping[Framework, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class Edition:
    """The text that ids are from: they change their meaning from one edition to the next."""

    title: str
    #: What an id looks like.
    pattern: re.Pattern[str]


def _edition(title: str, pattern: str) -> Edition:
    return Edition(title=title, pattern=re.compile(pattern))


_ARTICLE: Final = r"\d+( \(\d+\)( [a-z])?)?"
_NUMBER: Final = r"\d+(\.\d+){1,3}"
FRAMEWORKS: Final[Mapping[Framework, Edition]] = {
    "GDPR": _edition("Regulation (EU) 2016/679, articles", _ARTICLE),
    "DiGAV": _edition("Digitale-Gesundheitsanwendungen-Verordnung, sections and annexes", rf"{_ARTICLE}|annex \d"),
    "ISMS-P": _edition("KISA ISMS-P, certification criteria of 2023", r"[123]\.\d{1,2}\.\d{1,2}"),
    "CIS AWS": _edition("CIS Amazon Web Services Foundations Benchmark 3.0.0", _NUMBER),
    "CIS Azure": _edition("CIS Microsoft Azure Foundations Benchmark 2.0.0", _NUMBER),
    "CIS Google Cloud": _edition("CIS Google Cloud Platform Foundation Benchmark 2.0.0", _NUMBER),
    "CIS Kubernetes": _edition("CIS Kubernetes Benchmark 1.8.0", _NUMBER),
    "checkov": _edition("checkov 3.3.30, policies for Terraform and Kubernetes", r"CKV2?_(AWS|AZURE|GCP|K8S)_\d+"),
    "trivy": _edition("trivy-checks 1.10.0, checks of misconfiguration", r"AVD-(AWS|AZU|GCP|KSV)-\d{4}"),
}


def in_words(controls: Controls) -> str:
    """Return controls as one line: `ISMS-P 2.6.1, 2.10.2; checkov CKV_AWS_17`."""
    return "; ".join(
        f"{framework} {', '.join(controls[framework])}" for framework in FRAMEWORKS if framework in controls
    )
