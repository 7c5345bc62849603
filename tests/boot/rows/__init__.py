# SPDX-License-Identifier: GPL-3.0-only
"""The rows, by name.  A module of rows has a list ROWS; add it to the list of modules here."""

from rows import (
    enrolment, failures, first_boot, in_use, large_scripts, layouts, loaders, networks, page, parts, power_cut, scripts,
    sealed, secure_boot, served, shim, trust, url_forms)

MODULES = (first_boot, failures, scripts, large_scripts, url_forms, networks, layouts, trust, parts, page, loaders,
           secure_boot, sealed, shim, enrolment, served, in_use, power_cut)

ROWS = {row.name: row for module in MODULES for row in module.ROWS}
