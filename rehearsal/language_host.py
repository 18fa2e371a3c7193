# ruff: noqa: ARG002, D102, N802 - the protocol names the methods and their arguments
"""`pulumi-language-python` for a bare Pulumi CLI: runs the program and the policy packs in this environment.

It stands on the SDK's language server for inline programs and adds what a program in files needs. One process runs one
program. The engine looks on PATH and beside itself first, so where the official distribution is, its own host is used.
"""

import importlib.metadata
import os
import queue
import re
import runpy
import shlex
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import IO

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi import RunError
from pulumi.automation._server import LanguageServer
from pulumi.runtime.proto import language_pb2 as messages
from pulumi.runtime.proto import language_pb2_grpc, plugin_pb2

from rehearsal.files import write_whole

NAME = "pulumi-language-python"
ROOT = Path(__file__).resolve().parent.parent
PARENT_CHECK_S = 1.0


def install(pulumi_home: Path) -> None:
    """Makes this module a language plugin of `pulumi_home`, started in the running environment."""
    start = "import sys; sys.path[0] = sys.argv.pop(1); from rehearsal.language_host import main; main(sys.argv[1:])"
    # Unbuffered (-u), so that what the program prints reaches the engine line by line.
    text = f'#!/bin/sh\nexec {shlex.join([sys.executable, "-u", "-c", start, str(ROOT)])} "$@"\n'
    # The engine takes the newest version it finds: one fixed number is rewritten in place and never goes stale.
    command = pulumi_home / "plugins" / "language-python-v1.0.0" / NAME
    if not command.exists() or command.read_text() != text:
        write_whole(command, text, mode=0o755)


class LanguageHost(LanguageServer):
    """Serves one engine; `engine_address` is where that engine takes log lines."""

    def __init__(self, engine_address: str) -> None:
        super().__init__(lambda: None)
        self.engine_address = engine_address
        self.packs: list[subprocess.Popen[bytes]] = []

    def Handshake(
        self, request: messages.LanguageHandshakeRequest, context: grpc.ServicerContext
    ) -> messages.LanguageHandshakeResponse:
        return messages.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=importlib.metadata.version("pulumi"))

    def Run(self, request: messages.RunRequest, context: grpc.ServicerContext) -> messages.RunResponse:
        info = request.info
        os.chdir(request.pwd or info.program_directory)
        # For good, not only while the file runs: an import inside `apply` happens after its last line.
        sys.path.insert(0, info.program_directory)
        self.program = lambda: run_program(Path(info.program_directory) / info.entry_point)
        request.args[:] = [self.engine_address]  # where the SDK's server looks for it
        response = super().Run(request, context)
        # The error is already shown as a diagnostic; `bail` keeps the engine from saying it a second time.
        return messages.RunResponse(bail=True) if response.error else response

    def InstallDependencies(
        self, request: messages.InstallDependenciesRequest, context: grpc.ServicerContext
    ) -> Iterator[messages.InstallDependenciesResponse]:
        line = "The rehearsal runs in .venv, which `./rehearse` keeps equal to requirements.txt: nothing to install.\n"
        yield messages.InstallDependenciesResponse(stdout=line.encode())

    def GetProgramDependencies(
        self, request: messages.GetProgramDependenciesRequest, context: grpc.ServicerContext
    ) -> messages.GetProgramDependenciesResponse:
        installed = {dist.name.lower().replace("_", "-"): dist for dist in importlib.metadata.distributions()}
        if not request.transitiveDependencies:
            for requirement in [line for dist in installed.values() for line in dist.requires or ()]:
                name = re.match(r"[\w.-]+", requirement)
                if name and "extra ==" not in requirement:
                    installed.pop(name[0].lower().replace("_", "-"), None)
        return messages.GetProgramDependenciesResponse(
            dependencies=[
                messages.DependencyInfo(name=dist.name, version=dist.version) for _, dist in sorted(installed.items())
            ]
        )

    def RunPlugin(
        self, request: messages.RunPluginRequest, context: grpc.ServicerContext
    ) -> Iterator[messages.RunPluginResponse]:
        if request.kind != "analyzer":
            problem = f"the rehearsal's language host runs policy packs only, not plugins of kind {request.kind!r}"
            context.abort(grpc.StatusCode.UNIMPLEMENTED, f"{problem}: install the official Pulumi distribution")
        pack = subprocess.Popen(
            [sys.executable, "-u", "-m", "pulumi.policy", *request.args, request.info.program_directory],
            cwd=request.pwd,
            env={name: value for name, _, value in (line.partition("=") for line in request.env)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.packs.append(pack)
        context.add_callback(pack.terminate)  # the engine ends a plugin by ending this call
        yield from stream(pack)

    def stop_packs(self) -> None:
        """Ends the policy packs this host started."""
        for pack in self.packs:
            pack.terminate()


def run_program(path: Path) -> None:
    """Runs the program at `path` (a file, or a folder with `__main__.py`); every failure becomes one RunError."""
    try:
        runpy.run_path(str(path), run_name="__main__")
    except RunError:
        raise
    except SystemExit as exit_:
        if exit_.code:
            raise RunError(f"Program called sys.exit({exit_.code!r})") from None
    except Exception as error:  # noqa: BLE001 - whatever a program raises is shown to its author
        raise RunError(f"Program failed with an unhandled exception:\n{own_traceback(error)}") from None


def own_traceback(error: BaseException) -> str:
    """The traceback from the program's first line on: the frames of this host would only be in the way."""
    frame = error.__traceback__
    while frame and (frame.tb_frame.f_code.co_filename == __file__ or "runpy" in frame.tb_frame.f_code.co_filename):
        frame = frame.tb_next
    return "".join(traceback.format_exception(type(error), error, frame))


def stream(process: subprocess.Popen[bytes]) -> Iterator[messages.RunPluginResponse]:
    """What the process writes, as it writes it, and at the end its exit code."""
    chunks: queue.SimpleQueue[messages.RunPluginResponse | None] = queue.SimpleQueue()

    def read(pipe: IO[bytes], wrap: Callable[[bytes], messages.RunPluginResponse]) -> None:
        for line in pipe:
            chunks.put(wrap(line))
        chunks.put(None)

    pipes = (
        (process.stdout, lambda line: messages.RunPluginResponse(stdout=line)),
        (process.stderr, lambda line: messages.RunPluginResponse(stderr=line)),
    )
    for pipe_and_wrap in pipes:
        threading.Thread(target=read, args=pipe_and_wrap, daemon=True).start()
    for _ in pipes:
        yield from iter(chunks.get, None)
    yield messages.RunPluginResponse(exitcode=process.wait())


def main(arguments: list[str]) -> None:
    """Serves the engine whose address is the last argument, until it goes or says stop."""
    host = LanguageHost(engine_address=arguments[-1] if arguments else "")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    server = grpc.server(ThreadPoolExecutor(max_workers=8), options=[("grpc.max_receive_message_length", 400 << 20)])
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    engine = os.getppid()
    while not stop.wait(PARENT_CHECK_S) and os.getppid() == engine:
        pass
    host.stop_packs()
    with suppress(ValueError, OSError):  # an engine that died has closed the pipes
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(0)  # a program that still hangs in a call must not keep this process
