# SPDX-License-Identifier: GPL-3.0-only
"""A browser of Debian's without a window, driven by WebDriver BiDi (W3C): Chromium through its
driver, Firefox by itself. What it would ask the network for is counted."""

import base64
import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

import websocket

SECONDS = 120


class Browser:
    def __init__(self, name, is_dark=False):
        self.name = name
        self.is_dark = is_dark
        self.folder = Path(tempfile.mkdtemp(prefix=f"boots-from-{name}-"))
        self.downloads = self.folder / "downloads"
        self.downloads.mkdir()
        self.numbers = itertools.count(1)
        self.requests = []
        try:
            url, capabilities = START[name](self)
            self.socket = websocket.create_connection(url, timeout=SECONDS, suppress_origin=True)
            if capabilities is not None:
                self.call("session.new", capabilities=capabilities)
            self.call("session.subscribe", events=["network.beforeRequestSent", "log.entryAdded"])
            self.context = self.call("browsingContext.getTree")["contexts"][0]["context"]
        except BaseException:
            self.close()
            raise

    def start(self, *words):
        """A program in a group and a home of its own; its output goes to a file."""
        environment = dict(os.environ, HOME=str(self.folder), TMPDIR=str(self.folder), MOZ_HEADLESS="1")
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(words, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                            env=environment, start_new_session=True)

    def wait_for_line(self, pattern):
        end = time.monotonic() + SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            found = re.search(pattern, (self.folder / "log").read_text(errors="replace"))
            if found:
                return found.group(1)
            time.sleep(0.05)
        raise AssertionError((self.folder / "log").read_text(errors="replace"))

    def close(self):
        if hasattr(self, "socket"):
            self.socket.close()
        if hasattr(self, "process"):
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    # ---- The protocol ----

    def call(self, method, **parameters):
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv())
            if message.get("method") == "network.beforeRequestSent":
                self.requests.append(message["params"]["request"]["url"])
            if message.get("id") == number:
                if message["type"] == "error":
                    raise AssertionError(f"{method}: {message['error']}: {message['message']}")
                return message["result"]

    def run(self, script):
        """The value of an expression in the page, as JSON can have it."""
        done = self.call("script.evaluate", expression=f"(async () => JSON.stringify(await ({script})) ?? 'null')()",
                         target={"context": self.context}, awaitPromise=True)
        if done["type"] != "success":
            raise AssertionError(done["exceptionDetails"]["text"])
        return json.loads(done["result"]["value"])

    def open(self, url):
        self.call("browsingContext.navigate", context=self.context, url=url, wait="complete")

    def resize(self, width, height):
        self.call("browsingContext.setViewport", context=self.context,
                  viewport={"width": width, "height": height})

    def element(self, selector):
        found = self.call("browsingContext.locateNodes", context=self.context,
                          locator={"type": "css", "value": selector})["nodes"]
        assert len(found) == 1, selector
        return {"sharedId": found[0]["sharedId"]}

    def choose_files(self, selector, *paths):
        self.call("input.setFiles", context=self.context, element=self.element(selector),
                  files=[str(path) for path in paths])

    def press(self, *keys):
        """Keys, one after the other; several in a tuple are held together."""
        actions = []
        for key in keys:
            together = key if isinstance(key, tuple) else (key,)
            actions += [{"type": "keyDown", "value": each} for each in together]
            actions += [{"type": "keyUp", "value": each} for each in reversed(together)]
        self.call("input.performActions", context=self.context,
                  actions=[{"type": "key", "id": "keys", "actions": actions}])

    def picture(self):
        """The whole page as PNG."""
        shot = self.call("browsingContext.captureScreenshot", context=self.context, origin="document")
        return base64.b64decode(shot["data"])

    # ---- What is waited for ----

    def wait(self, script):
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            if self.run(script):
                return
            time.sleep(0.02)
        raise AssertionError(f"{self.name}: not so: {script}")

    def saved(self, name):
        """The path of a file once it is saved: it has its name early, and another until it is whole."""
        path = self.downloads / name
        end = time.monotonic() + SECONDS
        size = -1
        while time.monotonic() < end:
            is_going_on = any(each.suffix in (".part", ".crdownload") for each in self.downloads.iterdir())
            found = path.stat().st_size if path.exists() else 0
            if found and found == size and not is_going_on:
                return path
            size = found
            time.sleep(0.05)
        raise AssertionError(f"{self.name}: {name} was not saved: {list(self.downloads.iterdir())}")

    def downloaded(self, name):
        """The bytes of a file that was saved, and is then gone."""
        path = self.saved(name)
        content = path.read_bytes()
        path.unlink()
        return content


def start_chromium(browser):
    browser.start("chromedriver", "--port=0")
    port = browser.wait_for_line(r"started successfully on port (\d+)")
    scheme = 0 if browser.is_dark else 1
    options = {
        "binary": shutil.which("chromium"),
        "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                 "--disable-background-networking", f"--blink-settings=preferredColorScheme={scheme}",
                 f"--user-data-dir={browser.folder / 'profile'}"],
        "prefs": {"download.default_directory": str(browser.downloads), "download.prompt_for_download": False,
                  "profile.default_content_setting_values.automatic_downloads": 1},
    }
    wanted = {"capabilities": {"alwaysMatch": {"webSocketUrl": True, "goog:chromeOptions": options}}}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/session", json.dumps(wanted).encode(),
                                     {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:
        return json.load(answer)["value"]["capabilities"]["webSocketUrl"], None


PREFERENCES = {
    "browser.download.folderList": 2,
    "browser.download.useDownloadDir": True,
    "browser.download.always_ask_before_handling_new_types": False,
    "browser.helperApps.neverAsk.saveToDisk": "application/octet-stream,application/zip,application/x-iso9660-image",
    "browser.shell.checkDefaultBrowser": False,
    "browser.aboutwelcome.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
}


def start_firefox(browser):
    profile = browser.folder / "profile"
    profile.mkdir()
    preferences = {**PREFERENCES, "browser.download.dir": str(browser.downloads),
                   "layout.css.prefers-color-scheme.content-override": 0 if browser.is_dark else 1}
    (profile / "user.js").write_text("".join(
        f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in preferences.items()))
    browser.start(shutil.which("firefox-esr") or "firefox", "--headless", "--no-remote", "--profile", str(profile),
                  "--remote-debugging-port=0", "about:blank")
    port = browser.wait_for_line(r"WebDriver BiDi listening on ws://127\.0\.0\.1:(\d+)")
    return f"ws://127.0.0.1:{port}/session", {}


START = {"chromium": start_chromium, "firefox": start_firefox}
