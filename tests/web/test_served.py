# SPDX-License-Identifier: GPL-3.0-only
"""The page that `boots-from serve --page` answers with, in a browser: its hosts, and what was
fetched of each, are those of the server; it makes the command's images, and asks for nothing else.

BROWSER is chromium or firefox.
"""

import os
import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from browser import Browser
from service import COMMAND, SECONDS, Service

URL = "http://192.0.2.1/boot/{host}"
OTHER = "http://192.0.2.9/other"
PICTURES = os.environ.get("PICTURES")
TAB, ENTER = "\ue004", "\ue006"
ROWS = "[...document.querySelectorAll('#hosts-rows tr')].map((row) => [...row.cells].map((cell) => cell.textContent))"


class Served(unittest.TestCase):
    """Its helpers, and what is looked at in both schemes of colours."""
    is_dark = False

    @classmethod
    def setUpClass(cls):
        cls.browser = Browser(os.environ["BROWSER"], is_dark=cls.is_dark)
        cls.addClassCleanup(cls.browser.close)

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="boots-from-served."))
        self.addCleanup(shutil.rmtree, self.folder)
        self.browser.resize(1000, 800)
        (self.folder / "hosts.csv").write_text("host,vlan\nweb1,\nweb2,7\nweb3.rack-1.example,\n")

    def serve(self, *arguments):
        self.service = Service(self.folder, "--listen", "127.0.0.1:0", "--page", *arguments)
        self.addCleanup(self.service.close)
        self.address = f"http://127.0.0.1:{self.service.port}"

    def open(self, url):
        """Open the page; nothing but it is asked for."""
        self.browser.requests.clear()
        self.browser.open(url)
        self.browser.wait("!document.getElementById('save').disabled")
        asked = [each for each in self.browser.requests if not each.startswith(("data:", "blob:"))]
        self.assertEqual(asked, [url])

    def run_script(self, script):
        return self.browser.run(script)

    def text(self, selector):
        return self.run_script(f"document.querySelector({selector!r}).textContent")

    def command(self, *words):
        return subprocess.run([COMMAND, "-q", "-o", "-", *words], check=True, capture_output=True,
                              timeout=SECONDS).stdout

    def picture(self, name):
        if PICTURES:
            (Path(PICTURES) / f"served-{self.browser.name}-{name}.png").write_bytes(self.browser.picture())

    def fetch(self, host, *words):
        image = self.folder / "fetched"
        subprocess.run(["curl", "--silent", "--fail", "--output", image, *words, f"{self.address}/{host}.iso"],
                       check=True, timeout=SECONDS)
        return image.read_bytes()

    def open_until(self, script):
        """Until the server knows what just ended, and its list is not the one of a second ago."""
        deadline = time.monotonic() + SECONDS
        while True:
            self.open(f"{self.address}/")
            if self.run_script(script):
                return
            self.assertLess(time.monotonic(), deadline, self.run_script(ROWS))

    def open_hosts(self):
        """A server with three hosts, of which one was fetched, one in part, and one never; and its page."""
        self.serve("--hosts", self.folder / "hosts.csv", URL)
        self.whole = self.fetch("web2")
        self.fetch("web1", "--range", "0-999999")
        self.fetch("web1", "--range", "500000-1499999")
        self.open_until("/1,500,000.*whole/s.test(document.getElementById('hosts-rows').textContent)")

    def look_with_axe(self):
        self.open_hosts()
        self.run_script(f"(() => {{ {Path(os.environ['AXE']).read_text()} }})()")
        self.assertEqual(self.run_script(
            "axe.run().then((found) => found.violations.map(({id, nodes}) =>"
            " [id, ...nodes.map(({html, any}) => `${html.slice(0, 99)}: ${any.map((each) => each.message)}`)]))"), [])
        self.picture("dark" if self.is_dark else "light")


class ServedTest(Served):
    def test_hosts(self):
        self.open_hosts()
        rows = self.run_script(ROWS)
        size = len(self.whole)
        self.assertEqual([row[0] for row in rows], ["web1", "web2", "web3.rack-1.example"])
        self.assertEqual([row[1] for row in rows], [f"{self.address}/{row[0]}.iso Copy" for row in rows])
        for row in rows[:2]:
            self.assertRegex(row[2], r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$")
        self.assertEqual([row[3] for row in rows],
                         [f"1,500,000 bytes, {1500000 * 1000 // size / 10} %", f"whole, {size:,} bytes", ""])
        self.assertEqual([row[2:] for row in rows[2:]], [["never", "", ""]])
        self.assertEqual([row[4] for row in rows], ["127.0.0.1", "127.0.0.1", ""])
        self.assertEqual(self.text("#to-hosts"), "3 hosts of this server are below.")
        # The URL that is shown is the image's.
        shown = rows[1][1].removesuffix(" Copy")
        self.assertEqual(subprocess.run(["curl", "--silent", shown], check=True, capture_output=True,
                                        timeout=SECONDS).stdout, self.whole)
        self.picture("hosts")

    def test_what_it_saves(self):
        self.serve("--arch", "bios,riscv64", "--layout", "gpt", "--hosts", self.folder / "hosts.csv", OTHER)
        self.open(f"{self.address}/")
        self.assertEqual(self.run_script("document.getElementById('url').value"), OTHER)
        self.run_script("document.getElementById('save').click()")
        self.assertEqual(self.browser.downloaded("boots-from.iso"),
                         self.command("--arch", "bios,riscv64", "--layout", "gpt", OTHER))
        self.assertEqual([each for each in self.browser.requests if not each.startswith(("data:", "blob:"))],
                         [f"{self.address}/"])
        self.assertEqual(self.run_script("fetch(location.href).then(() => 'asked', () => 'refused')"), "refused")

    def test_find_and_copy(self):
        self.open_hosts()
        self.run_script("document.getElementById('hosts-find').focus()")
        self.browser.press(*"RACK-1")
        self.assertEqual([row[0] for row in self.run_script(ROWS)], ["web3.rack-1.example"])
        self.assertEqual(self.text("#hosts-said"), "1 host")
        self.browser.press(TAB, TAB)
        self.assertEqual(self.run_script("document.activeElement.getAttribute('aria-label')"),
                         "Copy what stands for web3.rack-1.example")
        # A key that its driver presses on a button does nothing in Firefox, on any page.
        if self.browser.name == "chromium":
            self.browser.press(ENTER)
        else:
            self.run_script("document.activeElement.click()")
        self.assertEqual(self.run_script("getSelection().toString()"), f"{self.address}/web3.rack-1.example.iso")
        self.browser.wait("/^(Copied|Selected)/.test(document.getElementById('hosts-said').textContent)")
        self.assertIn(f"{self.address}/web3.rack-1.example.iso", self.text("#hosts-said"))
        if self.browser.name == "chromium":
            self.assertTrue(self.text("#hosts-said").startswith("Copied "))

    def test_with_a_secret(self):
        secret = self.folder / "secret"
        secret.write_bytes(b"s" * 32)
        secret.chmod(0o600)
        self.serve("--secret", secret, "--admin", "127.0.0.1:0", "--hosts", self.folder / "hosts.csv", URL)
        page = self.service.wait_message(b"the page: ").decode().split()[-1]
        self.open(page)
        rows = self.run_script(ROWS)
        self.assertEqual(rows[0][:3], ["web1", "boots-from link --secret FILE --base URL web1 Copy", "never"])
        self.assertIn("has a link to it", self.text("#hosts-help"))

    def test_every_name_is_a_host(self):
        self.serve(URL)
        self.open(f"{self.address}/")
        self.assertEqual(self.run_script("[document.getElementById('hosts').hidden,"
                                         " document.getElementById('to-hosts').hidden]"), [True, True])

    def test_thousands(self):
        names = [f"h{number:05}" for number in range(20000)]
        (self.folder / "hosts.csv").write_text("\n".join(names))
        self.serve("-q", "--hosts", self.folder / "hosts.csv", URL)
        self.open(f"{self.address}/")
        self.assertEqual([row[0] for row in self.run_script(ROWS)], names[:1000])
        self.assertEqual(self.text("#hosts-said"), "20,000 hosts, the first 1,000 are shown: find others by name")
        self.run_script("document.getElementById('hosts-find').focus()")
        self.browser.press(*"h19999")
        self.assertEqual([row[0] for row in self.run_script(ROWS)], names[-1:])

    def test_phone(self):
        self.open_hosts()
        self.browser.resize(360, 740)
        self.assertLessEqual(self.run_script("document.documentElement.scrollWidth"), 360)
        self.picture("phone")

    def test_saved_it_is_only_the_page(self):
        """What it listed is of then, and the URLs would be none."""
        self.open_hosts()
        (self.folder / "saved.html").write_bytes(self.service.get("/").content)
        self.browser.open((self.folder / "saved.html").as_uri())
        self.browser.wait("!document.getElementById('save').disabled")
        self.assertTrue(self.run_script("document.getElementById('hosts').hidden"))

    def test_axe_finds_nothing(self):
        self.look_with_axe()


class DarkTest(Served):
    is_dark = True

    def test_axe_finds_nothing(self):
        self.look_with_axe()
        self.assertTrue(self.run_script("matchMedia('(prefers-color-scheme: dark)').matches"))


if __name__ == "__main__":
    unittest.main()
