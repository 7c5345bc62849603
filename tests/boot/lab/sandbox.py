# SPDX-License-Identifier: GPL-3.0-only
"""A private network, mount, IPC and PID namespace around one row.

The network namespace holds nothing but loopback: ports never clash, and QEMU's user networking
shows its 127.0.0.1 to the guest as 10.0.2.2.  The PID namespace is what makes the clean-up
certain: when its first process dies, for whatever reason, the kernel ends all the others.
"""

import signal
import subprocess

from lab.outcome import Skip

# setpriv ties the sandbox to this process, unshare ties everything inside to the sandbox.
ENTER = [
    "setpriv", "--pdeathsig", "KILL",
    "unshare", "--net", "--mount", "--ipc", "--pid", "--fork", "--kill-child",
    "--mount-proc", "--propagation", "private",
]


def require():
    """Skips the row on a machine that does not let us make namespaces."""
    try:
        probe = subprocess.run(ENTER + ["true"], capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise Skip(f"no namespaces: {error.filename} is not installed") from error
    if probe.returncode != 0:
        raise Skip(f"no namespaces (is this root?): {probe.stderr.strip()}")


def run(command, seconds):
    """Runs command in a new sandbox; returns its exit status, or None when the time was up.

    However this function is left, nothing of the sandbox is left running.
    """
    with subprocess.Popen(ENTER + command) as process:
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        finally:
            process.kill()


def furnish():
    """Prepares the namespaces from the inside: loopback, an empty /run for sockets, an empty /dev/shm."""
    for command in (
        ["ip", "link", "set", "lo", "up"],
        # Some servers look up their own address and give up when there is only 127.0.0.1.
        ["ip", "address", "add", "127.0.0.2/8", "dev", "lo"],
        ["mount", "-t", "tmpfs", "none", "/run"],
        # Names in it are made of process ids, which are the same in every sandbox.
        ["mount", "-t", "tmpfs", "none", "/dev/shm"],
    ):
        subprocess.run(command, check=True)


def exit_on_termination():
    """Turns SIGTERM into SystemExit, so that `finally` clauses run."""
    def leave(number, _frame):
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, leave)
