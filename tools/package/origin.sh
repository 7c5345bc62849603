#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-only
# For scripts to read in: which sources those in the working folder are, unless that is set.
# Without git Commit.cmake may know the commit.

SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git --git-dir=.git log -1 --format=%ct 2>/dev/null ||
	stat --format=%Y CMakeLists.txt)}
BF_COMMIT=${BF_COMMIT:-$(git --git-dir=.git describe --always '--exclude=*' --abbrev=12 \
	'--dirty= with changes' 2>/dev/null || true)}
export SOURCE_DATE_EPOCH BF_COMMIT
