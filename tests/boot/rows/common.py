# SPDX-License-Identifier: GPL-3.0-only
"""What most rows do: serve the script that announces its arrival, and boot until it does."""

import subprocess

from lab.outcome import Failure
from lab.servers.nginx import Nginx

MEBIBYTE = 1 << 20


def serve_arrival(lab, **options):
    """Starts an nginx, with these options of its class, that has the script at /NONCE."""
    web = lab.start(Nginx(**options))
    web.publish(lab.nonce, lab.arrival())
    return web


def boot_to_arrival(lab, image, *nics):
    guest = lab.boot(image, *nics)
    guest.expect(lab.arrival_text)
    guest.wait_off()


def run(*words):
    """Runs a tool, which must work."""
    result = subprocess.run(words, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise Failure(f"{words[0]}: status {result.returncode}: {result.stderr.strip()}")
