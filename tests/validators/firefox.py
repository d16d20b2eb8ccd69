"""Debian's Firefox over WebDriver BiDi, because Playwright drives only a Firefox of its own."""

from __future__ import annotations

import itertools
import json
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from websockets.sync.client import ClientConnection, connect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMAND = "firefox-esr --headless --no-remote --remote-debugging-port=0 --profile".split()
KEYS = {"Tab": "\ue004", "Enter": "\ue007", "ArrowRight": "\ue014", "ArrowDown": "\ue015"}


class Firefox:
    """A page, without a network, with those methods of Playwright's page that the tests call."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket, self.numbers, self.keyboard = socket, itertools.count(), self
        self.events: list[str] = []  # what the page logs and requests
        self.send("session.new", capabilities={})
        # In the first tab the address bar has the focus.
        self.context = self.send("browsingContext.create", type="tab")["context"]
        self.send("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])
        self.send("emulation.setNetworkConditions", networkConditions={"type": "offline"})

    def send(self, method: str, **params: Any) -> Any:
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while (message := json.loads(self.socket.recv(timeout=120))).get("id") != number:
            event = message["params"]
            self.events.append(event["text"] if "text" in event else event["request"]["url"])
        assert message["type"] == "success", message
        return message["result"]

    def goto(self, url: str) -> None:
        self.send("browsingContext.navigate", context=self.context, url=url, wait="complete")

    def evaluate(self, expression: str) -> Any:
        code = f"Promise.resolve({expression}).then((value) => JSON.stringify(value ?? null))"
        target = {"context": self.context}
        done = self.send("script.evaluate", expression=code, target=target, awaitPromise=True)
        assert done["type"] == "success", done
        return json.loads(done["result"]["value"])

    def press(self, key: str) -> None:
        self._act(
            "key", [{"type": f"key{way}", "value": KEYS.get(key, key)} for way in ("Down", "Up")]
        )

    def click(self, selector: str) -> None:
        element = f"document.querySelector('{selector}')"
        self.evaluate(f"{element}.scrollIntoView({{ block: 'center', behavior: 'instant' }})")
        box = self.evaluate(f"{element}.getBoundingClientRect()")
        x, y = (int(box[side] + box[size] / 2) for side, size in (("x", "width"), ("y", "height")))
        press = [{"type": f"pointer{way}", "button": 0} for way in ("Down", "Up")]
        self._act("pointer", [{"type": "pointerMove", "x": x, "y": y}, *press])

    def _act(self, kind: str, actions: list[dict[str, Any]]) -> None:
        device = {"type": kind, "id": kind, "actions": actions}
        self.send("input.performActions", context=self.context, actions=[device])


@contextmanager
def firefox(profile: Path) -> Iterator[Firefox]:
    """Start Firefox with a new profile, and stop it at the end."""
    process = subprocess.Popen(
        [*COMMAND, profile], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while (
            process.poll() is None and not (file := profile / "WebDriverBiDiServer.json").exists()
        ):
            time.sleep(0.1)
        address = f"ws://127.0.0.1:{json.loads(file.read_text())['ws_port']}/session"
        with connect(address, proxy=None, max_size=None) as socket:
            yield Firefox(socket)
    finally:
        process.terminate()
        process.wait()
