# SPDX-License-Identifier: GPL-3.0-only
"""Run a program with one of its calls failing, see tests/support/fault.c, and judge what it did."""

import collections
import errno
import os
import shutil
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

COMMAND = os.environ["BOOTS_FROM"]
LIBRARY = os.environ["FAULT_LIBRARY"]
SECONDS = 120

OLD = b"the old file"
OLD_URL = "http://old.example/boot"
NEW_URL = "http://new.example/a/longer/path?mac=${net0/mac:hexhyp}"

# A kind of call, the error it fails with, and which calls of the kind do.
Fault = collections.namedtuple("Fault", "kind error mode")

MEMORY = [Fault("alloc", errno.ENOMEM, "once")]

# What a disk does, and a system that is short of something.
REFUSALS = [
    Fault("open", errno.EMFILE, "once"),
    Fault("read", errno.EIO, "once"),
    Fault("name", errno.EIO, "once"),
    Fault("name", errno.ENOSPC, "on"),
    Fault("set", errno.EOPNOTSUPP, "once"),
    Fault("set", errno.ENOSPC, "once"),
    Fault("close", errno.EIO, "once"),
    Fault("thread", errno.EAGAIN, "on"),
    Fault("sync", errno.EIO, "once"),
    Fault("sync", errno.EIO, "on"),
    Fault("write", errno.EIO, "once"),
    Fault("write", errno.ENOSPC, "on"),
    Fault("write", errno.ENOSPC, "cut"),
    Fault("write", errno.EIO, "full"),
]

# What is no failure: the program tries again and ends as if nothing had been.
INTERRUPTIONS = [
    Fault("read", errno.EINTR, "once"),
    Fault("write", errno.EINTR, "once"),
    Fault("write", errno.EINTR, "short"),
    Fault("sync", errno.EINTR, "once"),
]


class Run(collections.namedtuple("Run", "status text is_hit library total")):
    """One run: its exit status, what it said, and what it met."""

    def crashed_in_a_library(self):
        return self.library != "own" and self.status in (-signal.SIGSEGV, -signal.SIGABRT)


class FaultTest(unittest.TestCase):
    def setUp(self):
        self.top = Path(tempfile.mkdtemp(prefix="boots-from-fault."))
        self.addCleanup(shutil.rmtree, self.top)
        self.folder = self.top / "folder"
        self.folder.mkdir()
        self.log = self.top / "log"

    def run_program(self, arguments, fault=None, number=0, stdin=b"", stdout=subprocess.DEVNULL):
        env = dict(os.environ)
        self.log.unlink(missing_ok=True)
        if fault:
            env |= {"LD_PRELOAD": LIBRARY, "FAULT_LOG": str(self.log),
                    "FAULT": f"{fault.kind}:{number}:{fault.error}:{fault.mode}"}
        done = subprocess.run(
            [str(argument) for argument in arguments], cwd=self.folder, env=env, input=stdin,
            stdout=stdout, stderr=subprocess.PIPE, timeout=SECONDS)
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        hits = [line for line in lines if line.startswith("hit ")]
        totals = [int(line.split()[1]) for line in lines if line.startswith("total ")]
        return Run(done.returncode, done.stderr.decode(errors="backslashreplace"), bool(hits),
                   hits[0].split()[2] if hits else "own", totals[0] if totals else None)

    def make_key(self):
        """A key to sign with; returns the options that say so."""
        key, certificate = self.top / "own.key", self.top / "own.pem"
        subprocess.run(["openssl", "req", "-new", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=Own", "-days",
                        "30", "-keyout", key, "-out", certificate], check=True, capture_output=True)
        key.chmod(0o600)
        return ["--sign-key", key, "--sign-cert", certificate]

    def image(self, url, *options):
        """What the program makes for a URL when nothing fails."""
        path = self.top / "image"
        run = self.run_program([COMMAND, "-q", *options, "-o", path, url])
        self.assertEqual(run.status, 0, run.text)
        return path.read_bytes()

    def every(self, faults, prepare, judge, arguments, numbers=lambda total: range(1, total + 1), **options):
        """
        Run the program for every fault and every call of its kind, or those with these numbers:
        prepare() sets the folder up, judge(fault, run) looks at what came of it. How many calls of
        each kind there are is left in self.totals.
        """
        self.totals = {}
        crashes = collections.Counter()
        for fault in faults:
            prepare()
            total = self.run_program(arguments, fault, 0, **options).total
            self.totals[fault.kind] = total
            for number in numbers(total):
                with self.subTest(fault, number=number):
                    prepare()
                    run = self.run_program(arguments, fault, number, **options)
                    if run.crashed_in_a_library():
                        crashes[run.library] += 1
                    judge(fault, run)
        for library, n in crashes.items():
            print(f"{self.id()}: {n} of {self.totals['alloc']} crashed inside {library}")

    def assert_told(self, run, program="boots-from"):
        """The status is one that the program knows, and a failure is one sentence."""
        if run.crashed_in_a_library():
            return
        self.assertIn(run.status, (0, 1), run.text)
        if run.status == 0:
            self.assertEqual(run.text, "")
            return
        self.assertTrue(run.text.startswith(f"{program}: "), run.text)
        self.assertEqual(run.text.count("\n"), 1, run.text)
        self.assertTrue(run.text.isascii() and run.text[:-1].isprintable(), run.text)

    def assert_folder_holds(self, *names):
        self.assertEqual(sorted(os.listdir(self.folder)), sorted(names))

    def replacing(self, path, new):
        """prepare() and judge() for a program that writes new over an old file, all or nothing."""
        def prepare():
            path.unlink(missing_ok=True)
            path.write_bytes(OLD)

        def judge(_, run):
            self.assert_told(run)
            after = path.read_bytes()
            self.assertTrue(after in (OLD, new), "the file is neither old nor new")
            if run.status == 0:
                self.assertTrue(after == new, "it is not what the status says")
            self.assert_folder_holds(path.name)

        return prepare, judge
