# SPDX-License-Identifier: GPL-3.0-only
"""What boots-from-secure-boot(7) shows to be typed."""

import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "src/cmd/boots-from-secure-boot.7"


def plain(text):
    """As man shows it."""
    return re.sub(r"\\(.)", lambda found: {"e": "\\", "&": ""}.get(found[1], found[1]), text)


def examples(heading):
    """The examples of a section or subsection, in their order, for a shell."""
    return all_examples()[heading]


def all_examples():
    """Those of each section and subsection that has any."""
    parts = re.findall(r'(?ms)^\.S[HS] "?([^"\n]*)"?\n(.*?)(?=^\.S[HS] |\Z)', PAGE.read_text())
    found = {heading: re.findall(r"(?ms)^\.EX\n(.*?)^\.EE$", part) for heading, part in parts}
    return {heading: [plain(example) for example in shown] for heading, shown in found.items() if shown}
