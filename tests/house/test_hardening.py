# SPDX-License-Identifier: GPL-3.0-only
"""What comes out of a build is hardened: the linker's part and the compiler's, as readelf sees it.

BUILD is the build folder. Its own CMakeCache.txt says what is to be expected.
"""

import os
import re
import subprocess
import sys
import unittest
from pathlib import Path

BUILD = Path(os.environ["BUILD"])
PROGRAM = BUILD / "src/boots-from"
LIBRARY = BUILD / "src/lib/libboots-from.so"
ARCHIVE = BUILD / "src/lib/libboots-from.a"
SKIP = 77


def run(*arguments):
    return subprocess.run(arguments, capture_output=True, check=True, text=True).stdout


def read_cache():
    """{variable: value} of the build."""
    text = (BUILD / "CMakeCache.txt").read_text()
    return dict(re.findall(r"^(\w+):\w+=(.*)$", text, re.MULTILINE))


class Hardening(unittest.TestCase):
    def setUp(self):
        self.cache = read_cache()
        self.is_x86 = "X86-64" in run("readelf", "-hW", PROGRAM)

    def test_position_independent(self):
        for file in (PROGRAM, LIBRARY):
            self.assertRegex(run("readelf", "-hW", file), r"Type: +DYN ")
        self.assertRegex(run("readelf", "-dW", PROGRAM), r"\(FLAGS_1\).*\bPIE\b")

    def test_all_is_resolved_and_read_only_before_it_starts(self):
        for file in (PROGRAM, LIBRARY):
            self.assertIn(" GNU_RELRO ", run("readelf", "-lW", file))
            self.assertRegex(run("readelf", "-dW", file), r"\(FLAGS_1\).*\bNOW\b")

    def test_nothing_is_writable_and_executable(self):
        for file in (PROGRAM, LIBRARY):
            segments = run("readelf", "-lW", file)
            self.assertRegex(segments, r" GNU_STACK .* RW +0x")
            self.assertRegex(segments, r" LOAD .* R E +0x")
            self.assertNotRegex(segments, r" RWE +0x")

    def test_stacks_are_guarded(self):
        for file in (PROGRAM, LIBRARY):
            self.assertIn("__stack_chk_fail", run("readelf", "-W", "--dyn-syms", file))

    def test_checked_functions_of_libc(self):
        if self.cache["BF_SANITIZE"] == "ON" or self.cache["CMAKE_BUILD_TYPE"] == "Debug":
            self.skipTest("the sanitizers' build, or one for a debugger, has none")
        for file in (PROGRAM, LIBRARY):
            self.assertIn("__snprintf_chk", run("readelf", "-W", "--dyn-syms", file))

    def test_large_frames_touch_each_page(self):
        """A store between two steps of the stack pointer, in a function of ours."""
        if not self.is_x86:
            self.skipTest("known by its instructions on x86-64 only")
        code = run("objdump", "-d", "--no-show-raw-insn", LIBRARY)
        probe = r"sub +\$0x1000,%rsp\n.*:\s+(orq|movq) +\$0x0,(0x[0-9a-f]+)?\(%rsp\)"
        self.assertRegex(code, probe)

    def test_indirect_calls_land_at_functions(self):
        """The linker keeps the note if every object has it, and here are ours alone."""
        if not self.is_x86:
            self.skipTest("x86 only")
        self.assertIn("x86 feature: IBT, SHSTK", run("readelf", "-nW", ARCHIVE))

    def test_symbols_only_where_they_are_of_use(self):
        is_stripped = self.cache["CMAKE_BUILD_TYPE"] in ("Release", "MinSizeRel")
        for file in (PROGRAM, LIBRARY):
            tables = run("readelf", "-SW", file)
            (self.assertNotIn if is_stripped else self.assertIn)(" .symtab ", tables)


if __name__ == "__main__":
    if not PROGRAM.exists():
        print(f"{PROGRAM} has not been built")
        sys.exit(SKIP)
    unittest.main()
