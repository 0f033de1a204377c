"""A headless Chromium, driven by WebDriver's own protocol over HTTP."""

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final

PATIENCE: Final = 300.0
NEEDED: Final = ("chromium", "chromedriver")


class Browser:
    """One session with one window."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        options = {
            "args": [
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--hide-scrollbars",
                "--force-device-scale-factor=1",
            ],
            "binary": shutil.which("chromium"),
        }
        milliseconds = int(1000 * PATIENCE)
        wanted = {
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"performance": "ALL", "browser": "ALL"},
            "timeouts": {"script": milliseconds, "pageLoad": milliseconds},
        }
        begun = self._ask("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self._session = f"/session/{begun['sessionId']}"

    def open(self, address: str) -> None:
        """Loads a page and returns once it is there."""
        self._post("/url", {"url": address})

    def emulate(self, width: int, height: int, *, scheme: str = "light", media: str = "") -> None:
        """Sets the size of the window in CSS pixels, and what the page is told of its reader."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.call("Emulation.setDeviceMetricsOverride", size)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.call("Emulation.setEmulatedMedia", {"media": media, "features": features})

    def call(self, method: str, parameters: Mapping[str, Any]) -> Any:
        """Calls a method of the DevTools protocol."""
        return self._post("/goog/cdp/execute", {"cmd": method, "params": parameters})

    def run(self, script: str, *arguments: Any) -> Any:
        """Runs a script beside the page's own policy; its result may be a promise's."""
        return self._post("/execute/sync", {"script": script, "args": list(arguments)})

    def screenshot(self, path: Path, width: int, most: int) -> None:
        """Saves the page from its top, at most so many pixels down."""
        height = min(most, self.run("return document.documentElement.scrollHeight"))
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        wanted = {"format": "png", "clip": clip, "captureBeyondViewport": True}
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", wanted)["data"]))

    def requests(self) -> list[str]:
        """Returns the addresses that were asked for since the last call, and what was refused."""
        told = [json.loads(it["message"])["message"] for it in self._log("performance")]
        return [
            it["params"]["request"]["url"]
            for it in told
            if it["method"] == "Network.requestWillBeSent"
        ]

    def complaints(self) -> list[str]:
        """Returns what the browser said on its console since the last call."""
        return [it["message"] for it in self._log("browser")]

    def close(self) -> None:
        """Ends the browser."""
        self._ask("DELETE", self._session)
        self._connection.close()

    def _log(self, kind: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._post("/se/log", {"type": kind})
        return found

    def _post(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._ask("POST", self._session + path, body)

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        content = json.dumps(body) if body is not None else None
        self._connection.request(method, path, content, {"Content-Type": "application/json"})
        response = self._connection.getresponse()
        value = json.loads(response.read())["value"]
        assert response.status == 200, value
        return value


@contextmanager
def opened_browser() -> Iterator[Browser]:
    """Gives a browser and ends it with its driver."""
    # What is preloaded for MLX makes Chromium crash.
    environment = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}
    driver = subprocess.Popen(
        ["chromedriver", "--port=0"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert driver.stdout
    try:
        port = next(
            int(line.rstrip(".\n").rpartition(" ")[2])
            for line in driver.stdout
            if "was started successfully on port" in line
        )
        browser = Browser(port)
        try:
            yield browser
        finally:
            browser.close()
    finally:
        driver.terminate()
        driver.wait()
