# ruff: noqa: ARG002, D102, N802 -- the protocol names the methods and their arguments
"""The provider protocol: one generic gRPC ResourceProvider in front of any simulated cloud.

Several explicit providers of one package share a port; each comes on a connection of its own, so the configuration is
kept by peer address. An idle connection may be remade under a new address: a package with one configuration uses that.
"""

import logging
from concurrent import futures
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from rehearsal import wire
from rehearsal.cloud import Cloud, Provider, Resource, State
from rehearsal.errors import CloudError, Problem
from rehearsal.faults import FaultInterceptor, Faults
from rehearsal.values import format_path

logger = logging.getLogger("rehearsal")
Context = grpc.ServicerContext
_Named = (
    provider_pb2.CheckRequest
    | provider_pb2.DiffRequest
    | provider_pb2.CreateRequest
    | provider_pb2.ReadRequest
    | provider_pb2.UpdateRequest
    | provider_pb2.DeleteRequest
)
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


class Refusals(grpc.ServerInterceptor):
    """Turns a cloud's refusal into a gRPC status, and a mistake of the rehearsal itself into one honest line."""

    def intercept_service(self, continuation: Any, handler_call_details: Any) -> Any:  # noqa: ANN401 -- gRPC has no types
        """Wrap one call."""
        handler = continuation(handler_call_details)
        if handler is None or handler.unary_unary is None:
            return handler
        method = handler_call_details.method.rpartition("/")[2]

        def answer(request: Any, context: Context) -> Any:  # noqa: ANN401
            try:
                return handler.unary_unary(request, context)
            except CloudError as refusal:
                return context.abort(refusal.code, str(refusal))
            except NotImplementedError:  # the generated base has set the status: the engine knows how to go on
                raise
            except Exception as mistake:
                logger.exception("%s failed", method)
                return context.abort(
                    grpc.StatusCode.INTERNAL,
                    f"the rehearsal itself failed in {method}: {mistake!r} "
                    "(clouds.log in REHEARSAL_HOME has the details; this is no answer of the cloud)",
                )

        return grpc.unary_unary_rpc_method_handler(
            answer, request_deserializer=handler.request_deserializer, response_serializer=handler.response_serializer
        )


class ProviderServicer(provider_pb2_grpc.ResourceProviderServicer):
    """Answers the engine for one package."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self._providers: dict[str, Provider] = {}

    # --- the plugin itself ---------------------------------------------------------------------------------------

    def Handshake(
        self, request: provider_pb2.ProviderHandshakeRequest, context: Context
    ) -> provider_pb2.ProviderHandshakeResponse:
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True)

    def Attach(self, request: plugin_pb2.PluginAttach, context: Context) -> Empty:
        return Empty()

    def Cancel(self, request: Empty, context: Context) -> Empty:
        return Empty()

    def GetPluginInfo(self, request: Empty, context: Context) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=self.cloud.version)

    def CheckConfig(self, request: provider_pb2.CheckRequest, context: Context) -> provider_pb2.CheckResponse:
        problems = self.cloud.check_config(wire.decode(request.news).values)
        return provider_pb2.CheckResponse(inputs=request.news, failures=_failures(problems))

    def DiffConfig(self, request: provider_pb2.DiffRequest, context: Context) -> provider_pb2.DiffResponse:
        old, new = wire.decode(request.old_inputs).values, wire.decode(request.news).values
        changed = sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key) and key != "version")
        return provider_pb2.DiffResponse(
            changes=_changes(bool(changed)),
            diffs=changed,
            replaces=[key for key in changed if self.cloud.config_replaces(key)],
        )

    def Configure(self, request: provider_pb2.ConfigureRequest, context: Context) -> provider_pb2.ConfigureResponse:
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

    def Check(self, request: provider_pb2.CheckRequest, context: Context) -> provider_pb2.CheckResponse:
        news = wire.decode(request.news)
        inputs, problems = self.cloud.check(
            self._provider(context), _resource(request), wire.decode(request.olds).values, news.values
        )
        return provider_pb2.CheckResponse(inputs=wire.encode(inputs, news.secrets), failures=_failures(problems))

    def Diff(self, request: provider_pb2.DiffRequest, context: Context) -> provider_pb2.DiffResponse:
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

    def Create(self, request: provider_pb2.CreateRequest, context: Context) -> provider_pb2.CreateResponse:
        inputs = wire.decode(request.properties)
        state = self.cloud.create(self._provider(context), _resource(request), inputs.values, preview=request.preview)
        return provider_pb2.CreateResponse(id=state.id, properties=wire.encode(state.outputs, inputs.secrets))

    def Read(self, request: provider_pb2.ReadRequest, context: Context) -> provider_pb2.ReadResponse:
        known, inputs = wire.decode(request.properties), wire.decode(request.inputs)
        state = self.cloud.read(self._provider(context), _resource(request), request.id, known.values)
        if state is None:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(
            id=state.id,
            properties=wire.encode(state.outputs, known.secrets | inputs.secrets),
            inputs=wire.encode(state.inputs, inputs.secrets),
        )

    def Update(self, request: provider_pb2.UpdateRequest, context: Context) -> provider_pb2.UpdateResponse:
        news = wire.decode(request.news)
        outputs = self.cloud.update(
            self._provider(context),
            _resource(request),
            _state(request, request.olds),
            news.values,
            preview=request.preview,
        )
        return provider_pb2.UpdateResponse(properties=wire.encode(outputs, news.secrets))

    def Delete(self, request: provider_pb2.DeleteRequest, context: Context) -> Empty:
        self.cloud.delete(self._provider(context), _resource(request), _state(request, request.properties))
        return Empty()

    def Invoke(self, request: provider_pb2.InvokeRequest, context: Context) -> provider_pb2.InvokeResponse:
        args = wire.decode(request.args)
        answer = self.cloud.invoke(self._provider(context), request.tok, args.values)
        response = provider_pb2.InvokeResponse()
        getattr(response, "return").CopyFrom(wire.encode(answer))
        return response


def _resource(request: _Named) -> Resource:
    return Resource(request.urn, request.type, request.name)


def _state(request: provider_pb2.UpdateRequest | provider_pb2.DeleteRequest, outputs: Struct) -> State:
    return State(request.id, wire.decode(request.old_inputs).values, wire.decode(outputs).values)


def _failures(problems: list[Problem]) -> list[provider_pb2.CheckFailure]:
    return [provider_pb2.CheckFailure(property=problem.path, reason=problem.reason) for problem in problems]


def _changes(changed: bool) -> provider_pb2.DiffResponse.DiffChanges.ValueType:  # noqa: FBT001
    return provider_pb2.DiffResponse.DIFF_SOME if changed else provider_pb2.DiffResponse.DIFF_NONE


def serve(cloud: Cloud, faults: Faults | None = None) -> tuple[grpc.Server, int]:
    """Start a server for one cloud on a free loopback port; the caller stops it."""
    workers = futures.ThreadPoolExecutor(_WORKERS, f"rehearsal-{cloud.package}")
    between: list[grpc.ServerInterceptor] = (
        [Refusals()] if faults is None else [FaultInterceptor(faults, cloud.package), Refusals()]
    )
    server = grpc.server(workers, interceptors=between, options=_OPTIONS)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(ProviderServicer(cloud), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port
