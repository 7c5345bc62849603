/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * How the page's script and a module talk. Texts go in as addresses of bytes that end in zero,
 * in memory of allocate(); what a call has to say comes out as text() and text_size(), and is a
 * sentence where it returned something else than zero. Files go in by put_file().
 */
#ifndef BF_CALLS_H
#define BF_CALLS_H

#include "base/bytes.h"

/* A function that the script calls by this name. */
#define EXPORT(type, name, ...)                                                          \
	__attribute__((export_name(#name))) type bf_export_##name(__VA_ARGS__);          \
	type bf_export_##name(__VA_ARGS__)

/* What the last call said. */
extern struct bf_buffer bf_said;

/* What a call comes to, err: what it said stays, or gives way to why it failed. */
bf_must_check int bf_calls_finish(int err, const struct bf_error *error);

#endif
