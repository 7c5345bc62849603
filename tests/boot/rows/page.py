# SPDX-License-Identifier: GPL-3.0-only
"""An image that a browser saved, from the page of `boots-from page`."""

import sys
from pathlib import Path

from lab.bench import Row
from lab.machine import BIOS, X86_64, Target, cd, stick
from lab.process import require
from rows.common import boot_to_arrival, serve_arrival

sys.path.append(str(Path(__file__).resolve().parents[2] / "web"))


def save_in_browser(lab, url):
    """What a person does: open the page, type the URL, press the button."""
    require("chromedriver", "chromium-driver")
    from browser import Browser  # it needs python3-websocket, which the other rows do not

    page = lab.folder / "page.html"
    lab.command("page", "-o", page)
    browser = Browser("chromium")
    lab.callback(browser.close)
    browser.open(page.as_uri())
    browser.wait("!document.getElementById('save').disabled")
    browser.run("document.getElementById('url').focus()")
    browser.press(*url, "\ue006")
    image = lab.folder / "boots-from.iso"
    image.write_bytes(browser.downloaded(image.name))
    return image


def saved_image(lab):
    web = serve_arrival(lab)
    boot_to_arrival(lab, save_in_browser(lab, web.url(lab.nonce)))
    web.expect_request(f"/{lab.nonce}")


ROWS = [Row(f"page.{target.name}", target, saved_image) for target in (Target(BIOS, cd), Target(X86_64, stick))]
