/* SPDX-License-Identifier: GPL-3.0-only */
#ifndef BF_COMMIT_H
#define BF_COMMIT_H

/*
 * What the program was built from: the first twelve digits of the commit, "with changes" where
 * files differed from it, or "unknown commit". tools/cmake/Commit.cmake finds it out.
 */
extern const char bf_commit[];

#endif
