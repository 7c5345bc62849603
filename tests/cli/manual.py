# SPDX-License-Identifier: GPL-3.0-only
"""What the manual page shows to be typed."""

import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "src/cmd/boots-from.1"


def plain(text):
    """As man shows it."""
    return re.sub(r"\\(.)", lambda found: {"e": "\\", "&": ""}.get(found[1], found[1]), text)


def examples(heading):
    """The examples of a section or subsection, in their order, for a shell."""
    text = PAGE.read_text()
    (part,) = re.findall(rf'(?ms)^\.S[HS] "?{re.escape(heading)}"?\n(.*?)(?=^\.S[HS] |\Z)', text)
    return [plain(example) for example in re.findall(r"(?ms)^\.EX\n(.*?)^\.EE$", part)]
