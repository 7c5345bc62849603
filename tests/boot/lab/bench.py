# SPDX-License-Identifier: GPL-3.0-only
"""What a row works with: the command under test, a folder, servers and a machine."""

import contextlib
import json
import secrets
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lab import machine
from lab.monitor import Monitor, resume_options
from lab.outcome import Failure
from lab.process import Process, require
from lab.serial import PROMPT, Console, readable


@dataclass(frozen=True)
class Row:
    """One boot test: what is booted, and a function of the lab that plays the test."""

    name: str
    target: machine.Target
    play: Callable

    @property
    def seconds(self):
        return self.target.platform.seconds


class Guest:
    """A running machine."""

    def __init__(self, process, console, monitor):
        self.process = process
        self.console = console
        self._monitor = monitor

    def expect(self, *texts):
        """Waits for one of the texts and returns the one that comes first.

        A shell prompt in its place means that the boot went wrong.
        """
        return self.console.expect(*texts, unless=PROMPT)

    def type_command(self, command):
        """Types a command at iPXE's prompt, which may still have to come."""
        self.console.expect(PROMPT)
        self.console.type(command)

    def expect_shell(self):
        """Proves that there is an iPXE shell which takes a command and answers it."""
        # A setting is typed and its value comes back: the echo of the typing cannot pass for it.
        self.type_command("echo ${net0/mac:hexhyp}")
        self.console.expect(machine.MAC.replace(":", "-"))

    def begin(self, nics):
        """Unplugs what is not plugged in at first, and lets the machine run."""
        self._monitor.accept()
        for index, nic in enumerate(nics):
            if not nic.plugged:
                self._set_link(index, False)
        self._monitor.run("cont")

    def plug(self, index):
        """Plugs the cable of a card in."""
        self._set_link(index, True)

    def _set_link(self, index, up):
        self._monitor.run("set_link", name=machine.nic_name(index), up=up)

    def wait_off(self):
        self.console.drain()
        status = self.process.wait()
        if status != 0:
            raise Failure(f"QEMU ended with status {status}, see {self.process.log}")

    def save(self, file):
        """Switches the machine off, as it is now, for Lab.boot() to go on with."""
        self._monitor.save(file)
        self.stop()

    def cut_power(self):
        """Ends the machine at once: what it had in its memory is lost."""
        self.process.kill()
        self.console.drain()

    def stop(self):
        self.process.stop()
        self.console.close()
        self._monitor.close()


class Lab(contextlib.ExitStack):
    """One row's bench.  Leaving it stops the machine and the servers, last started first."""

    def __init__(self, row, command, folder):
        super().__init__()
        self.target = row.target
        self.folder = folder
        self.nonce = secrets.token_hex(8)
        self.program = command
        self._deadline = time.monotonic() + row.seconds

    def make_folder(self, name):
        folder = self.folder / name
        folder.mkdir()
        return folder

    def start(self, server):
        """Starts a server and returns it when it answers."""
        self.callback(server.stop)
        server.start(self)
        return server

    def arrival(self):
        """A script that says it has arrived, in words no URL contains, and switches off.

        The sleep lets the serial port deliver what is printed before the machine is gone.
        """
        off = self.target.platform.off
        return f"#!ipxe\necho {self.arrival_text}\n{off}\n"

    @property
    def arrival_text(self):
        return f"<{self.nonce}> has arrived"

    def command(self, *arguments):
        """Runs the command under test, which must work."""
        words = [self.program, *arguments]
        result = subprocess.run(words, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise Failure(f"{' '.join(map(str, words))}: status {result.returncode}: "
                          f"{result.stderr.strip()}")

    def report(self, image):
        """What the command under test says of an image."""
        words = [self.program, "inspect", "--json", image]
        return json.loads(subprocess.run(words, capture_output=True, check=True).stdout)

    def image(self, *arguments, name="boots-from.iso"):
        """Runs the command under test; returns the image it wrote."""
        image = self.folder / name
        arch = self.target.platform.arch
        arguments = [*(["--arch", arch] if arch else []), *arguments]
        self.command("-o", image, *arguments)
        if not image.exists():
            raise Failure(f"there is no {image}")
        return image

    def script_image(self, script):
        """An image that carries the given iPXE script instead of one made from a URL."""
        file = self.folder / "script.ipxe"
        file.write_text(script)
        return self.image("--script", file)

    def boot(self, image, *nics, saved=None):
        """Starts the row's machine from an image; its network is QEMU's own if none is given.

        One that was saved goes on where it was, with the image as it is now in the place of its
        own: of that it must not have read anything that it still remembers.
        """
        nics = nics or (machine.user_network(),)
        if nics == (machine.NO_CARD,):
            nics = ()
        platform = self.target.platform
        program = require(platform.qemu, platform.package)
        console = Console(self.folder / "serial.log", self._deadline)
        options = machine.qemu_options(self.target, image, nics, console.port.fileno(), self.folder)
        monitor = Monitor()
        words = [program, *options, *monitor.options, *resume_options(saved)]
        process = Process(words, self.folder / "qemu.log", console.port)
        guest = Guest(process, console, monitor)
        self.callback(guest.stop)
        guest.begin(nics)
        return guest


def shown_log(folder, lines=40):
    """The end of the serial log, for a report."""
    log = Path(folder, "serial.log")
    if not log.exists():
        return "(no serial log)"
    return "\n".join(readable(log.read_bytes()).splitlines()[-lines:]) or "(nothing on the serial port)"
