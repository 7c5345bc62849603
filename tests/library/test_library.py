# SPDX-License-Identifier: GPL-3.0-only
"""libboots-from: what it exports, how it installs, and that its images are the command's."""

import base64
import hmac
import os
import re
import subprocess
import unittest
from pathlib import Path

from command import BUNDLE, URL, CommandTest, judge

BUILD = Path(os.environ["BUILD"])
SHIMS = Path(os.environ["BOOTS_FROM_OTHERS"]) / "usr/lib/shim"
FLAGS = os.environ["CFLAGS"].split()
EXAMPLE = Path(__file__).with_name("example.c")
HEADER = Path(__file__).resolve().parents[2] / "src/lib/boots-from.h"
MANUAL = HEADER.with_name("libboots-from.3")
SYMBOLS = HEADER.parents[2] / "tools/package/debian/libboots-from0.symbols"


def public_names():
    """The functions that the header declares."""
    text = HEADER.read_text().replace("\n", " ")
    parts = text.split("BF_BOOT_PUBLIC ")[1:]
    names = {part.split("(")[0].split()[-1].lstrip("*") for part in parts if "(" in part}
    return {name for name in names if name.startswith("bf_")}


def symbols(*arguments):
    status, text = judge("nm", "--defined-only", "--extern-only", *arguments)
    assert status == 0, text
    words = [line.split() for line in text.splitlines()]
    return {word[2].split("@")[0] for word in words if len(word) == 3 and word[1] != "A"}


class SymbolsTest(unittest.TestCase):
    def setUp(self):
        self.names = public_names()
        self.assertGreater(len(self.names), 15)

    def test_shared_exports_the_header(self):
        self.assertEqual(symbols("-D", BUILD / "src/lib/libboots-from.so"), self.names)

    def test_static_exports_the_header(self):
        # The sanitizers add symbols of their own.
        found = {n for n in symbols(BUILD / "src/lib/libboots-from.a") if "san" not in n}
        self.assertEqual(found, self.names)

    def test_debian_s_symbols_file_lists_the_header(self):
        text = SYMBOLS.read_text()
        self.assertEqual(set(re.findall(r"^ (bf_\w+)@LIBBOOTS_FROM_0 ", text, re.MULTILINE)), self.names)

    def test_soname(self):
        _, text = judge("readelf", "-d", BUILD / "src/lib/libboots-from.so")
        self.assertIn("soname: [libboots-from.so.0]", text)

    def test_header_stands_alone_in_c_and_is_strict(self):
        for standard in ("c99", "c17"):
            arguments = [f"-std={standard}", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]
            done = judge(os.environ["CC"], *arguments, "-fsyntax-only", "-x", "c", HEADER)
            self.assertEqual(done, (0, ""))


class ManualTest(unittest.TestCase):
    def test_options_are_the_header_s(self):
        table = HEADER.read_text().split("long options:\n", 1)[1].split("Setting an option again", 1)[0]
        options = re.findall(r"^ \*     ([a-z-]+)  ?", table, re.MULTILINE)
        self.assertGreater(len(options), 10)
        text = MANUAL.read_text().split("\ncommand's:\n", 1)[1].split("\nA\n", 1)[0]
        listed = re.sub(r'\.BR|[",.]', " ", text.replace("\\-", "-")).split()
        self.assertEqual(sorted(listed), sorted(options))


class InstalledTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.prefix = self.folder / "prefix"
        done = judge(os.environ["CMAKE"], "--install", BUILD, "--prefix", self.prefix)
        self.assertEqual(done[0], 0, done[1])

    def pkg_config(self, *arguments):
        found = next(self.prefix.rglob("boots-from.pc"))
        env = {**os.environ, "PKG_CONFIG_PATH": str(found.parent)}
        status, text = judge("pkg-config", *arguments, "boots-from", env=env)
        self.assertEqual(status, 0, text)
        return text.split()

    def compile_and_compare(self, *link):
        program = self.folder / "example"
        arguments = [*FLAGS, "-o", program, EXAMPLE, *self.pkg_config("--cflags"), *link]
        status, text = judge(os.environ["CC"], *arguments)
        self.assertEqual((status, text), (0, ""))
        library = next(self.prefix.rglob("libboots-from.so.0")).parent
        hosts = ["web1", "web2", "db.example"]
        subprocess.run(
            [program, self.folder, "http://10.0.0.1/boot/", *hosts],
            env={**os.environ, "LD_LIBRARY_PATH": str(library)},
            check=True,
        )
        for host in hosts:
            made = (self.folder / f"{host}.iso").read_bytes()
            self.assertEqual(made, self.build(f"http://10.0.0.1/boot/{host}"))

    def test_shared(self):
        self.compile_and_compare(*self.pkg_config("--libs"))

    def test_static(self):
        libs = self.pkg_config("--static", "--libs")
        at = libs.index("-lboots-from")
        libs[at] = "-l:libboots-from.a"
        self.compile_and_compare(*libs)
        _, text = judge("ldd", self.folder / "example")
        self.assertNotIn("boots-from", text)

    def test_version(self):
        """The library's, its .pc file's and the command's are one."""
        source, program = self.folder / "version.c", self.folder / "version"
        source.write_text("#include <boots-from.h>\n#include <stdio.h>\n"
                          "int main(void) { return puts(bf_boot_version()) < 0; }\n")
        done = judge(os.environ["CC"], *FLAGS, "-o", program, source, *self.pkg_config("--cflags", "--libs"))
        self.assertEqual(done, (0, ""))
        library = next(self.prefix.rglob("libboots-from.so.0")).parent
        _, text = judge(program, env={**os.environ, "LD_LIBRARY_PATH": str(library)})
        self.assertEqual([text.strip()], self.pkg_config("--modversion"))
        self.assertEqual(text.strip(), self.run_command("--version").stdout.decode().split()[1])

    def test_completions(self):
        for shell, name in (("bash", "bash-completion/completions/boots-from"),
                            ("fish", "fish/vendor_completions.d/boots-from.fish"),
                            ("zsh", "zsh/site-functions/_boots-from")):
            done = self.run_command("completion", shell)
            self.assertEqual((self.prefix / "share" / name).read_bytes(), done.stdout)

    def test_only_one_header_and_the_manual_page(self):
        names = [path.name for path in (self.prefix / "include").rglob("*")]
        self.assertEqual(names, ["boots-from.h"])
        page = next(self.prefix.rglob("libboots-from.3"))
        text = page.read_text()
        for name in public_names():
            self.assertIn(name, text)


class SameBytesTest(CommandTest):
    """Every way out of the library gives what the command writes, from many threads."""

    SETS = [
        {},
        {"arch": "bios"},
        {"arch": "x86_64,arm64", "label": "FLEET"},
        {"arch": "all", "label": "a-label.7"},
        {"prebuilt": str(BUNDLE)},
        {"ip": "10.1.0.2/24", "gateway": "10.1.0.1", "dns": "10.1.0.1"},
        {"ip": "10.1.0.2/255.255.255.0", "dns": "10.1.0.1"},
        {"vlan": "12", "nic": "52:54:00:12:34:56", "hostname": "web1"},
        {"retries": "3", "arch": "riscv64"},
        {"layout": "gpt", "arch": "x86_64,arm64"},
        {"layout": "mbr"},
        {"layout": "cd", "label": "CD"},
    ]

    def compare(self, threads, words, *arguments):
        self.build(*arguments)
        done = judge(os.environ["FOUR_WAYS"], self.folder / "boots-from.iso", threads, *words)
        self.assertEqual(done, (0, ""))

    def test_option_sets(self):
        for options in self.SETS:
            with self.subTest(options):
                words = [f"{name}={value}" for name, value in options.items()]
                self.compare(1, [f"url={URL}", *words], *[f"--{w}" for w in words], URL)

    def test_eight_threads(self):
        self.compare(8, [f"url={URL}"], URL)

    def test_trust(self):
        make = "req -x509 -newkey rsa:2048 -nodes -days 3650 -keyout key -out ca.pem -subj"
        judge("openssl", *make.split(), "/CN=Lab CA", cwd=self.folder)
        certificate = self.folder / "ca.pem"
        url = "https://10.0.0.1/boot"
        self.compare(3, [f"url={url}", f"trust={certificate}"], "--trust", certificate, url)
        both = self.folder / "both.pem"
        both.write_bytes(2 * certificate.read_bytes())
        self.compare(1, [f"url={url}", f"trust={both}#2"], "--trust", certificate, url)
        status, text = judge(os.environ["FOUR_WAYS"], self.folder / "boots-from.iso", 1,
                             f"url={url}", f"trust={both}")
        self.assertEqual(status, 1, text)
        self.assertIn("it holds 2 certificates", text)
        self.assertIn("\n  #2 CN=Lab CA: a root CA's, expires ", text)

    def test_signed(self):
        """In threads that share the key."""
        make = "req -x509 -newkey rsa:2048 -passout pass:secret -keyout key -out own.pem -subj"
        judge("openssl", *make.split(), "/CN=Own", cwd=self.folder)
        (self.folder / "passphrase").write_text("secret\n")
        files = {"sign-key": "key", "sign-cert": "own.pem", "sign-passphrase": "passphrase"}
        words = [f"{name}={self.folder / file}" for name, file in files.items()]
        options = [word for name, file in files.items() for word in (f"--{name}", self.folder / file)]
        self.compare(8, [f"url={URL}", *words], *options, URL)
        self.assertEqual(judge(os.environ["FOUR_WAYS"], self.folder / "boots-from.iso", 1, f"url={URL}", *words[:2]),
                         (1, f"four_ways: '{self.folder / 'key'}': the key is encrypted, and there is no passphrase to open "
                             "it\n"))

    @unittest.skipUnless((SHIMS / "mmx64.efi.signed").exists(), "no shim: its packages could not be had")
    def test_shim(self):
        judge("openssl", *"req -x509 -newkey rsa:2048 -nodes -keyout key -out own.pem -subj".split(), "/CN=Own",
              cwd=self.folder)
        files = {"shim": SHIMS / "shimx64.efi.signed", "mokmanager": SHIMS / "mmx64.efi.signed",
                 "sign-key": self.folder / "key", "sign-cert": self.folder / "own.pem"}
        words = [f"{name}={file}" for name, file in files.items()]
        options = [word for name, file in files.items() for word in (f"--{name}", file)]
        self.compare(4, [f"url={URL}", *words], *options, URL)
        status, text = judge(os.environ["FOUR_WAYS"], self.folder / "boots-from.iso", 1, f"url={URL}", words[1])
        self.assertEqual(status, 1)
        self.assertIn("mokmanager brings one for x86_64, and it is a shim that starts it", text)

    def test_other_ipxe(self):
        stock = Path(f"{BUNDLE}.stock/usr/lib/ipxe")
        files = [stock / "ipxe.lkrn", stock / "ipxe-riscv64.efi"]
        words = [f"ipxe={file}" for file in files]
        options = [word for file in files for word in ("--ipxe", file)]
        self.compare(2, [f"url={URL}", *words], *options, URL)

    def test_sealed_ipxe(self):
        """Signed by somebody else: in a file beside it, or with the one script that it has."""
        stock = Path(f"{BUNDLE}.stock/usr/lib/ipxe/ipxe-amd64.efi")
        make = "req -x509 -newkey rsa:2048 -nodes -keyout key -out vendor.pem -subj"
        judge("openssl", *make.split(), "/CN=Vendor", cwd=self.folder)
        done = self.run_command("-q", "--format", "efi", "-o", "filled", URL)
        self.assertEqual(done.returncode, 0, done.stderr)
        for name, program in (("stock", stock), ("filled", "filled")):
            judge("sbsign", "--key", "key", "--cert", "vendor.pem", "--output", f"{name}.efi", program, cwd=self.folder)
        brought = self.folder / "stock.efi"
        self.compare(4, [f"url={URL}", f"ipxe={brought}"], "--ipxe", brought, URL)
        brought = self.folder / "filled.efi"
        self.compare(4, [f"url={URL}", f"ipxe={brought}"], "--ipxe", brought)
        self.compare(1, [f"ipxe={brought}"], "--ipxe", brought)
        status, text = judge(os.environ["FOUR_WAYS"], self.folder / "boots-from.iso", 1, "url=http://b/",
                             f"ipxe={brought}")
        self.assertEqual(status, 1)
        self.assertIn("the signed iPXE has another script in its slot", text)

    def test_script(self):
        script = "#!ipxe\necho hello\nshell\n"
        (self.folder / "script").write_text(script)
        self.compare(2, [f"script={script}"], "--script", self.folder / "script")

    def test_large_script(self):
        script = "#!ipxe\n" + "echo hello\n" * 9000 + "shell\n"
        (self.folder / "script").write_text(script)
        self.compare(2, [f"script={script}", "script-room=99000"], "--script", self.folder / "script")
        self.compare(2, [f"url={URL}", "script-room=1M"], "--script-room", "1M", URL)

    def test_links(self):
        """The token is what hmac makes of it, and the sentences are the command's."""
        secret, expires, host = "0123456789abcdef0123456789abcdef", 1900000000, "web1"
        for settings in ([], ["url=http://192.0.2.1/a", "dns=192.0.2.1", "dns=192.0.2.2"]):
            body = b"\4" + expires.to_bytes(4, "big") + b"".join(text.encode() + b"\0" for text in settings)
            mac = hmac.digest(secret.encode(), b"boots-from link\0web1\0" + body, "sha256")
            token = base64.urlsafe_b64encode(body + mac[:16]).rstrip(b"=").decode()
            done = judge(os.environ["LINK"], secret, "http://192.0.2.9/", host, str(expires), *settings)
            self.assertEqual(done, (0, f"http://192.0.2.9/{token}/web1.iso\n"))
        for arguments, words in (((secret[:-1], "http://a", host, "1"), "31 bytes"),
                                 ((secret, "a", host, "1"), "no base for links"),
                                 ((secret, "http://a", "a/b", "1"), "no name to serve a host by"),
                                 ((secret, "http://a", host, "-1"), "before 1970"),
                                 ((secret, "http://" + "a" * 2100, host, "1"), "there is room for 2047"),
                                 ((secret, "http://a", host, "1", "ip=192.0.2.5/24"), "URL")):
            status, text = judge(os.environ["LINK"], *arguments)
            self.assertEqual((status, text.count("\n")), (1, 1), text)
            self.assertIn(words, text)

    def test_errors_are_the_command_s(self):
        (self.folder / "empty").write_bytes(b"")
        for words, expected in (
            (["url=htp://a/b"], "unknown scheme 'htp:'"),
            (["url=http://a/ b"], "column 10"),
            (["url=http://a/b", "url=http://a/b"], "given twice"),
            (["urk=http://a/b"], "did you mean url?"),
            (["arch=x86_46", "url=http://a/b"], "did you mean x86_64?"),
            (["layout=gtp", "url=http://a/b"], "did you mean gpt?"),
            (["label=", "url=http://a/b"], "the label is empty"),
            (["prebuilt=/nonexistent", "url=http://a/b"], "/nonexistent"),
            (["trust=/nonexistent", "url=http://a/b"], "/nonexistent"),
            (["url=http://a/b", "ip=10.0.0.2/24"], "without DNS"),
            (["url=http://a/b", "script=shell"], "the script says what to boot"),
            (["script=" + "x" * 9000], "the slot takes 8131: room for a larger one is made "
             "beforehand, with the option script-room"),
            (["script=" + "x" * 70000, "script-room=9K"], "the file for it takes 65475"),
            (["script-room=2M", "url=http://a/b"], "'2M' is not a size"),
            ([], "neither a URL nor a script"),
        ):
            with self.subTest(words):
                status, text = judge(
                    os.environ["FOUR_WAYS"], self.folder / "empty", 1, *words
                )
                self.assertEqual(status, 1, text)
                self.assertIn(expected, text)


if __name__ == "__main__":
    unittest.main()
