# SPDX-License-Identifier: GPL-3.0-only
"""The page in a browser, from disk and from a web server: what it saves is what the command
writes, it asks the network for nothing, and nobody is kept out of it.

BROWSER is chromium or firefox.
"""

import contextlib
import hashlib
import http.server
import json
import os
import subprocess
import tempfile
import threading
import unittest
import zipfile
from pathlib import Path

from browser import Browser

PROGRAM = os.environ["BOOTS_FROM"]
URL = "http://192.0.2.1/boot"
OTHER = "http://192.0.2.9/other"
PICTURES = os.environ.get("PICTURES")
TAB, ENTER = "\ue004", "\ue006"

# Every field of the form, and what the command is told for it.
SETS = (
    ({"url": URL}, []),
    ({"url": "tftp://192.0.2.1/a?b=${net0/mac}"}, []),
    ({"ip": "192.0.2.7/24", "gateway": "192.0.2.1", "dns": "192.0.2.2, 192.0.2.3", "hostname": "web-1"},
     ["--ip", "192.0.2.7/24", "--gateway", "192.0.2.1", "--dns", "192.0.2.2", "--dns", "192.0.2.3",
      "--hostname", "web-1"]),
    ({"ip": "192.0.2.7", "netmask": "255.255.255.0"}, ["--ip", "192.0.2.7", "--netmask", "255.255.255.0"]),
    ({"vlan": "7", "nic": "52:54:00:12:34:56", "retries": "5"},
     ["--vlan", "7", "--nic", "52:54:00:12:34:56", "--retries", "5"]),
    ({"layout": "gpt", "label": "Lab-1"}, ["--layout", "gpt", "--label", "Lab-1"]),
    ({"layout": "mbr", "script-room": "64K"}, ["--layout", "mbr", "--script-room", "64K"]),
    ({"layout": "cd", "archs": "bios,riscv64"}, ["--layout", "cd", "--arch", "bios,riscv64"]),
    ({"format": "esp"}, ["--format", "esp"]),
    ({"format": "lkrn"}, ["--format", "lkrn"]),
    ({"format": "efi", "archs": "arm64"}, ["--format", "efi", "--arch", "arm64"]),
    ({"url": "", "script": "#!ipxe\necho own\nshell\n"}, ["--script", "own.ipxe"]),
)

FILL = """(() => {
  const wanted = %s;
  for (const control of document.querySelectorAll("form [data-setting]")) control.value = wanted[control.id] ?? "";
  const archs = (wanted.archs ?? "bios,x86_64,arm64").split(",");
  for (const box of document.querySelectorAll("#archs input")) box.checked = archs.includes(box.value);
  document.getElementById("form").dispatchEvent(new Event("input"));
})()"""

# Attributes, elements and scripts, wherever text from outside can stand.
MARKUP = "<img src=x onerror=document.title='markup'><b>"


def text(selector):
    return f"document.querySelector({selector!r}).textContent"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        self.server.paths.append(self.path)


@contextlib.contextmanager
def serve(folder):
    """A web server for a folder: its address, and the paths it was asked for."""
    handler = lambda *words: Quiet(*words, directory=folder)  # noqa: E731
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.paths = []
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", server.paths
        finally:
            server.shutdown()
            thread.join()


class BrowserTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.browser = Browser(os.environ["BROWSER"])
        cls.addClassCleanup(cls.browser.close)
        cls.command("page", "-q", URL)
        cls.page = cls.folder / "boots-from.html"

    @classmethod
    def command(cls, *words, status=0):
        done = subprocess.run([PROGRAM, *words], cwd=cls.folder, capture_output=True, check=False)
        assert done.returncode == status, done.stderr
        return done.stdout if status == 0 else done.stderr.decode()

    def setUp(self):
        self.browser.resize(1000, 800)
        self.open(self.page.as_uri())
        self.addCleanup(self.check_requests)

    def open(self, url):
        self.browser.requests.clear()
        self.browser.open(url)
        self.wait("!document.getElementById('save').disabled")
        self.opened = url

    def check_requests(self):
        """Nothing was asked for but the page. What is on a disk Firefox does not mention."""
        asked = [url for url in self.browser.requests if not url.startswith(("data:", "blob:"))]
        self.assertIn(asked, ([], [self.opened]))

    def run_script(self, script):
        return self.browser.run(script)

    def wait(self, script):
        self.browser.wait(script)

    def fill(self, **fields):
        names = {name.replace("_", "-"): value for name, value in fields.items()}
        self.run_script(FILL % json.dumps({"url": URL, **names}))

    def click(self, selector):
        self.run_script(f"document.querySelector({selector!r}).click()")

    def picture(self, name):
        if PICTURES:
            Path(PICTURES, f"{self.browser.name}-{name}.png").write_bytes(self.browser.picture())

    # ---- Making ----

    def test_every_field(self):
        (self.folder / "own.ipxe").write_text(SETS[-1][0]["script"])
        for fields, words in SETS:
            with self.subTest(fields):
                self.fill(**{"name": "made.img", **fields})
                self.run_script("(document.getElementById('name').value = 'made.img')")
                self.click("#save")
                url = fields.get("url", URL)
                wanted = self.command("-q", "-o", "-", *words, *([url] if url else []))
                self.assertEqual(self.browser.downloaded("made.img"), wanted)

    def test_what_is_said_of_the_result(self):
        self.fill(vlan="7")
        self.click("#save")
        image = self.browser.downloaded("boots-from.iso")
        facts = self.run_script(text("#facts"))
        self.assertIn(f"{len(image):,} bytes", facts)
        self.assertIn(hashlib.sha256(image).hexdigest(), facts)
        self.assertIn("BIOS, UEFI x86-64, UEFI arm64", facts)
        self.assertEqual(self.run_script(text("#command")), f"boots-from --vlan 7 {URL}")
        self.assertIn("dd if=boots-from.iso", self.run_script(text("#next")))
        self.assertEqual(self.run_script("document.activeElement.id"), "result-title")
        self.picture("result")

    def test_sentences_beside_the_fields(self):
        for field, value, words in (
            ("url", "htp://a/", ["htp://a/"]), ("url", "boot.example/x", ["boot.example/x"]),
            ("ip", "192.0.2.300/24", ["--ip", "192.0.2.300/24", URL]), ("vlan", "4095", ["--vlan", "4095", URL]),
            ("label", "a b", ["--label", "a b", URL]),
        ):
            with self.subTest(field=field, value=value):
                self.fill(**{field: value})
                said = self.run_script(text(f"#{field}-problem"))
                self.assertEqual(said, self.refusal(*words))
                invalid = self.run_script("[...document.querySelectorAll('[aria-invalid=true]')].map((each) => each.id)")
                self.assertEqual(invalid, [field])
        self.picture("error")
        self.fill()
        self.assertEqual(self.run_script("document.querySelectorAll('[aria-invalid]').length"), 0)
        self.assertEqual(self.run_script(text("#preview")), self.command("--print-script", URL).decode())

    def refusal(self, *words):
        done = subprocess.run([PROGRAM, "-q", "-o", "none", *words], cwd=self.folder, capture_output=True, check=False)
        self.assertNotEqual(done.returncode, 0)
        return done.stderr.decode().removeprefix("boots-from: ").removesuffix("\n") \
            .removesuffix(" (see boots-from --help)")

    def test_nothing_is_saved_of_what_is_wrong(self):
        self.fill(gateway="192.0.2.1")
        self.click("#save")
        self.assertEqual(self.run_script(text("#problem")), self.refusal("--gateway", "192.0.2.1", URL))
        self.fill(vlan="4095")
        self.click("#save")
        self.assertEqual(self.run_script("document.activeElement.id"), "vlan")
        self.fill(url="")
        self.click("#save")
        self.assertEqual(self.run_script("document.activeElement.id"), "url")
        self.assertTrue(self.run_script("document.getElementById('result').hidden"))
        self.assertEqual(list(self.browser.downloads.iterdir()), [])

    def test_keyboard_alone(self):
        self.run_script("document.getElementById('url').focus()")
        self.run_script("document.getElementById('url').select()")
        self.browser.press(*OTHER, ENTER)
        wanted = self.command("-q", "-o", "-", OTHER)
        self.assertEqual(self.browser.downloaded("boots-from.iso"), wanted)
        self.assertEqual(self.run_script("document.activeElement.id"), "result-title")
        self.run_script("document.getElementById('url').focus()")
        passed = []
        while "save" not in passed and len(passed) < 20:
            self.browser.press(TAB)
            passed.append(self.run_script("document.activeElement.id || document.activeElement.tagName"))
        self.assertEqual(passed, ["INPUT"] * 4 + ["SUMMARY"] * 5 + ["save"])
        # A key that its driver presses on a button does nothing in Firefox, on any page.
        if self.browser.name == "chromium":
            self.browser.press(ENTER)
            self.assertEqual(self.browser.downloaded("boots-from.iso"), wanted)

    # ---- Certificates ----

    def certify(self, name, *key):
        """NAME.pem, self-signed, and NAME-key.pem."""
        subprocess.run(["openssl", "req", "-x509", "-newkey", *key, "-nodes", "-days", "900", "-subj", f"/CN={name}",
                        "-keyout", f"{name}-key.pem", "-out", f"{name}.pem"],
                       cwd=self.folder, check=True, capture_output=True)

    def choose_certificate(self, name):
        self.browser.choose_files("#certificate", self.folder / name)
        self.wait("document.getElementById('trust').textContent || document.getElementById('certificate-problem').textContent")

    def test_a_certificate_from_a_file(self):
        self.certify("one", "rsa:2048")
        self.certify("two", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
        (self.folder / "both.pem").write_bytes(b"".join((self.folder / f"{name}.pem").read_bytes() for name in ("one", "two")))
        url = "https://192.0.2.1/boot"
        self.fill(url=url)
        self.choose_certificate("one.pem")
        self.assertIn("trusts only CN=one", self.run_script(text("#trust")))
        self.click("#save")
        wanted = self.command("-q", "-o", "-", "--trust", "one.pem", url)
        self.assertEqual(self.browser.downloaded("boots-from.iso"), wanted)
        self.assertEqual(self.run_script(text("#command")), f"boots-from --trust one.pem {url}")
        for name in ("one-key.pem", "both.pem"):
            self.fill(url=url)
            self.choose_certificate(name)
            self.assertEqual(self.run_script(text("#certificate-problem")), self.refusal("--trust", name, url))
        self.run_script("(document.getElementById('number').value = '2')")
        self.run_script("document.getElementById('form').dispatchEvent(new Event('input'))")
        self.assertIn("trusts only CN=two", self.run_script(text("#trust")))
        self.click("#save")
        wanted = self.command("-q", "-o", "-", "--trust", "both.pem#2", url)
        self.assertEqual(self.browser.downloaded("boots-from.iso"), wanted)
        self.picture("certificate")

    def test_a_page_with_a_certificate_takes_another(self):
        self.certify("own", "rsa:2048")
        self.certify("new", "rsa:2048")
        self.command("page", "-q", "-o", "trust.html", "--trust", "own.pem", "https://192.0.2.1/boot")
        self.open((self.folder / "trust.html").as_uri())
        self.assertIn("trusts only CN=own", self.run_script(text("#trust")))
        self.choose_certificate("new.pem")
        self.wait("document.getElementById('trust').textContent.includes('CN=new')")
        self.command("-q", "-o", "old.iso", "--trust", "new.pem", "https://192.0.2.9/old")
        self.browser.choose_files("#files", self.folder / "old.iso")
        self.wait("!document.getElementById('report').hidden")
        self.click("#change")
        changed = self.browser.downloaded("old.iso")
        self.command("repoint", "-q", "--trust", "new.pem", "old.iso", "https://192.0.2.1/boot")
        self.assertEqual(changed, (self.folder / "old.iso").read_bytes())

    def test_signatures_of_an_image(self):
        self.certify("signer", "rsa:2048")
        self.command("-q", "-o", "signed.iso", "--sign-key", "signer-key.pem", "--sign-cert", "signer.pem", URL)
        self.browser.choose_files("#files", self.folder / "signed.iso")
        self.wait("!document.getElementById('report').hidden")
        self.assertIn("signed by CN=signer", self.run_script(text("#report")))

    # ---- Files ----

    def test_an_image_that_is_dropped(self):
        self.command("-q", "-o", "old.iso", "--vlan", "7", URL)
        self.fill(url="")
        self.browser.choose_files("#files", self.folder / "old.iso")
        self.wait("!document.getElementById('report').hidden")
        report = self.run_script(text("#report"))
        self.assertIn(f"Boots {URL}", report)
        self.assertIn("UEFI arm64, stick", report)
        self.assertEqual(self.run_script("document.getElementById('url').value"), URL)
        self.picture("report")
        self.fill(url=OTHER)
        self.click("#change")
        changed = self.browser.downloaded("old.iso")
        self.command("repoint", "-q", "old.iso", OTHER)
        self.assertEqual(changed, (self.folder / "old.iso").read_bytes())
        self.assertEqual(self.run_script(text("#command")), f"boots-from repoint old.iso {OTHER}")

    def test_an_image_that_cannot_be_changed(self):
        (self.folder / "cut.iso").write_bytes(self.command("-q", "-o", "-", URL)[:1000000])
        self.browser.choose_files("#files", self.folder / "cut.iso")
        self.wait("!document.getElementById('report').hidden")
        self.assertIn("Problems", self.run_script(text("#report")))
        self.click("#change")
        done = subprocess.run([PROGRAM, "repoint", "cut.iso", URL], cwd=self.folder, capture_output=True, check=False)
        self.assertEqual(done.stderr.decode(), f"boots-from: 'cut.iso': {self.run_script(text('#change-problem'))}\n")

    def drop(self, made):
        """What a drop of files is for the page; made is an array of them."""
        self.run_script("document.dispatchEvent(Object.assign(new Event('drop', {cancelable: true}),"
                        f" {{dataTransfer: {{files: {made}}}}}))")

    def test_what_is_dropped_on_the_page(self):
        self.drop("[new File(['host\\none\\n'], 'few.csv')]")
        self.wait("!document.getElementById('list').hidden")
        self.assertIn("one.iso", self.run_script(text("#rows")))
        self.drop("[Object.assign(new File([], 'folder'), {arrayBuffer: () => Promise.reject(new Error('gone'))})]")
        self.wait("document.getElementById('drop-problem').textContent")
        self.assertEqual(self.run_script(text("#drop-problem")), "'folder': cannot read: gone")
        self.drop("[new File(['x'], 'bundle:MANIFEST')]")
        self.wait("document.getElementById('drop-problem').textContent.startsWith(\"'bundle\")")
        self.drop("[new File(['no list, \\0'], 'bad.csv')]")
        self.wait("document.getElementById('list-problem').textContent")
        self.assertEqual(self.run_script(text("#drop-problem")), "")

    def test_a_list(self):
        (self.folder / "hosts.csv").write_text("host,ip,vlan\nweb1,192.0.2.11/24,7\nweb2,192.0.2.300/24,\nweb3,,\n")
        self.fill(url="http://192.0.2.1/{host}", archs="bios,x86_64")
        self.browser.choose_files("#files", self.folder / "hosts.csv")
        self.wait("!document.getElementById('list').hidden")
        self.assertEqual(self.run_script("[...document.querySelectorAll('#rows tr')].map((row) => row.cells[2].textContent)"),
                         ["web1.iso", "web2.iso", "web3.iso"])
        self.assertIn("line 3, column ip", self.run_script(text("#rows")))
        self.picture("list")
        self.click("#save-all")
        (self.folder / "all.zip").write_bytes(self.browser.downloaded("boots-from.zip"))
        self.command("batch", "-q", "--keep-going", "-d", "images", "--hosts", "hosts.csv", "--arch", "bios,x86_64",
                     "http://192.0.2.1/{host}", status=1)
        with zipfile.ZipFile(self.folder / "all.zip") as images:
            self.assertIsNone(images.testzip())
            self.assertEqual(images.namelist(), ["web1.iso", "web3.iso"])
            for name in images.namelist():
                self.assertEqual(images.read(name), (self.folder / "images" / name).read_bytes())

    def test_a_long_list(self):
        (self.folder / "long.csv").write_text("host\n" + "".join(f"h{i}\n" for i in range(1000)))
        self.fill(url="http://192.0.2.1/{host}", archs="bios")
        self.browser.choose_files("#files", self.folder / "long.csv")
        self.wait("document.querySelectorAll('#rows tr').length == 1000")
        self.click("#save-all")
        self.wait("/^Saved/.test(document.getElementById('saved').textContent)")
        path = self.browser.saved("boots-from.zip")
        with zipfile.ZipFile(path) as images:
            self.assertEqual(len(images.namelist()), 1000)
            self.assertEqual(images.read("h999.iso"),
                             self.command("-q", "-o", "-", "--arch", "bios", "http://192.0.2.1/h999"))
        path.unlink()

    def test_text_from_outside_is_no_markup(self):
        names = {"image": f"{MARKUP.replace('/', '')}.iso", "list": "markup.csv"}
        image = bytearray(self.command("-q", "-o", "-", URL))
        image[32768 + 40 : 32768 + 72] = MARKUP[:32].encode()
        (self.folder / names["image"]).write_bytes(image)
        (self.folder / names["list"]).write_text(f'host,ip\n"{MARKUP}",1\n')
        for name, section in ((names["image"], "report"), (names["list"], "list")):
            self.browser.choose_files("#files", self.folder / name)
            self.wait(f"!document.getElementById('{section}').hidden")
            self.assertIn("<img", self.run_script(text(f"#{section}")))
        self.fill(url=MARKUP, label=MARKUP)
        self.assertEqual(self.run_script("document.querySelectorAll('img, main b').length"), 0)
        self.assertEqual(self.run_script("document.title"), "boots-from")

    # ---- Where it comes from, and how it looks ----

    def test_from_a_web_server(self):
        with serve(self.folder) as (address, paths):
            self.open(f"{address}/boots-from.html")
            self.click("#save")
            self.assertEqual(self.browser.downloaded("boots-from.iso"), self.command("-q", "-o", "-", URL))
            self.assertEqual(paths, ["/boots-from.html"])
            self.assertIn(self.opened, self.browser.requests)
            self.check_requests()

    def test_with_options(self):
        self.command("page", "-q", "-o", "own.html", "--vlan", "7", "--arch", "riscv64", "--layout", "gpt", OTHER)
        self.open((self.folder / "own.html").as_uri())
        self.click("#save")
        self.assertEqual(self.browser.downloaded("boots-from.iso"),
                         self.command("-q", "-o", "-", "--vlan", "7", "--arch", "riscv64", "--layout", "gpt", OTHER))

    def test_the_network_is_out_of_reach(self):
        self.assertEqual(self.run_script("fetch('http://127.0.0.1:9/').then(() => 'asked', () => 'refused')"), "refused")
        self.assertIn("connect-src 'none'", self.run_script(
            "document.querySelector('meta[http-equiv]').content"))

    def test_phone(self):
        self.browser.resize(360, 740)
        self.click("#save")
        self.browser.downloaded("boots-from.iso")
        for details in ("network", "https", "own", "image", "preview-box"):
            self.run_script(f"(document.getElementById('{details}').open = true)")
        self.assertLessEqual(self.run_script("document.documentElement.scrollWidth"), 360)
        self.picture("phone")

    def test_names_of_field_and_button(self):
        self.assertEqual(self.run_script("document.querySelector('label[for=url]').textContent"), "URL")
        self.assertEqual(self.run_script(text("#save")), "Save image")

    def show_everything(self):
        """A result, a report, a list with a row that is wrong, a sentence, and nothing folded."""
        (self.folder / "some.csv").write_text("host,ip\na,\nb,1\n")
        self.command("-q", "-o", "seen.iso", URL)
        self.browser.choose_files("#files", self.folder / "seen.iso", self.folder / "some.csv")
        self.wait("!document.getElementById('list').hidden")
        self.click("#save")
        self.browser.downloaded("boots-from.iso")
        self.fill(vlan="4095")
        self.run_script("document.querySelectorAll('details').forEach((each) => { each.open = true; })")

    def look_with_axe(self):
        self.run_script(f"(() => {{ {Path(os.environ['AXE']).read_text()} }})()")
        self.assertEqual(self.run_script(
            "axe.run().then((found) => found.violations.map(({id, nodes}) =>"
            " [id, ...nodes.map(({html, any}) => `${html.slice(0, 99)}: ${any.map((each) => each.message)}`)]))"), [])

    def test_axe_finds_nothing(self):
        self.show_everything()
        self.look_with_axe()
        self.picture("light")

    def test_axe_finds_nothing_in_the_dark(self):
        light, self.browser = self.browser, Browser(os.environ["BROWSER"], is_dark=True)
        self.addCleanup(self.browser.close)
        self.addCleanup(setattr, self, "browser", light)
        self.setUp()
        self.assertTrue(self.run_script("matchMedia('(prefers-color-scheme: dark)').matches"))
        self.show_everything()
        self.look_with_axe()
        self.picture("dark")


if __name__ == "__main__":
    unittest.main()
