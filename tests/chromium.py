"""A headless Chromium, by its own protocol over two pipes: a page as it is laid out, and all that it asked for."""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

NAMES = ("chromium", "chromium-browser", "google-chrome")
LIMIT_S = 60
_QUIET = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
    *("--disable-extensions", "--remote-debugging-pipe"),
)

#: The browser reads commands from its descriptor 3 and answers on its descriptor 4.
_WITH_PIPES = """
import fcntl, os, sys
apart = [fcntl.fcntl(int(one), fcntl.F_DUPFD, 10) for one in sys.argv[1:3]]
for one, wanted in zip(apart, (3, 4)):
    os.dup2(one, wanted)
os.execvp(sys.argv[3], sys.argv[3:])
"""


def find() -> str | None:
    """The browser's command, None where there is none."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@dataclass
class Page:
    """One page; `requested` is every address that it asked for, `complaints` what the browser had to say of it."""

    to_browser: IO[bytes]
    from_browser: IO[bytes]
    session: str = ""
    requested: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    _sent: int = 0
    _events: list[str] = field(default_factory=list)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Calls a method of the protocol and gives its result."""
        self._sent += 1
        session = {"sessionId": self.session} if self.session else {}
        message = {"id": self._sent, "method": method, "params": parameters, **session}
        self.to_browser.write(json.dumps(message).encode() + b"\0")
        self.to_browser.flush()
        while (answer := self._next()).get("id") != self._sent:
            pass
        assert "error" not in answer, f"{method}: {answer['error']}"
        return answer["result"]

    def open(self, address: str) -> None:
        """Opens a page and waits until everything that it asks for is there."""
        self.requested.clear()
        self.complaints.clear()
        self._events.clear()
        self.call("Page.navigate", url=address)
        while "Page.loadEventFired" not in self._events:
            self._next()

    def ask(self, script: str) -> Any:
        """The value of a JavaScript expression in the page; the page's own security policy does not concern it."""
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def look(self, *, scheme: str = "light", medium: str = "screen", width: int = 1200) -> None:
        """Shows the page in a colour scheme, for screen or print, at a width in CSS pixels."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.call("Emulation.setEmulatedMedia", media=medium, features=features)
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=1600, deviceScaleFactor=1, mobile=False)

    def picture(self, file: Path) -> None:
        """Writes what is seen now as a PNG."""
        file.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def pdf(self) -> bytes:
        """The page as it is printed, on the paper that it asks for."""
        self.call("Emulation.setEmulatedMedia", media="", features=[])  # else it prints what it was told to show
        self.call("Emulation.clearDeviceMetricsOverride")
        options = {"preferCSSPageSize": True, "printBackground": True, "generateTaggedPDF": True}
        return base64.b64decode(self.call("Page.printToPDF", **options)["data"])

    def _next(self) -> dict[str, Any]:
        message = json.loads(_until_zero(self.from_browser))
        match message.get("method"):
            case "Network.requestWillBeSent":
                self.requested.append(message["params"]["request"]["url"])
            case "Log.entryAdded":
                self.complaints.append(message["params"]["entry"]["text"])
            case str(method):
                self._events.append(method)
        return message


@contextmanager
def browser(folder: Path) -> Iterator[Page]:
    """A browser that knows nothing yet and keeps everything in this folder; it ends with the block."""
    command = find()
    assert command
    reads, to_browser = os.pipe()
    from_browser, writes = os.pipe()
    arguments = [command, *_QUIET, f"--user-data-dir={folder / 'profile'}", "about:blank"]
    starting = [sys.executable, "-ISc", _WITH_PIPES, str(reads), str(writes), *arguments]
    with (folder / "browser.log").open("wb") as log:
        process = subprocess.Popen(
            starting,
            pass_fds=(reads, writes),
            stdout=log,
            stderr=log,
            start_new_session=True,
            env={**os.environ, "HOME": str(folder)},
        )
    os.close(reads)
    os.close(writes)
    limit = threading.Timer(LIMIT_S, os.killpg, (process.pid, signal.SIGKILL))
    limit.start()
    try:
        with os.fdopen(to_browser, "wb") as commands, os.fdopen(from_browser, "rb") as answers:
            yield _first_page(Page(commands, answers))
    finally:
        limit.cancel()
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _first_page(page: Page) -> Page:
    for _ in range(100):
        kinds = page.call("Target.getTargets")["targetInfos"]
        if tabs := [one["targetId"] for one in kinds if one["type"] == "page"]:
            page.session = page.call("Target.attachToTarget", targetId=tabs[0], flatten=True)["sessionId"]
            for domain in ("Page", "Network", "Log", "Runtime"):
                page.call(f"{domain}.enable")
            return page
        time.sleep(0.1)
    raise AssertionError("the browser opened no page")


def _until_zero(stream: IO[bytes]) -> bytes:
    text = bytearray()
    while (byte := stream.read(1)) != b"\0":
        assert byte, f"the browser has ended, by itself or because {LIMIT_S} s were over"
        text += byte
    return bytes(text)
