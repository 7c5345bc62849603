# SPDX-License-Identifier: GPL-3.0-only
"""The rooms of src, their includes and their libraries are those of src/ARCHITECTURE.md."""

import re
import unittest
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src"


def read_table():
    """{room: the rooms it may use}, in the table's order, from the bottom up."""
    rooms = {}
    for line in (SOURCE / "ARCHITECTURE.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == 3 and re.fullmatch(r"[a-z]+", cells[0]):
            rooms[cells[0]] = set(re.findall(r"[a-z]+", cells[2]))
    rooms.pop("room")
    return rooms


def read_includes(room):
    """Every (file, included room) of a room."""
    for path in sorted((SOURCE / room).glob("*.[ch]")):
        for name in re.findall(r'^#include "([a-z]+)/', path.read_text(), re.MULTILINE):
            yield path.name, name


class Rooms(unittest.TestCase):
    def setUp(self):
        self.rooms = read_table()

    def test_every_folder_is_a_room(self):
        folders = {path.name for path in SOURCE.iterdir() if path.is_dir()}
        self.assertEqual(folders, set(self.rooms))

    def test_rooms_use_only_rooms_above_them_in_the_table(self):
        known = set()
        for room, uses in self.rooms.items():
            self.assertLessEqual(uses, known, f"{room} uses a room further down")
            known.add(room)

    def test_includes_go_only_where_the_table_says(self):
        count = 0
        for room, uses in self.rooms.items():
            for name, included in read_includes(room):
                count += 1
                self.assertIn(included, uses | {room, "base"}, f"{room}/{name}")
        self.assertGreater(count, 100)

    def test_every_use_is_made(self):
        for room, uses in self.rooms.items():
            included = {name for _, name in read_includes(room)}
            self.assertLessEqual(uses, included, f"{room} does not use all it may")

    def test_libraries_are_linked_as_the_table_says(self):
        text = (SOURCE / "CMakeLists.txt").read_text()
        found = {}
        for body in re.findall(r"^\s*bf_room\(([^)]*)\)", text, re.MULTILINE):
            words = body.split()
            uses = set()
            if "USES" in words:
                rest = words[words.index("USES") + 1 :]
                uses = {w for w in rest[: next(i for i, w in enumerate(rest) if w.isupper())]}
            found[words[0]] = uses
        # The public library is linked by its own file, from the objects of these rooms.
        self.assertEqual(found, {r: u for r, u in self.rooms.items() if r != "lib"})

    def test_unit_tests_stand_in_the_rooms_they_test(self):
        folders = {path.name for path in Path(__file__).parents[1].joinpath("unit").iterdir() if path.is_dir()}
        self.assertLessEqual(folders, set(self.rooms))


if __name__ == "__main__":
    unittest.main()
