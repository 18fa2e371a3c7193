"""Serves the rules to the Pulumi engine by its analyzer protocol.

Why not `pulumi_policy.PolicyPack` (1.21): it drops the stack's configuration, from which we know the environment; it
hands secrets over unmarked; it turns a *mandatory* policy that meets an unknown value into an advisory line, so that
the preview succeeds; and it decodes every resource anew for every policy. The protocol itself is the SDK's own
(`pulumi.runtime.proto`), and to the engine there is no difference: each rule is a policy with its metadata.
"""
# ruff: noqa: ARG002, D102, N802 - the protocol names the methods and their arguments

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from typing import Final, NoReturn

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.message_factory import GetMessageClass
from pulumi.runtime.proto import analyzer_pb2 as messages
from pulumi.runtime.proto import analyzer_pb2_grpc, plugin_pb2

from policies.classification import ENVIRONMENT_KEY
from policies.enforcement import Enforcement
from policies.exceptions import EXCEPTIONS_RULE, Exceptions, ExceptionsError, load_exceptions
from policies.isolation.identifiers import identifiers
from policies.levels import Level, Levels, LevelsError, load_levels, strictest
from policies.lifecycle.support import today
from policies.message import message
from policies.registry import RESOURCE_RULES, RULES, STACK_RULES, Judgement, judge, judge_stack
from policies.resource import EnvironmentName, Provider, Resource, Value, normalise
from policies.rule import ResourceRule, Rule, Severity

PACK: Final = "platform"
RESOURCE_RULE_IDS: Final = tuple(rule.id for rule in RESOURCE_RULES)
STACK_RULE_IDS: Final = tuple(rule.id for rule in (*STACK_RULES, EXCEPTIONS_RULE))
MAX_MESSAGE_BYTES: Final = 400 << 20  # the engine's own limit
_LEVELS: Final[Mapping[Level, messages.EnforcementLevel.ValueType]] = {
    "advisory": messages.ADVISORY,
    "mandatory": messages.MANDATORY,
}
_SEVERITIES: Final[Mapping[Severity, messages.PolicySeverity.ValueType]] = {
    "low": messages.POLICY_SEVERITY_LOW,
    "medium": messages.POLICY_SEVERITY_MEDIUM,
    "high": messages.POLICY_SEVERITY_HIGH,
    "critical": messages.POLICY_SEVERITY_CRITICAL,
}


class Analyzer(analyzer_pb2_grpc.AnalyzerServicer):
    """One engine's view of the pack, for one stack."""

    def __init__(self, levels: Levels, exceptions: Exceptions = ()) -> None:
        self.levels = levels
        self.exceptions = exceptions
        #: None until the engine has said what stack it is.
        self.enforcement: Enforcement | None = None
        self.own: frozenset[str] = frozenset()
        #: What the program says of each resource, by its URN. The engine sends a whole stack as the clouds answer it. A
        #: cloud keeps to itself some of what it was told (that a database is a replica), and adds what nobody said (the
        #: pools inside a cluster, which are resources of their own).
        self._inputs: dict[str, Mapping[str, Value]] = {}

    def ConfigureStack(
        self, request: messages.AnalyzerStackConfigureRequest, context: grpc.ServicerContext
    ) -> messages.AnalyzerStackConfigureResponse:
        try:
            self.enforcement = Enforcement.of_stack(
                stack=request.stack,
                project=request.project,
                config=request.config,
                levels=self.levels,
                exceptions=self.exceptions,
            )
        except ValueError as error:
            _refuse(context, str(error))
        self.own = identifiers(request.config)
        return messages.AnalyzerStackConfigureResponse()

    def GetAnalyzerInfo(self, request: Empty, context: grpc.ServicerContext) -> messages.AnalyzerInfo:
        # Levels are reviewed data of the pack: `--policy-pack-config` is refused by the engine instead of ignored.
        return messages.AnalyzerInfo(
            name=PACK, supportsConfig=False, policies=[self._information(rule) for rule in (*RULES, EXCEPTIONS_RULE)]
        )

    def Analyze(self, request: messages.AnalyzeRequest, context: grpc.ServicerContext) -> messages.AnalyzeResponse:
        enforcement = self._enforcement(context)
        resource = _resource(request, enforcement.environment, self.own)
        self._inputs[resource.urn] = resource.properties
        return _response(enforcement, judge(resource), RESOURCE_RULE_IDS, {"": resource})

    def AnalyzeStack(
        self, request: messages.AnalyzeStackRequest, context: grpc.ServicerContext
    ) -> messages.AnalyzeResponse:
        enforcement = self._enforcement(context)
        resources = [self._as_said(_resource(one, enforcement.environment, self.own)) for one in request.resources]
        subjects = {resource.urn: resource for resource in resources}
        judgements = list(judge_stack(resources))
        judgements += enforcement.of_exceptions(resources, judgements)
        return _response(enforcement, judgements, STACK_RULE_IDS, subjects)

    def Handshake(
        self, request: messages.AnalyzerHandshakeRequest, context: grpc.ServicerContext
    ) -> messages.AnalyzerHandshakeResponse:
        return messages.AnalyzerHandshakeResponse()

    def GetPluginInfo(self, request: Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo()

    def Cancel(self, request: Empty, context: grpc.ServicerContext) -> Empty:
        return Empty()

    def _information(self, rule: Rule) -> messages.PolicyInfo:
        stack = not isinstance(rule, ResourceRule)
        return messages.PolicyInfo(
            name=rule.id,
            displayName=rule.id,
            description=rule.title,
            enforcementLevel=_LEVELS[self._strictest(rule)],
            severity=_SEVERITIES[rule.severity],
            policy_type=messages.POLICY_TYPE_STACK if stack else messages.POLICY_TYPE_RESOURCE,
            tags=rule.tags,
            framework=messages.PolicyComplianceFramework(reference=rule.protects),
            remediation_steps=rule.fix,
        )

    def _strictest(self, rule: Rule) -> Level:
        """Return how strict a rule can be; before a stack is known (`pulumi policy publish`), anywhere."""
        if rule is EXCEPTIONS_RULE:
            return "mandatory"
        rows = {name: strictest(level) for name, level in self.levels[rule.id].items()}
        return rows[self.enforcement.environment] if self.enforcement else max(rows.values(), key=list(_LEVELS).index)

    def _as_said(self, resource: Resource) -> Resource:
        return replace(resource, properties=self._inputs.get(resource.urn, resource.properties))

    def _enforcement(self, context: grpc.ServicerContext) -> Enforcement:
        if self.enforcement is None:
            _refuse(context, f"the engine did not say what {ENVIRONMENT_KEY} is")
        return self.enforcement


def _response(
    enforcement: Enforcement,
    judgements: Iterable[Judgement],
    rules: tuple[str, ...],
    subjects: Mapping[str, Resource],
) -> messages.AnalyzeResponse:
    judged = tuple(judgements)
    response = messages.AnalyzeResponse()
    response.CopyFrom(_not_applicable(rules, frozenset(judgement.rule.id for judgement in judged)))
    for judgement in judged:
        response.diagnostics.extend(_diagnostics(enforcement, judgement, subjects))
    return response


@cache
def _not_applicable(rules: tuple[str, ...], claimed: frozenset[str]) -> messages.AnalyzeResponse:
    """Return the answer of rules of which these alone claim something: the engine counts as passed what is not in it.

    Most resources of a type are claimed by the same rules, and a hundred messages a resource cost more than the rules.
    """
    return messages.AnalyzeResponse(
        not_applicable=[messages.PolicyNotApplicable(policy_name=rule) for rule in rules if rule not in claimed]
    )


def _diagnostics(
    enforcement: Enforcement, judgement: Judgement, subjects: Mapping[str, Resource]
) -> Iterable[messages.AnalyzeDiagnostic]:
    rule = judgement.rule
    for finding in judgement.findings:
        outcome = enforcement.outcome(rule, finding, subjects.get(finding.urn))
        yield messages.AnalyzeDiagnostic(
            policyName=rule.id,
            policyPackName=PACK,
            description=rule.title,
            message=message(rule, finding, outcome.level, outcome.exception),
            enforcementLevel=_LEVELS[outcome.level],
            severity=_SEVERITIES[rule.severity],
            urn=finding.urn,
        )


def _resource(
    request: messages.AnalyzeRequest | messages.AnalyzerResource,
    environment: EnvironmentName,
    own: frozenset[str] = frozenset(),
) -> Resource:
    provider = request.provider if request.HasField("provider") else None
    return Resource(
        urn=request.urn,
        type=request.type,
        name=request.name,
        properties=normalise(request.properties),
        environment=environment,
        provider=provider
        and Provider(type=provider.type, name=provider.name, properties=normalise(provider.properties)),
        references=_references(request),
        protect=request.options.protect,
        own=own,
    )


def _references(request: messages.AnalyzeRequest | messages.AnalyzerResource) -> Mapping[str, tuple[str, ...]]:
    if isinstance(request, messages.AnalyzeRequest):
        return {}
    return {name: tuple(one.urns) for name, one in request.propertyDependencies.items()}


def _refuse(context: grpc.ServicerContext, problem: str) -> NoReturn:
    context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"the policy pack cannot judge: {problem}")
    raise AssertionError("abort raises")


def _offered(analyzer: Analyzer) -> grpc.GenericRpcHandler:
    """Return every call of the protocol but `Remediate`, which the engine makes for each resource, too.

    Rules say what is wrong and mend nothing. The engine takes a call that is not offered for just that, and gRPC says
    it by itself, for a third of what an empty answer of ours would cost.
    """
    service = messages.DESCRIPTOR.services_by_name["Analyzer"]
    handlers = {
        method.name: grpc.unary_unary_rpc_method_handler(
            getattr(analyzer, method.name),
            request_deserializer=GetMessageClass(method.input_type).FromString,
            response_serializer=GetMessageClass(method.output_type).SerializeToString,
        )
        for method in service.methods
        if method.name != "Remediate"
    }
    return grpc.method_handlers_generic_handler(service.full_name, handlers)


def main() -> int:
    """Serve until the engine ends this process; its port is the first line of the output."""
    try:
        levels, exceptions = load_levels(RULES), load_exceptions(RULES)
        today()
    except (ExceptionsError, LevelsError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    server = grpc.server(
        ThreadPoolExecutor(max_workers=4), options=[("grpc.max_receive_message_length", MAX_MESSAGE_BYTES)]
    )
    server.add_generic_rpc_handlers((_offered(Analyzer(levels, exceptions)),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    server.wait_for_termination()
    return 0
