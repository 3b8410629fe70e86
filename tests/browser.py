"""A headless Chromium, told what to do through pipes: no driver and no port."""

import base64
import json
import os
import select
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
COMMAND = next(filter(None, map(shutil.which, NAMES)), None)
_END = b"\0"
_PATIENCE = 60


class Browser:
    """One tab."""

    def __init__(self, to: int, back: int) -> None:
        self._to = to
        self._back = back
        self._kept = b""
        self._number = 0
        self.events: list[Mapping[str, object]] = []
        """What the browser said by itself."""
        self._session = ""
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = str(self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"])
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **parameters: object) -> Mapping[str, object]:
        """What a command of the DevTools protocol answers."""
        self._number += 1
        message: dict[str, object] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + _END)
        while True:
            said = self._read()
            if said.get("id") == self._number:
                assert "error" not in said, said
                found = said["result"]
                assert isinstance(found, dict)
                return found
            self.events.append(said)

    def open(self, path: Path, *, width: int = 1280, dark: bool = False) -> None:
        """Show a file, and wait for it."""
        self.look(width=width, dark=dark)
        heard = len(self.events)
        self.send("Page.navigate", url=path.resolve().as_uri())
        while not any(each.get("method") == "Page.loadEventFired" for each in self.events[heard:]):
            self.events.append(self._read())

    def look(self, *, width: int = 1280, height: int = 900, dark: bool = False, media: str = "screen") -> None:
        """Change how it looks."""
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.send("Emulation.setEmulatedMedia", media=media, features=[scheme])

    def run(self, script: str) -> object:
        """The value of an expression of JavaScript, a promise's once it is kept."""
        said = self.send("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in said, said
        result = said["result"]
        assert isinstance(result, dict)
        value: object = result.get("value")
        return value

    def press(self, key: str, code: int, *, text: str = "") -> None:
        """Press a key and let it go."""
        for kind in ("keyDown", "keyUp"):
            self.send("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, text=text)

    def picture(self, *, whole: bool = False) -> bytes:
        """What is to be seen, as PNG."""
        return base64.b64decode(str(self.send("Page.captureScreenshot", captureBeyondViewport=whole)["data"]))

    def _read(self) -> Mapping[str, object]:
        while _END not in self._kept:
            ready, _, _ = select.select([self._back], [], [], _PATIENCE)
            assert ready, "the browser says nothing"
            more = os.read(self._back, 1 << 16)
            assert more, "the browser is gone"
            self._kept += more
        line, _, self._kept = self._kept.partition(_END)
        said: dict[str, object] = json.loads(line)
        return said


@contextmanager
def browser(profile: Path) -> Iterator[Browser]:
    """A browser that keeps what it knows in this folder."""
    assert COMMAND is not None
    ours, its = os.pipe(), os.pipe()
    # The browser reads from descriptor 3 and writes to 4.
    starting = f'exec 3<&{ours[0]} 4>&{its[1]}; exec "$@"'
    options = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-pipe")
    process = subprocess.Popen(
        ["bash", "-c", starting, "bash", COMMAND, *options, f"--user-data-dir={profile}", "--no-first-run"],
        pass_fds=(ours[0], its[1]),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(ours[0])
    os.close(its[1])
    try:
        yield Browser(ours[1], its[0])
    finally:
        os.close(ours[1])
        os.close(its[0])
        process.terminate()
        process.wait(_PATIENCE)
