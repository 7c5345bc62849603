# SPDX-License-Identifier: GPL-3.0-only
"""What most rows do: serve the script that announces its arrival, and boot until it does."""

import subprocess
from pathlib import PurePosixPath

from lab.outcome import Failure
from lab.process import require
from lab.servers.nginx import Nginx

MEBIBYTE = 1 << 20
STICK_KIB = 16 << 10


def serve_arrival(lab, **options):
    """Starts an nginx, with these options of its class, that has the script at /NONCE."""
    web = lab.start(Nginx(**options))
    web.publish(lab.nonce, lab.arrival())
    return web


def boot_to_arrival(lab, image, *nics):
    guest = lab.boot(image, *nics)
    guest.expect(lab.arrival_text)
    guest.stop()


def run(*words):
    """Runs a tool, which must work."""
    result = subprocess.run(words, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise Failure(f"{words[0]}: status {result.returncode}: {result.stderr.strip()}")


def make_stick(lab, files):
    """A stick somebody formatted, and copied these files ({path: file}) to."""
    image = lab.folder / "stick.img"
    run(require("mkfs.fat", "dosfstools"), "-C", image, str(STICK_KIB))
    folders = {f"::/{parent}" for path in files for parent in list(PurePosixPath(path).parents)[:-1]}
    if folders:
        run(require("mmd", "mtools"), "-i", image, *sorted(folders))
    for path, file in files.items():
        run(require("mcopy", "mtools"), "-i", image, file, f"::/{path}")
    return image
