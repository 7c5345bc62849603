# SPDX-License-Identifier: GPL-3.0-only
"""A boot lab: real firmware in QEMU and real servers, each test in a network of its own."""
