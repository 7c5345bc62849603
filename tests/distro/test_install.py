# SPDX-License-Identifier: GPL-3.0-only
"""From the source tarball to an installed program, on a machine without network or git."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
COMMAND = Path(os.environ["BOOTS_FROM"])
BUNDLE = Path(os.environ["BOOTS_FROM_BUNDLE"])
DEB = Path(os.environ["IPXE_DEB"])
CMAKE = os.environ["CMAKE"]
URL = "http://192.0.2.1/boot"
SECONDS = 1500

# What is installed, below the prefix.
INSTALLED = """bin/boots-from include/boots-from.h share/man/man1/boots-from.1 share/man/man3/libboots-from.3
share/man/man7/boots-from-secure-boot.7
share/bash-completion/completions/boots-from share/fish/vendor_completions.d/boots-from.fish
share/zsh/site-functions/_boots-from lib/systemd/system/boots-from.service
lib/systemd/system/boots-from.socket""".split()


def run(*arguments, **options):
    """Its own, empty network: nothing can be fetched. Returns status and output."""
    done = subprocess.run(["unshare", "--net", *map(str, arguments)], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=SECONDS, check=False, **options)
    return done.returncode, done.stdout.decode(errors="replace")


def commit_of_the_tree():
    """HEAD, or a commit that no branch has with what is changed."""
    names = {f"GIT_{who}_{what}": "x" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    made = subprocess.run(["git", "-C", TOP, "stash", "create"], env={**os.environ, **names},
                          stdout=subprocess.PIPE, check=True).stdout.decode().strip()
    return subprocess.run(["git", "-C", TOP, "rev-parse", made or "HEAD"], stdout=subprocess.PIPE,
                          check=True).stdout.decode().strip()


class InstallTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="boots-from-install.")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.commit = commit_of_the_tree()
        made = subprocess.run([TOP / "tools/dist/source-tarball", cls.folder, cls.commit],
                              stdout=subprocess.PIPE, check=True).stdout.decode().strip()
        subprocess.run(["tar", "-C", cls.folder, "-xf", made], check=True)
        cls.tree = Path(made.removesuffix(".tar.xz"))
        os.environ["CCACHE_BASEDIR"] = str(cls.tree)  # if the compiler is run by it, as in tools/check
        (cls.tree / "build/download").mkdir(parents=True)
        for name in (DEB, DEB.with_name("ipxe.deb.origin")):
            shutil.copyfile(name, cls.tree / "build/download" / name.name)
        shutil.copytree(DEB.with_name("web-sources"), cls.tree / "build/download/web-sources")

    def done(self, *arguments, **options):
        status, text = run(*arguments, **options)
        self.assertEqual(status, 0, text[-4000:])
        return text

    def files(self, root):
        return {path.relative_to(root) for path in root.rglob("*") if not path.is_dir()}

    def test_quickstart_after_it_failed(self):
        """A library that was missing is found when it is there."""
        quickstart = [self.tree / "tools/quickstart", "-q", "-o", self.folder / "quick.iso", URL]
        status, text = run(*quickstart, env={**os.environ, "PKG_CONFIG_LIBDIR": "/nonexistent"})
        self.assertNotEqual(status, 0)
        self.assertIn("libisofs-1", text)
        self.done(*quickstart)
        version = self.done(self.tree / "build/release/src/boots-from", "--version").splitlines()[0]
        self.assertRegex(version, rf"^boots-from .* \({self.commit[:12]}\)$")
        subprocess.run([COMMAND, "-q", "-o", self.folder / "ours.iso", URL], check=True)
        self.assertEqual((self.folder / "quick.iso").read_bytes(), (self.folder / "ours.iso").read_bytes())

        build = self.tree / "build/release"
        self.done(CMAKE, "--install", build, "--prefix", self.folder / "prefix")
        installed = self.files(self.folder / "prefix")
        self.assertEqual({name for name in INSTALLED if Path(name) not in installed}, set())
        self.done(CMAKE, "--install", build, env={**os.environ, "DESTDIR": str(self.folder / "stage")})
        self.assertEqual(self.files(self.folder / "stage/usr/local"), installed)
        self.done(self.folder / "stage/usr/local/bin/boots-from", "-q", "-o", self.folder / "staged.iso", URL)
        self.assertEqual((self.folder / "staged.iso").read_bytes(), (self.folder / "ours.iso").read_bytes())

    def test_package_at_hand(self):
        build = self.folder / "at-hand"
        self.done(CMAKE, "-G", "Ninja", "-S", self.tree, "-B", build, f"-DIPXE_DEB={DEB}", "-DBUILD_TESTING=OFF")
        self.done(CMAKE, "--build", build, "--target", "bundle")
        self.assertEqual((build / "bundle/MANIFEST").read_bytes(), (BUNDLE / "MANIFEST").read_bytes())

    def test_other_package_at_hand(self):
        other = self.folder / "other.deb"
        other.write_bytes(DEB.read_bytes() + b"\0")
        build = self.folder / "other"
        self.done(CMAKE, "-G", "Ninja", "-S", self.tree, "-B", build, f"-DIPXE_DEB={other}", "-DBUILD_TESTING=OFF")
        status, text = run(CMAKE, "--build", build, "--target", "bundle")
        self.assertNotEqual(status, 0)
        self.assertIn("sha256 is", text)

    def configured_with(self, bundle):
        """A build folder, where nothing is needed that makes a bundle."""
        build = self.folder / "bundled"
        self.done(CMAKE, "--fresh", "-G", "Ninja", "-S", self.tree, "-B", build, f"-DBF_BUNDLE={bundle}", "-DBUILD_TESTING=OFF")
        self.assertNotIn("BF_CLANG", (build / "CMakeCache.txt").read_text())
        return build

    def test_bundle_at_hand(self):
        build = self.configured_with(BUNDLE)
        self.done(CMAKE, "--build", build)
        self.assertFalse(list(build.rglob("*.deb")) + list(build.rglob("prebuilt/stub/*.stub")))
        for program, name in ((build / "src/boots-from", "bundled.iso"), (COMMAND, "made.iso")):
            subprocess.run([program, "-q", "-o", self.folder / name, URL], check=True)
        self.assertEqual((self.folder / "bundled.iso").read_bytes(), (self.folder / "made.iso").read_bytes())

    def other_bundle(self):
        shutil.rmtree(self.folder / "other-bundle", ignore_errors=True)
        return Path(shutil.copytree(BUNDLE, self.folder / "other-bundle"))

    def test_bundle_that_is_damaged(self):
        bundle = self.other_bundle()
        with open(bundle / "isolinux.bin", "ab") as file:
            file.write(b"\0")
        status, text = run(CMAKE, "--build", self.configured_with(bundle), "--target", "bundle")
        self.assertNotEqual(status, 0)
        self.assertIn("isolinux.bin: FAILED", text)

    def test_bundle_that_is_not_there(self):
        status, text = run(CMAKE, "-G", "Ninja", "-S", self.tree, "-B", self.folder / "no", "-DBF_BUNDLE=/nobody", "-DBUILD_TESTING=OFF")
        self.assertNotEqual(status, 0)
        self.assertIn("/nobody has no MANIFEST", text)

    def test_bundle_and_tests(self):
        status, text = run(CMAKE, "-G", "Ninja", "-S", self.tree, "-B", self.folder / "both", f"-DBF_BUNDLE={BUNDLE}")
        self.assertNotEqual(status, 0)
        self.assertIn("-DBUILD_TESTING=OFF", text)

    def test_no_package_and_no_network(self):
        build = self.folder / "none"
        self.done(CMAKE, "-G", "Ninja", "-S", self.tree, "-B", build, "-DBUILD_TESTING=OFF")
        status, text = run(CMAKE, "--build", build, "--target", "bundle")
        self.assertNotEqual(status, 0)
        self.assertIn("-DIPXE_DEB=FILE", text)


if __name__ == "__main__":
    unittest.main()
