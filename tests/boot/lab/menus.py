# SPDX-License-Identifier: GPL-3.0-only
"""The menus of MokManager and of EDK2's set-up, by which a person at the machine enrols a certificate."""

import re

from lab.outcome import Failure

DOWN = "\x1b[B"
ENTER = "\r"
ESCAPE = "\x1b"

# The selected item of a menu is on black, and drawn anew after each key.  In shim it is in a box.
SHIM = re.compile("\x1b\\[40m\x1b\\[\\d+;\\d+H\xb3 *([^\xb3]*?) *\xb3")
EDK2 = re.compile("\x1b\\[4[06]m\x1b\\[\\d+;\\d+H *([^\x1b]*?) *\x1b\\[0m")


class Menus:
    """What is on the screen.  Every key waits for the words that it answers."""

    def __init__(self, console, selected):
        self._console = console
        self._selected = selected

    def press(self, words, key=ENTER):
        """Presses a key when these words are there."""
        self._console.expect_drawn(re.compile(re.escape(words)))
        self._console.press(key)

    def leave(self, title):
        self.press(title, ESCAPE)

    def pick(self, title, item):
        """Goes down the menu of this title to the item that starts with these words, and picks it."""
        self._console.expect_drawn(re.compile(re.escape(title)))
        seen = set()
        while not (name := self._console.expect_drawn(self._selected).group(1)).startswith(item):
            if name and name in seen:
                raise Failure(f"{title!r} has no {item!r}, but {seen}")
            seen.add(name)
            self._console.press(DOWN)
        self._console.press(ENTER)
