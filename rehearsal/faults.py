"""Faults on demand: what a bad day does to a cloud, told by one file, `faults.yaml` in REHEARSAL_HOME.

A fault meets the calls of one operation whose type and name it matches, exactly as often as it says: `fired` is counted
in the file before anything happens, so that a killed process and the next run count on.
"""

import fcntl
import io
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

import grpc
import yaml
from google.protobuf.any_pb2 import Any as Packed
from google.protobuf.message import Message
from pulumi.runtime.proto import provider_pb2, status_pb2

from rehearsal.files import write_whole

Kind = Literal[
    "throttling", "server-error", "time-out", "quota", "name-taken", "partial", "slow", "kill-engine", "kill"
]
Operation = Literal["create", "update", "delete", "read", "invoke"]
When = Literal["before", "after"]

KINDS: Mapping[Kind, str] = {
    "throttling": "refused with 429, nothing was done",
    "server-error": "answered with 500, before or after it was done",
    "time-out": "not answered in time, before or after it was done",
    "quota": "refused because a quota is used up",
    "name-taken": "refused because somebody else has the name",
    "partial": "done, but the object is not healthy: its id comes with the error",
    "slow": "done, but it takes `seconds` longer",
    "kill-engine": "kill -9 of the engine, before or after it was done",
    "kill": "kill -9 of the engine and the rehearsal, before or after it was done",
}
_AMBIGUOUS = ("server-error", "time-out", "kill-engine", "kill")
_MARK = "[a fault of the rehearsal]"
# In the words of each cloud's API, because programs read them: what may be tried again is told by the text alone.
_WORDS: Mapping[str, Mapping[str, str]] = {
    "aws": {
        "throttling": "https response error StatusCode: 400, api error ThrottlingException: Rate exceeded",
        "server-error": "https response error StatusCode: 500, api error InternalFailure: an internal error occurred",
        "time-out": "request send failed: context deadline exceeded (Client.Timeout exceeded while awaiting headers)",
        "quota": "https response error StatusCode: 400, api error LimitExceededException: the quota of the account "
        "is used up",
        "name-taken": "https response error StatusCode: 409, api error AlreadyExistsException: the name is taken",
        "partial": "unexpected state 'failed', wanted target 'available'",
    },
    "kubernetes": {
        "throttling": "the server has received too many requests and has asked us to try again later",
        "server-error": "Internal error occurred: etcdserver: leader changed",
        "time-out": "Timeout: request did not complete within the allotted duration",
        "quota": "is forbidden: exceeded quota: objects, requested: 1, used: 100, limited: 100",
        "name-taken": "already exists",
        "partial": "Object was created, but failed to become ready: minimum replicas unavailable",
    },
}
_CODES = {
    "throttling": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "time-out": grpc.StatusCode.DEADLINE_EXCEEDED,
    "quota": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "name-taken": grpc.StatusCode.ALREADY_EXISTS,
}
_HEADER = (
    "# Faults of this rehearsal: rehearsal/README.md says what may stand here. `fired` is counted by the rehearsal.\n"
)


class FaultsError(Exception):
    """The file of faults says something that cannot be; the text tells where and what may stand there."""


class FaultError(Exception):
    """What a call is answered with instead of its own answer; a partial one brings that answer along."""

    def __init__(self, words: str, code: grpc.StatusCode, answer: Any = None) -> None:  # noqa: ANN401
        super().__init__(words)
        self.code = code
        self.answer = answer


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One entry of the file."""

    fault: Kind
    operation: Operation = "create"
    type: str = "*"
    """Which resource types, or tokens of data sources: a pattern with `*` and `?`."""
    name: str = "*"
    """Which logical names: a pattern."""
    times: int = 1
    when: When = "before"
    """Whether the cloud has done what it was asked when the fault happens."""
    seconds: float = 0
    fired: int = 0

    def meets(self, operation: str, type: str, name: str) -> bool:  # noqa: A002 - the protocol's word
        """Tell whether a call is one it is meant for."""
        return self.operation == operation and fnmatchcase(type, self.type) and fnmatchcase(name, self.name)

    @property
    def is_spent(self) -> bool:
        """Whether it has happened as often as it says."""
        return self.fired >= self.times

    def mistakes(self) -> Iterator[str]:
        """Say what is wrong with it."""
        for key, allowed in (("fault", KINDS), ("operation", get_args(Operation)), ("when", get_args(When))):
            if getattr(self, key) not in allowed:
                yield f"{key} is {getattr(self, key)!r}; it may be {', '.join(allowed)}"
        if not all(isinstance(one, str) for one in (self.type, self.name)):
            yield "type and name are patterns such as aws:ec2/* or network"
        if not all(isinstance(one, int) and one >= least for one, least in ((self.times, 1), (self.fired, 0))):
            yield "times is a whole number from 1 on, fired one from 0 on"
        if not isinstance(self.seconds, int | float) or (self.seconds > 0) != (self.fault == "slow"):
            yield "`seconds` above 0 belongs to a slow fault, and to no other"
        if self.when == "after" and self.fault not in _AMBIGUOUS:
            yield f"a {self.fault} fault has no `when`: only {', '.join(_AMBIGUOUS)} may happen after"
        if self.fault == "partial" and self.operation not in ("create", "update"):
            yield "a partial fault is one of create or update"

    def words(self, package: str, type: str, name: str) -> str:  # noqa: A002 - the protocol's word
        """Return what the cloud says."""
        said = _WORDS.get(package, _WORDS["aws"])[self.fault]
        return f"{self.operation} {type} {name}: {said} {_MARK}"


class Faults:
    """The faults of a rehearsal, met by the calls of one run."""

    def __init__(self, home: Path) -> None:
        self.path = faults_file(home)
        self.engine_pid: int | None = None
        """The process a `kill` fault ends; the launcher sets it."""
        self._asked_for = read(self.path)

    @classmethod
    def of(cls, home: Path) -> "Faults | None":
        """Return the faults of a home; None where there is no file, so that a rehearsal without faults pays nothing."""
        return cls(home) if faults_file(home).exists() else None

    def meet(self, package: str, operation: str, type: str, name: str, act: Callable[[], Message]) -> Message:  # noqa: A002
        """Carry out a call, with the fault that is due for it."""
        fault = self._take(operation, type, name)
        if fault is None:
            return act()
        if fault.fault == "slow":
            time.sleep(fault.seconds)
            return act()
        if fault.fault == "partial":
            raise FaultError(fault.words(package, type, name), grpc.StatusCode.UNKNOWN, act())
        if fault.when == "after":
            act()
        if fault.fault in ("kill", "kill-engine"):
            self._kill(fault)
            raise FaultError(f"the engine was killed {_MARK}", grpc.StatusCode.CANCELLED)  # heard by nobody
        raise FaultError(fault.words(package, type, name), _CODES.get(fault.fault, grpc.StatusCode.UNKNOWN))

    def _take(self, operation: str, type: str, name: str) -> Fault | None:  # noqa: A002
        if not any(fault.meets(operation, type, name) for fault in self._asked_for):
            return None
        with _alone(self.path):
            faults = read(self.path)
            for place, fault in enumerate(faults):
                if fault.meets(operation, type, name) and not fault.is_spent:
                    faults[place] = replace(fault, fired=fault.fired + 1)
                    _write(self.path, faults)
                    return fault
        return None

    def _kill(self, fault: Fault) -> None:
        if self.engine_pid is not None:
            os.kill(self.engine_pid, signal.SIGKILL)
        if fault.fault == "kill":
            os.kill(os.getpid(), signal.SIGKILL)


class FaultInterceptor(grpc.ServerInterceptor):
    """Stands between the engine and the cloud of one package; a preview asks for nothing, so nothing can go wrong."""

    def __init__(self, faults: Faults, package: str) -> None:
        self.faults, self.package = faults, package

    def intercept_service(self, continuation: Any, handler_call_details: Any) -> Any:  # noqa: ANN401 - gRPC has no types
        """Wrap the calls that faults may meet; the others pass."""
        handler = continuation(handler_call_details)
        operation = handler_call_details.method.rpartition("/")[2].lower()
        if operation not in get_args(Operation):
            return handler

        def answer(request: Any, context: grpc.ServicerContext) -> Message:  # noqa: ANN401 - any message of the protocol
            def act() -> Message:
                return handler.unary_unary(request, context)

            if getattr(request, "preview", False):
                return act()
            type_, name = (request.tok, "") if operation == "invoke" else (request.type, request.name)
            try:
                return self.faults.meet(self.package, operation, type_, name, act)
            except FaultError as fault:
                context.abort_with_status(_status(fault, request))

        return grpc.unary_unary_rpc_method_handler(
            answer, request_deserializer=handler.request_deserializer, response_serializer=handler.response_serializer
        )


class _Status(NamedTuple("_Status", [("code", Any), ("details", str), ("trailing_metadata", Any)]), grpc.Status):
    """What gRPC takes as a status with details."""


def _status(fault: FaultError, request: Any) -> _Status:  # noqa: ANN401 - any message of the protocol
    """Return the status of a call that went wrong; a partial one tells the engine which object there is now."""
    whole = status_pb2.Status(code=fault.code.value[0], message=str(fault))
    if fault.answer is not None:
        made = provider_pb2.ErrorResourceInitFailed(
            id=getattr(fault.answer, "id", "") or request.id,
            properties=fault.answer.properties,
            inputs=request.properties if isinstance(request, provider_pb2.CreateRequest) else request.news,
            reasons=[str(fault)],
        )
        detail = Packed()
        detail.Pack(made)
        whole.details.append(detail)
    return _Status(fault.code, str(fault), (("grpc-status-details-bin", whole.SerializeToString()),))


def faults_file(home: Path) -> Path:
    """Where a rehearsal's faults are told."""
    return home / "faults.yaml"


def read(path: Path) -> list[Fault]:
    """Return the faults of a file, none where it is missing."""
    try:
        content = yaml.safe_load(path.read_text())
    except FileNotFoundError:
        return []
    except yaml.YAMLError as error:
        raise FaultsError(f"{path.name} is not valid YAML: {error}") from None
    if content is None:
        return []
    if not isinstance(content, list):
        raise FaultsError(f"{path.name} must be a list such as `- {{fault: throttling, operation: create, times: 2}}`")
    return [_fault(entry, f"{path.name}, entry {number}") for number, entry in enumerate(content, start=1)]


def add(path: Path, fault: Fault) -> None:
    """Ask for one more fault."""
    if mistakes := list(fault.mistakes()):
        raise FaultsError("; ".join(mistakes))
    with _alone(path):
        _write(path, [*read(path), fault])


def clear(path: Path) -> None:
    """Ask for none any more."""
    path.unlink(missing_ok=True)


def _fault(entry: object, place: str) -> Fault:
    known = {field.name for field in fields(Fault)}
    if not isinstance(entry, dict) or "fault" not in entry or not entry.keys() <= known:
        raise FaultsError(f"{place}: a fault is a mapping with `fault` and any of {', '.join(sorted(known))}")
    fault = Fault(**entry)
    if mistakes := list(fault.mistakes()):
        raise FaultsError(f"{place}: {'; '.join(mistakes)}")
    return fault


def _write(path: Path, faults: list[Fault]) -> None:
    out = io.StringIO(_HEADER)
    out.seek(0, io.SEEK_END)
    yaml.safe_dump([_told(fault) for fault in faults], out, sort_keys=False)
    write_whole(path, out.getvalue())


def _told(fault: Fault) -> dict[str, Any]:
    """Return an entry as a reader wants it: what is not the default, and always how often it is and was."""
    default = asdict(Fault(fault=fault.fault))
    always = ("fault", "operation", "times", "fired")
    return {key: value for key, value in asdict(fault).items() if key in always or value != default[key]}


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep other calls and other rehearsals of the same home from counting at the same time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
