#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-only
"""How long a page takes: to be written, to be ready in a browser, from a click to the bytes of an
image, and from the first file that is dropped to its report, for which the second module starts.

    tests/bench/page.py [--rounds 15] [--command build/release/src/boots-from]

Medians, in milliseconds. The click is measured in the page, until the file is handed to the
browser. Prints a Markdown table; nothing passes or fails here.
"""

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import TOP, machine

sys.path.append(str(TOP / "tests/web"))
from browser import Browser  # noqa: E402

URL = "http://192.0.2.1/boot"
CLICK = """new Promise((resolve) => {
  const link = HTMLAnchorElement.prototype, follow = link.click, start = performance.now();
  link.click = function () {
    resolve(performance.now() - start);
    link.click = follow;
    this.click();
  };
  document.getElementById("save").click();
})"""


def write_page(command, page):
    """Seconds of all of it, and of the processor alone."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    subprocess.run([command, "page", "-q", "-o", page, URL], check=True)
    seconds = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def open_page(browser, page):
    start = time.monotonic()
    browser.open(page.as_uri())
    browser.wait("!document.getElementById('save').disabled")
    return time.monotonic() - start


# What the module that reads certificates and signatures costs, once: from a file that is dropped to
# the start of its report.
DROP = """(async () => {
  const start = performance.now();
  document.dispatchEvent(Object.assign(new Event("drop", {cancelable: true}),
    {dataTransfer: {files: [new File(["text"], "text.iso")]}}));
  while (document.getElementById("report").hidden) await new Promise((resolve) => setTimeout(resolve));
  return performance.now() - start;
})()"""


def load_certificates(browser, page):
    open_page(browser, page)
    return browser.run(DROP) / 1000


def median(values):
    return f"{statistics.median(values) * 1000:.0f}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--command", type=Path, default=TOP / "build/release/src/boots-from")
    arguments = parser.parse_args()
    print(f"{machine()}\n\n| what | ms |\n| --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "page.html")
        written = [write_page(arguments.command, page) for _ in range(arguments.rounds)]
        print(f"| write the page, {page.stat().st_size / 1e6:.1f} MB | {median([all for all, _ in written])} "
              f"(processor {median([busy for _, busy in written])}) |")
        for name in ("chromium", "firefox"):
            browser = Browser(name)
            try:
                ready = [open_page(browser, page) for _ in range(arguments.rounds)]
                clicks = [browser.run(CLICK) / 1000 for _ in range(arguments.rounds)]
                drops = [load_certificates(browser, page) for _ in range(arguments.rounds)]
            finally:
                browser.close()
            print(f"| {name}: open the page until it is ready | {median(ready)} |")
            print(f"| {name}: click to bytes | {median(clicks)} |")
            print(f"| {name}: the first file, until its report | {median(drops)} |")


if __name__ == "__main__":
    main()
