# SPDX-License-Identifier: GPL-3.0-only
"""Servers in the foreground, each with its own configuration in the row's folder.

A server is a class with start(lab), which returns when it answers, and stop().
"""
