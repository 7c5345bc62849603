# SPDX-License-Identifier: GPL-3.0-only
"""A release's packages: in a minimal installation of that release, and in the chroot that they
were built in, which has what programs are compiled with, arm64's libraries and qemu-user.

lintian has looked at them, and dpkg-gensymbols at the library, when they were built.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
COMMAND = os.environ["BOOTS_FROM"]
SUITE = os.environ["SUITE"]
PACKAGES = Path(os.environ["PACKAGES"])
BUILT_IN = Path(os.environ["CHROOTS"]) / SUITE
TRIPLETS = {"amd64": "x86_64-linux-gnu", "arm64": "aarch64-linux-gnu"}
NAMES = ("boots-from", "libboots-from0", "libboots-from-dev")
CONFIGURATION = "etc/default/boots-from"
UNITS = ("boots-from.service", "boots-from.socket")
# Of dpkg, apt and the loader, or not of the installation at all.
PASSING = ("dev", "proc", "root", "run", "sys", "tmp", "etc/ld.so.cache", "var/cache", "var/lib/apt",
           "var/lib/dpkg", "var/log")
# In the chroot that they were built in: the commands of the README, for sources of the same commit.
AGAIN = """
dpkg --extract "/root/packages/$1" /root/try/made
export SOURCE_DATE_EPOCH=$(zcat /root/try/made/usr/share/doc/boots-from/changelog.Debian.gz |
    dpkg-parsechangelog --file - --show-field Timestamp)
commit=$(/root/try/made/usr/bin/boots-from --version | sed -n '1s/.*(\\(.*\\)).*/\\1/p')
cd /root/try/again
cmake --preset release -DBF_WEB=OFF -DBF_STATIC_LIBS=OFF -DBF_BUNDLE=/root/bundle -DBF_COMMIT="$commit"
cmake --build --preset release --target package
"""
SECONDS = 1500
SKIP = 77


def run(*arguments, **options):
    """What it prints; it must work."""
    done = subprocess.run([str(argument) for argument in arguments], stdout=subprocess.PIPE, check=False,
                          stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=SECONDS, **options)
    text = done.stdout.decode(errors="replace")
    if done.returncode:
        raise AssertionError(f"{arguments}: {text[-4000:]}")
    return text


def enter(root, *arguments):
    return run(TOP / "tools/dist/in-chroot", root, "env", "DEBIAN_FRONTEND=noninteractive", *arguments)


def package(name, architecture):
    (found,) = PACKAGES.glob(f"{name}_*_{architecture}.deb")
    return found


def field(file, name):
    return run("dpkg-deb", "--field", file, name).strip()


def make_older(deb, folder):
    """The same package with a lower version and other defaults."""
    tree, older = folder / "tree", folder / f"older-{deb.name.split('_')[0]}.deb"
    run("dpkg-deb", "--raw-extract", deb, tree)
    control = tree / "DEBIAN/control"
    control.write_text(re.sub(r"(?m)^Version: .*$", "Version: 0.1.0-0", control.read_text()))
    (tree / CONFIGURATION).write_text("# An older default\nBOOTS_FROM_ARGS=\n")
    run("dpkg-deb", "--root-owner-group", "--build", tree, older)
    shutil.rmtree(tree)
    return older


class FilesTest(unittest.TestCase):
    def test_names_versions_and_fields(self):
        versions = {field(deb, "Version") for deb in PACKAGES.glob("*.deb")}
        self.assertEqual(len(list(PACKAGES.glob("*.deb"))), len(NAMES) * len(TRIPLETS))
        self.assertEqual(len(versions), 1)
        release = re.search(r'^VERSION_ID="(.*)"', (BUILT_IN / "etc/os-release").read_text(), re.MULTILINE)[1]
        version = versions.pop()
        self.assertRegex(version, rf"^[0-9.]+-1~deb{release}u1$")
        run("dpkg", "--compare-versions", version, "lt", version.replace(f"deb{release}", f"deb{int(release) + 1}"))
        run("dpkg", "--compare-versions", version, "lt", version.split("~")[0])
        for architecture in TRIPLETS:
            together = [field(package(name, architecture), "Multi-Arch") for name in NAMES]
            self.assertEqual(together, ["foreign", "same", "same"])
            self.assertIn("libssl3", field(package("boots-from", architecture), "Depends"))
            self.assertNotIn("microhttpd", field(package("boots-from", architecture), "Depends"))
            self.assertIn("libmicrohttpd12", field(package("boots-from", architecture), "Recommends"))

    def test_what_is_of_both_architectures_is_the_same(self):
        """Packages that are installed beside each other share these files."""
        for name in NAMES:
            with tempfile.TemporaryDirectory() as folder:
                shared = []
                for architecture, triplet in TRIPLETS.items():
                    root = Path(folder) / architecture
                    run("dpkg-deb", "--extract", package(name, architecture), root)
                    shared.append({path.relative_to(root): path.read_bytes() for path in root.rglob("*")
                                   if path.is_file() and triplet not in str(path) and path.parent.name != "bin"})
                self.assertEqual(*shared)
                self.assertGreater(len(shared[0]), 2)

    def test_bundle_that_is_none(self):
        """A folder that was meant to be something else is not copied."""
        for tool in ("tools/dist/debian-packages", "tools/package/make-packages"):
            with tempfile.TemporaryDirectory() as folder:
                done = subprocess.run([TOP / tool, folder, f"{folder}/out"], stderr=subprocess.PIPE, check=False)
                self.assertEqual(done.returncode, 1)
                self.assertIn(b"is no bundle: it has no MANIFEST", done.stderr)
                self.assertFalse(Path(folder, "out").exists())

    def test_owned_by_root_and_without_paths_of_the_build(self):
        for deb in PACKAGES.glob("*.deb"):
            listing = run("dpkg-deb", "--contents", deb).splitlines()
            self.assertEqual({line.split()[1] for line in listing}, {"root/root"})
            with tempfile.TemporaryDirectory() as folder:
                run("dpkg-deb", "--raw-extract", deb, folder)
                for path in Path(folder).rglob("*"):
                    if path.is_file():
                        self.assertNotRegex(path.read_bytes(), rb"/tmp/tmp\.|/root/boots-from", path)


class InstallTest(unittest.TestCase):
    """What an administrator does, in a minimal installation."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="boots-from-packages.")
        cls.addClassCleanup(folder.cleanup)
        cls.root = Path(folder.name) / SUITE
        cls.deb = package("boots-from", "amd64")
        run(TOP / "tools/dist/make-chroot", SUITE, cls.root)
        enter(cls.root, "apt-get", "-qq", "update")
        for relation in ("Depends", "Recommends"):
            enter(cls.root, "apt-get", "-qq", "satisfy", "--yes", "--no-install-recommends",
                  field(cls.deb, relation))
        shutil.copy(Path(__file__).with_name("systemctl"), cls.root / "usr/bin/systemctl")
        (cls.root / "run/systemd/system").mkdir(parents=True)
        (cls.root / "run/active").mkdir()
        shutil.copy(cls.deb, cls.root / "root/boots-from.deb")
        shutil.copy(make_older(cls.deb, Path(folder.name)), cls.root / "root/older.deb")
        cls.before = cls.listing()

    @classmethod
    def listing(cls):
        found = run("find", cls.root, "-mindepth", "1", "-printf", "%P\\n").splitlines()
        return {name for name in found if not any(f"{name}/".startswith(f"{top}/") for top in PASSING)}

    def setUp(self):
        self.configuration = self.root / CONFIGURATION
        self.addCleanup(self.dpkg, "--purge", "boots-from")

    def dpkg(self, *arguments):
        enter(self.root, "dpkg", *arguments)

    def install(self, name):
        self.asked = []
        (self.root / "run/systemctl.log").write_text("")
        self.dpkg("--force-confdef", "--install", f"/root/{name}.deb")
        for line in (self.root / "run/systemctl.log").read_text().splitlines():
            self.asked.append(" ".join(word for word in line.split() if word not in ("--system", "--quiet")))

    def started(self):
        return [line for line in self.asked if re.match("(re|try-re)?start ", line)]

    def test_installed(self):
        self.install("boots-from")
        text = enter(self.root, "sh", "-c", "cd /tmp && boots-from -q http://192.0.2.1/boot && boots-from --version")
        self.assertIn(field(self.deb, "Version").split("-")[0], text)
        ours = run(COMMAND, "-q", "-o", self.root / "tmp/ours.iso", "http://192.0.2.1/boot")
        self.assertEqual(ours, "")
        self.assertEqual((self.root / "tmp/boots-from.iso").read_bytes(), (self.root / "tmp/ours.iso").read_bytes())
        unit = next(path for path in self.root.glob("*lib/systemd/system/boots-from.service"))
        self.assertIn("ExecStart=/usr/bin/boots-from serve", unit.read_text())
        self.assertIn("EnvironmentFile=/" + CONFIGURATION, unit.read_text())
        version = enter(self.root, "dpkg-query", "--show", "--showformat", "${Version}", "libsystemd0")
        kind = "notify-reload" if int(version.split(".")[0]) >= 253 else "notify"
        self.assertIn(f"Type={kind}\n", unit.read_text())

    def test_what_serve_loads_is_recommended(self):
        self.assertIn("libmicrohttpd.so.12 ", enter(self.root, "ldconfig", "--print-cache"))

    def test_the_service_is_the_administrator_s(self):
        self.install("boots-from")
        self.assertIn("daemon-reload", self.asked)
        self.assertEqual(self.started(), [])
        self.assertEqual([path for path in self.listing() if re.match(r"etc/systemd/.*boots-from", path)], [])

        # An upgrade does not change that, nor start anything.
        self.install("older")
        self.install("boots-from")
        self.assertEqual(self.started(), [])

    def test_what_runs_is_restarted_by_an_upgrade(self):
        self.install("older")
        wants = self.root / "etc/systemd/system/sockets.target.wants"
        wants.mkdir(parents=True, exist_ok=True)
        (wants / UNITS[1]).symlink_to(f"/lib/systemd/system/{UNITS[1]}")
        for unit in UNITS:
            (self.root / "run/active" / unit).touch()
            self.addCleanup((self.root / "run/active" / unit).unlink)
        self.install("boots-from")
        self.assertEqual(self.started(), [f"restart {' '.join(UNITS)}"])
        self.assertTrue((wants / UNITS[1]).is_symlink())

        # A package that goes stops it.
        log = self.root / "run/systemctl.log"
        self.dpkg("--remove", "boots-from")
        self.assertIn(f"stop {' '.join(UNITS)}", log.read_text())
        self.dpkg("--purge", "boots-from")
        self.assertFalse((wants / UNITS[1]).is_symlink())

    def test_edited_configuration(self):
        self.install("older")
        self.install("boots-from")
        self.assertIn("SERVING IMAGES", self.configuration.read_text())

        self.install("older")
        self.assertIn("An older default", self.configuration.read_text())
        edited = "BOOTS_FROM_ARGS=http://192.0.2.1/{host}\n"
        self.configuration.write_text(edited)
        self.install("boots-from")
        self.assertEqual(self.configuration.read_text(), edited)
        self.dpkg("--remove", "boots-from")
        self.assertEqual(self.configuration.read_text(), edited)
        self.assertFalse((self.root / "usr/bin/boots-from").exists())

    def test_nothing_is_left(self):
        self.install("older")
        self.configuration.write_text("BOOTS_FROM_ARGS=\n# edited\n")
        self.install("boots-from")
        self.dpkg("--remove", "boots-from")
        self.dpkg("--purge", "boots-from")
        self.assertEqual(self.listing() ^ self.before, set())


class DevelopmentTest(unittest.TestCase):
    """Both architectures' library and program side by side, where their compilers are."""

    @classmethod
    def setUpClass(cls):
        work = BUILT_IN / "root/try"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        cls.work = work
        for architecture in TRIPLETS:
            for name in NAMES[1:]:
                shutil.copy(package(name, architecture), work)
        # What they depend on is there, or this fails.
        enter(BUILT_IN, "sh", "-c", "dpkg --install /root/try/*.deb")
        for host in ("web1", "web2"):
            run(COMMAND, "-q", "-o", work / f"{host}.ours", f"http://192.0.2.1/{host}")

    def example(self, architecture, *link):
        """It writes what the command does."""
        triplet = TRIPLETS[architecture]
        script = (f"cd /root/try && export PKG_CONFIG_PATH=/usr/lib/{triplet}/pkgconfig && "
                  f"{triplet}-gcc -o {architecture} /usr/share/doc/libboots-from-dev/examples/example.c "
                  f"$(pkg-config --cflags --libs boots-from) {' '.join(link)} && "
                  f"rm -f *.iso && {'qemu-aarch64 ' if architecture == 'arm64' else ''}./{architecture} . "
                  "http://192.0.2.1/ web1 web2")
        self.assertEqual(enter(BUILT_IN, "sh", "-c", script), "")
        for host in ("web1", "web2"):
            self.assertEqual((self.work / f"{host}.iso").read_bytes(), (self.work / f"{host}.ours").read_bytes())

    def test_compile_and_run(self):
        for architecture in TRIPLETS:
            with self.subTest(architecture):
                self.example(architecture)

    def test_target_package_elsewhere(self):
        """What the README says, in another folder and at another time, gives the same bytes."""
        if f"VERSION_CODENAME={SUITE}\n" not in Path("/etc/os-release").read_text():
            self.skipTest("once is enough, for the release of this machine")
        shutil.copytree(BUILT_IN / "root/boots-from", self.work / "again")
        (self.work / "again.sh").write_text(AGAIN)
        enter(BUILT_IN, "sh", "-eu", "/root/try/again.sh", package("boots-from", "amd64").name)
        made = sorted((self.work / "again/build/release/packages").glob("*.deb"))
        self.assertEqual([deb.name for deb in made], sorted(package(name, "amd64").name for name in NAMES))
        for deb in made:
            self.assertEqual(deb.read_bytes(), (PACKAGES / deb.name).read_bytes(), deb.name)

    def test_program_of_the_other_architecture(self):
        enter(BUILT_IN, "dpkg", "--unpack", f"/root/packages/{package('boots-from', 'arm64').name}")
        script = "cd /root/try && qemu-aarch64 /usr/bin/boots-from -q -o arm64.iso http://192.0.2.1/web1"
        self.assertEqual(enter(BUILT_IN, "sh", "-c", script), "")
        self.assertEqual((self.work / "arm64.iso").read_bytes(), (self.work / "web1.ours").read_bytes())


if __name__ == "__main__":
    if os.geteuid():
        print("skipped: not root")
        sys.exit(SKIP)
    unittest.main()
