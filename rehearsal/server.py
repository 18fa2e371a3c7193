# ruff: noqa: ARG002, D102, N802 -- the protocol names the methods and their arguments
"""The provider protocol: one generic gRPC ResourceProvider in front of any simulated cloud.

Several explicit providers of one package share a port; each comes on a connection of its own, so the configuration is kept by
peer address. An idle connection may be remade under a new address, therefore a package with a single configuration uses that.
"""

import logging
from collections.abc import Callable
from concurrent import futures
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from rehearsal import wire
from rehearsal.cloud import Cloud, Provider, Resource, State
from rehearsal.errors import CloudError, Problem
from rehearsal.values import format_path

logger = logging.getLogger("rehearsal")
_WORKERS = 16
_OPTIONS = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1), ("grpc.so_reuseport", 0)]
_KINDS = {
    ("add", False): provider_pb2.PropertyDiff.ADD,
    ("add", True): provider_pb2.PropertyDiff.ADD_REPLACE,
    ("delete", False): provider_pb2.PropertyDiff.DELETE,
    ("delete", True): provider_pb2.PropertyDiff.DELETE_REPLACE,
    ("update", False): provider_pb2.PropertyDiff.UPDATE,
    ("update", True): provider_pb2.PropertyDiff.UPDATE_REPLACE,
}


def _guarded(method: Callable[..., Any]) -> Callable[..., Any]:
    """Turn a cloud's refusal into a gRPC status, and a mistake of the rehearsal itself into one honest line."""

    def answer(self: "ProviderServicer", request: Any, context: grpc.ServicerContext) -> Any:
        try:
            return method(self, request, context)
        except CloudError as refusal:
            context.abort(refusal.code, str(refusal))
        except Exception as error:
            logger.exception("%s %s failed", self.cloud.package, method.__name__)
            context.abort(
                grpc.StatusCode.INTERNAL,
                f"the rehearsal itself failed in {self.cloud.package} {method.__name__}: {error!r} "
                "(its log in REHEARSAL_HOME has the details; this is no answer of the cloud)",
            )
        return None

    return answer


class ProviderServicer(provider_pb2_grpc.ResourceProviderServicer):
    """Answers the engine for one package."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self._providers: dict[str, Provider] = {}

    # --- the plugin itself ---------------------------------------------------------------------------------------

    def Handshake(self, request: Any, context: Any) -> provider_pb2.ProviderHandshakeResponse:
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True)

    def Attach(self, request: Any, context: Any) -> Empty:
        return Empty()

    def Cancel(self, request: Any, context: Any) -> Empty:
        return Empty()

    def GetPluginInfo(self, request: Any, context: Any) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=self.cloud.version)

    @_guarded
    def CheckConfig(self, request: Any, context: Any) -> provider_pb2.CheckResponse:
        problems = self.cloud.check_config(wire.decode(request.news).values)
        return provider_pb2.CheckResponse(inputs=request.news, failures=_failures(problems))

    @_guarded
    def DiffConfig(self, request: Any, context: Any) -> provider_pb2.DiffResponse:
        old, new = wire.decode(request.old_inputs).values, wire.decode(request.news).values
        changed = sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key) and key != "version")
        return provider_pb2.DiffResponse(
            changes=_changes(bool(changed)),
            diffs=changed,
            replaces=[key for key in changed if self.cloud.config_replaces(key)],
        )

    @_guarded
    def Configure(self, request: Any, context: Any) -> provider_pb2.ConfigureResponse:
        self._providers[context.peer()] = self.cloud.configure(wire.decode(request.args).values)
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    def _provider(self, context: grpc.ServicerContext) -> Provider:
        peer = context.peer()
        if peer not in self._providers and len(set(map(id, self._providers.values()))) == 1:
            self._providers[peer] = next(iter(self._providers.values()))
        if peer not in self._providers:
            raise CloudError(
                f"this connection has not configured a provider of {self.cloud.package} and several others have: "
                "run the command again",
                grpc.StatusCode.UNAVAILABLE,
            )
        return self._providers[peer]

    # --- resources -----------------------------------------------------------------------------------------------

    @_guarded
    def Check(self, request: Any, context: Any) -> provider_pb2.CheckResponse:
        news = wire.decode(request.news)
        inputs, problems = self.cloud.check(
            self._provider(context), _resource(request), wire.decode(request.olds).values, news.values
        )
        return provider_pb2.CheckResponse(inputs=wire.encode(inputs, news.secrets), failures=_failures(problems))

    @_guarded
    def Diff(self, request: Any, context: Any) -> provider_pb2.DiffResponse:
        difference = self.cloud.diff(
            _resource(request),
            wire.decode(request.old_inputs).values,
            wire.decode(request.news).values,
            request.ignoreChanges,
        )
        changes = difference.changes
        return provider_pb2.DiffResponse(
            changes=_changes(bool(changes)),
            diffs=sorted({str(change.path[0]) for change in changes}),
            replaces=sorted({str(change.path[0]) for change in changes if change.replaces}),
            deleteBeforeReplace=difference.delete_first,
            hasDetailedDiff=True,
            detailedDiff={
                format_path(change.path): provider_pb2.PropertyDiff(
                    kind=_KINDS[change.kind, change.replaces], inputDiff=True
                )
                for change in changes
            },
        )

    @_guarded
    def Create(self, request: Any, context: Any) -> provider_pb2.CreateResponse:
        inputs = wire.decode(request.properties)
        state = self.cloud.create(self._provider(context), _resource(request), inputs.values, preview=request.preview)
        return provider_pb2.CreateResponse(id=state.id, properties=wire.encode(state.outputs, inputs.secrets))

    @_guarded
    def Read(self, request: Any, context: Any) -> provider_pb2.ReadResponse:
        known, inputs = wire.decode(request.properties), wire.decode(request.inputs)
        state = self.cloud.read(self._provider(context), _resource(request), request.id, known.values)
        if state is None:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(
            id=state.id,
            properties=wire.encode(state.outputs, known.secrets | inputs.secrets),
            inputs=wire.encode(state.inputs, inputs.secrets),
        )

    @_guarded
    def Update(self, request: Any, context: Any) -> provider_pb2.UpdateResponse:
        news = wire.decode(request.news)
        outputs = self.cloud.update(
            self._provider(context),
            _resource(request),
            _state(request, request.olds),
            news.values,
            preview=request.preview,
        )
        return provider_pb2.UpdateResponse(properties=wire.encode(outputs, news.secrets))

    @_guarded
    def Delete(self, request: Any, context: Any) -> Empty:
        self.cloud.delete(self._provider(context), _resource(request), _state(request, request.properties))
        return Empty()

    @_guarded
    def Invoke(self, request: Any, context: Any) -> provider_pb2.InvokeResponse:
        args = wire.decode(request.args)
        answer = self.cloud.invoke(self._provider(context), request.tok, args.values)
        return provider_pb2.InvokeResponse(**{"return": wire.encode(answer)})


def _resource(request: Any) -> Resource:
    return Resource(request.urn, request.type, request.name)


def _state(request: Any, outputs: Struct) -> State:
    return State(request.id, wire.decode(request.old_inputs).values, wire.decode(outputs).values)


def _failures(problems: list[Problem]) -> list[provider_pb2.CheckFailure]:
    return [provider_pb2.CheckFailure(property=problem.path, reason=problem.reason) for problem in problems]


def _changes(changed: bool) -> provider_pb2.DiffResponse.DiffChanges.ValueType:  # noqa: FBT001
    return provider_pb2.DiffResponse.DIFF_SOME if changed else provider_pb2.DiffResponse.DIFF_NONE


def serve(cloud: Cloud) -> tuple[grpc.Server, int]:
    """Start a server for one cloud on a free loopback port; the caller stops it."""
    server = grpc.server(futures.ThreadPoolExecutor(_WORKERS, f"rehearsal-{cloud.package}"), options=_OPTIONS)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(ProviderServicer(cloud), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port
