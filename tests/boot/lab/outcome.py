# SPDX-License-Identifier: GPL-3.0-only
"""How a row ends when it does not simply pass."""

PASSED = 0
FAILED = 1
SKIPPED = 77  # CTest's SKIP_RETURN_CODE


class Failure(Exception):
    """The thing under test did not do what the row asks for."""


class Skip(Exception):
    """This machine lacks what the row needs; the message says what."""
