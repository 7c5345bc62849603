# SPDX-License-Identifier: GPL-3.0-only
"""What a BMC does: an image that is nowhere a file, mounted over HTTP and booted."""

from lab.bench import Row
from lab.machine import BIOS, X86_64, Target, cd, existing
from lab.servers.serve import Serve
from rows.common import boot_to_arrival, serve_arrival

# QEMU reads http:// with a module of its own.
CURL_DRIVER = "/usr/lib/x86_64-linux-gnu/qemu/block-curl.so"


def mounted_over_http(lab):
    existing(CURL_DRIVER, "qemu-block-extra")
    web = serve_arrival(lab)
    images = lab.start(Serve(web.url("{host}")))
    path = f"mount1/{lab.nonce}.iso"
    boot_to_arrival(lab, images.url(path))
    web.expect_request(f"/{lab.nonce}")
    images.expect_ranges(path)


ROWS = [
    Row(f"served.{target.name}", target, mounted_over_http)
    for target in (Target(BIOS, cd), Target(X86_64, cd))
]
