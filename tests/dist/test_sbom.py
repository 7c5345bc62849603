# SPDX-License-Identifier: GPL-3.0-only
"""tools/dist/sbom: complete, without loose ends, and SPDX in the eyes of others."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from license_expression import get_spdx_licensing

TOP = Path(__file__).resolve().parents[2]
BUNDLE = Path(os.environ["BOOTS_FROM_BUNDLE"])
# As tools/dist/libraries.lock, with what has to be percent-encoded.
LIBRARIES = f"""# Columns: package, suite, version, sha256.
libcsv trixie 3.0.3+dfsg-6 {'1' * 64}
openssl trixie 3.5.7-1~deb13u2 {'2' * 64}
zlib trixie 1:1.3.dfsg+really1.3.1-1 {'3' * 64}
"""
VERSION = re.search(r"project\(boots-from VERSION (\S+)", (TOP / "CMakeLists.txt").read_text()).group(1)
SECONDS = 120
ZEROS = "0" * 64


def run(*arguments, **options):
    done = subprocess.run([*map(str, arguments)], capture_output=True, timeout=SECONDS, check=False, **options)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


class SbomTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="boots-from-dist.")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.programs = [self.folder / f"boots-from-{arch}" for arch in ("x86_64", "arm64")]
        for program in self.programs:
            program.write_text(program.name)
        self.bundle = self.folder / "bundle"
        self.bundle.mkdir()
        shutil.copy(BUNDLE / "MANIFEST", self.bundle)
        self.lock = self.folder / "libraries.lock"
        self.lock.write_text(LIBRARIES)

    def sbom(self, *arguments, **options):
        arguments = arguments or (self.bundle, self.lock, *self.programs)
        return run(TOP / "tools/dist/sbom", *arguments, **options)

    def document(self, *arguments, **options):
        status, text, error = self.sbom(*arguments, **options)
        self.assertEqual((status, error), (0, ""))
        return json.loads(text)

    def packages(self, *arguments):
        return {one["SPDXID"]: one for one in self.document(*arguments)["packages"]}

    def test_every_package_is_complete(self):
        licensing = get_spdx_licensing()
        packages = self.packages()
        self.assertGreater(len(packages), 10)
        for one in packages.values():
            with self.subTest(one["SPDXID"]):
                self.assertRegex(one["SPDXID"], r"^SPDXRef-[A-Za-z0-9.-]+$")
                self.assertRegex(one["versionInfo"], r"^[\w.+:~-]+$")
                self.assertRegex(one["checksums"][0]["checksumValue"], r"^[0-9a-f]{64}$")
                for kind in ("licenseConcluded", "licenseDeclared"):
                    found = licensing.validate(one[kind], strict=True)
                    self.assertEqual((found.errors, found.normalized_expression), ([], one[kind]))

    def test_what_is_inside(self):
        packages = self.packages()
        hashes = {(one["name"], one["versionInfo"], one["checksums"][0]["checksumValue"])
                  for one in packages.values()}
        wanted = {("boots-from", VERSION, hashlib.sha256(program.read_bytes()).hexdigest())
                  for program in self.programs}
        manifest = (BUNDLE / "MANIFEST").read_bytes()
        digest = hashlib.sha256(manifest).hexdigest()
        wanted.add(("boots-from-bundle", digest[:16], digest))
        versions = dict(re.findall(r"(?m)^package (\S+) (\S+)", manifest.decode()))
        for sha256, name in re.findall(r"(?m)^input (\S+) \S+ (\S+)", manifest.decode()):
            origin = {"isolinux.bin": "isolinux", "isohdpfx.bin": "isolinux", "ldlinux.c32": "syslinux-common"}
            name = origin.get(name, "ipxe")
            wanted.add((name, versions[name], sha256))
        for line in LIBRARIES.splitlines():
            if not line.startswith("#"):
                name, _, version, sha256 = line.split()
                wanted.add((name, version, sha256))
        self.assertEqual(hashes, wanted)
        self.assertEqual(len(packages), len(wanted))

    def test_libraries_of_the_executables(self):
        """A licence is known for each of those that are linked with today."""
        lock = TOP / "tools/dist/libraries.lock"
        wanted = [line.split()[0] for line in lock.read_text().splitlines() if not line.startswith("#")]
        document = self.document(self.bundle, lock, *self.programs)
        names = {one["SPDXID"]: one["name"] for one in document["packages"]}
        for program in self.programs:
            linked = [names[relation["relatedSpdxElement"]] for relation in document["relationships"]
                      if relation["relationshipType"] == "STATIC_LINK"
                      and relation["spdxElementId"] == f"SPDXRef-{program.name.replace('_', '-')}"]
            self.assertEqual(linked, wanted)

    def test_modules_of_the_pages(self):
        """Are inside each where they are beside the bundle, and one has libcrypto."""
        for name in ("boots-from.wasm", "certificates.wasm"):
            (self.bundle / name).write_bytes(b"\0asm" + name.encode())
        document = self.document()
        holders = [relation["spdxElementId"] for relation in document["relationships"]
                   if relation["relatedSpdxElement"] == "SPDXRef-boots-from.wasm"]
        self.assertEqual(holders, ["SPDXRef-boots-from-x86-64", "SPDXRef-boots-from-arm64"])
        hashes = {one["packageFileName"]: one["checksums"][0]["checksumValue"]
                  for one in document["packages"] if one["name"] == "boots-from"}
        self.assertEqual(hashes["boots-from.wasm"], hashlib.sha256(b"\0asmboots-from.wasm").hexdigest())
        versions = {one["SPDXID"]: (one["name"], one["versionInfo"]) for one in document["packages"]}
        rows = [row.split()[::2] for row in (TOP / "src/wasi/libraries.lock").read_text().splitlines()
                if not row.startswith("#")]
        for name, is_with in (("boots-from.wasm", False), ("certificates.wasm", True)):
            linked = {versions[relation["relatedSpdxElement"]] for relation in document["relationships"]
                      if relation["spdxElementId"] == f"SPDXRef-{name}"}
            self.assertEqual(linked, {tuple(row) for row in rows if (row[0] == "openssl") == is_with})

    def test_relationships(self):
        """All lead to something that is there, and the document to everything."""
        document = self.document()
        reached, known = {"SPDXRef-DOCUMENT"}, {one["SPDXID"] for one in document["packages"]}
        for relation in document["relationships"]:
            self.assertIn(relation["spdxElementId"], reached)
            reached.add(relation["relatedSpdxElement"])
        self.assertEqual(reached, known | {"SPDXRef-DOCUMENT"})
        self.assertEqual({relation["relationshipType"] for relation in document["relationships"]},
                         {"DESCRIBES", "CONTAINS", "STATIC_LINK"})

    def test_judge(self):
        """Debian has one from forky on."""
        judge = shutil.which("pyspdxtools")
        if not judge:
            self.skipTest("this release of Debian has no pyspdxtools")
        path = self.folder / "sbom.json"
        path.write_text(self.sbom()[1])
        status, out, error = run(judge, "--infile", path)
        self.assertEqual(status, 0, out + error)
        path.write_text(path.read_text().replace("SPDXRef-bundle", "SPDXRef-nothing", 1))
        self.assertNotEqual(run(judge, "--infile", path)[0], 0)

    def test_same_bytes(self):
        first = self.sbom(env={**os.environ, "SOURCE_DATE_EPOCH": "1795651200"})
        again = self.sbom(env={**os.environ, "SOURCE_DATE_EPOCH": "1795651200", "TZ": "Asia/Tokyo"}, cwd="/")
        self.assertEqual(first, again)
        self.assertEqual(json.loads(first[1])["creationInfo"]["created"], "2026-11-26T00:00:00Z")

    def test_other_contents_have_another_name(self):
        names = {self.document()["documentNamespace"], self.document()["documentNamespace"]}
        self.programs[0].write_text("other")
        names.add(self.document()["documentNamespace"])
        self.assertEqual(len(names), 2)

    def test_locators_of_packages(self):
        """Nothing but a package URL's own characters is left as it is."""
        locators = [one["externalRefs"][0]["referenceLocator"] for one in self.packages().values()
                    if "externalRefs" in one]
        self.assertGreater(len(locators), 9)
        for locator in locators:
            self.assertRegex(locator, r"^pkg:deb/debian/[a-z0-9-]+@([\w.~-]|%[0-9A-F]{2})+\?(arch=source&)?distro=\w+$")

    def refused(self, words, *arguments, status=1, **options):
        found, text, error = self.sbom(*arguments, **options)
        self.assertEqual((found, text, error.count("\n")), (status, "", 1), error)
        self.assertIn(words, error)

    def test_refused_locks(self):
        for text, words in ((f"zlib trixie 1.3 {ZEROS[1:]}\n", "line 1 is not package"),
                            (f"# one\n\nzlib 1.3 {ZEROS}\n", "line 3 is not package"),
                            (f"libnew trixie 1 {ZEROS}\n", "licence of 'libnew' is not known"),
                            (f"zlib trixie 1 {ZEROS}\n" * 2, "two have the name"),
                            ("#" * 70000, "is larger than")):
            with self.subTest(words):
                self.lock.write_text(text)
                self.refused(words)
        self.lock.unlink()
        self.refused("libraries.lock")

    def test_refused_bundles(self):
        manifest = self.bundle / "MANIFEST"
        text = manifest.read_text()
        for changed, words in ((re.sub("(?m)^package isolinux .*\n", "", text), "which package"),
                               (f"{text}input {ZEROS} 1 nobody.s\n", "which package 'nobody.s' is from"),
                               (f"{text}input 00 1 ipxe.lkrn\n", "is not understood"),
                               (f"{text}input {ZEROS} 1 ipxe.lkrn\n", "two have the name")):
            with self.subTest(words):
                manifest.write_text(changed)
                self.refused(words)
        manifest.unlink()
        self.refused("MANIFEST")

    def test_refused_words(self):
        self.refused("usage: ", self.bundle, self.lock, status=2)
        self.refused("nowhere", self.bundle, self.lock, self.folder / "nowhere")
        self.refused("SOURCE_DATE_EPOCH is 'today'", env={**os.environ, "SOURCE_DATE_EPOCH": "today"})


if __name__ == "__main__":
    unittest.main()
