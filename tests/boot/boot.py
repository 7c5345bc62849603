#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-only
"""Plays one row of the boot tests: boot.py --command build/release/src/boots-from ROW

The row runs in a sandbox of its own, as a child of this process, which keeps the time and reports.
"""

import argparse
import shutil
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from lab import sandbox
from lab.bench import Lab, shown_log
from lab.outcome import FAILED, PASSED, SKIPPED, Failure, Skip
from rows import ROWS

GRACE_SECONDS = 15  # a row keeps its own deadline; this is for one that hangs elsewhere


def parse_arguments():
    parser = argparse.ArgumentParser(description="Play one row of the boot tests.")
    parser.add_argument("row", nargs="?", choices=sorted(ROWS), metavar="ROW")
    parser.add_argument("--list", action="store_true", help="print all rows with their seconds")
    parser.add_argument("--command", type=Path, help="the boots-from under test")
    parser.add_argument("--work", type=Path, default=Path("boot-work"),
                        help="folder for the rows' folders (default: %(default)s)")
    parser.add_argument("--keep", action="store_true", help="keep the row's folder on success")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if not arguments.list and not (arguments.row and arguments.command):
        parser.error("give --command FILE and a ROW, or --list")
    return arguments


def list_rows():
    for name, row in sorted(ROWS.items()):
        print(name, row.seconds + 2 * GRACE_SECONDS)


def play_inside(row, command, folder):
    """The child's part: play the row in the sandbox it finds itself in."""
    sandbox.exit_on_termination()
    sandbox.furnish()
    try:
        with Lab(row, command, folder) as lab:
            row.play(lab)
    except Failure as failure:
        print(f"FAILED: {failure}")
        return FAILED
    except Skip as skip:
        print(f"SKIPPED: {skip}")
        return SKIPPED
    return PASSED


def play(row, command, folder, keep):
    """The parent's part: a fresh folder, the sandbox, the time limit and the report."""
    sandbox.exit_on_termination()
    try:
        sandbox.require()
    except Skip as skip:
        print(f"SKIPPED: {skip}")
        return SKIPPED
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    started = time.monotonic()
    status = sandbox.run(
        [sys.executable, __file__, "--inside", "--command", str(command),
         "--work", str(folder.parent), row.name],
        row.seconds + GRACE_SECONDS)
    seconds = time.monotonic() - started
    if status in (PASSED, SKIPPED):
        if not keep:
            shutil.rmtree(folder)
        print(f"{row.name}: {'passed' if status == PASSED else 'skipped'} in {seconds:.1f} s")
        return status
    reason = "time was up" if status is None else f"status {status}"
    print(f"{row.name}: {reason} after {seconds:.1f} s; the end of its serial port:")
    print(shown_log(folder))
    print(f"(all of it is in {folder})")
    return FAILED


def main():
    arguments = parse_arguments()
    sys.stdout.reconfigure(line_buffering=True)
    if arguments.list:
        list_rows()
        return PASSED
    row = ROWS[arguments.row]
    command = arguments.command.resolve()
    folder = arguments.work.resolve() / row.name
    if arguments.inside:
        return play_inside(row, command, folder)
    return play(row, command, folder, arguments.keep)


if __name__ == "__main__":
    sys.exit(main())
