/* SPDX-License-Identifier: GPL-3.0-only */
/* What fuzz targets have in common: what must always hold, and inputs that are text. */
#ifndef FUZZ_H
#define FUZZ_H

#include "base/bytes.h"

/* libFuzzer's entry; replay.c has another one. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* End the process, saying what does not hold. */
#define fuzz_require(condition)                                                          \
	((condition) ? (void)0 : fuzz_fail(__FILE__, __LINE__, #condition))
_Noreturn void fuzz_fail(const char *file, int line, const char *condition);

/*
 * Call something that may fail, with an error for its sentence: the sentence of a failure is
 * a line of printable ASCII without a full stop at its end, and a list below it is indented.
 * Returns err.
 */
#define fuzz_try(err, error) fuzz_check_error((err), (error), __FILE__, __LINE__)
int fuzz_check_error(int err, const struct bf_error *error, const char *file, int line);

/* The next line of an input as a string of its own, without its end; text is cut. */
char *fuzz_take_line(char **text);

/* The whole input as a string, which ends at a NUL byte in it. To be freed. */
char *fuzz_text(const uint8_t *data, size_t size);

/*
 * The body of a slot that we made: printable ASCII, each line starts with a command of iPXE
 * that we use and none ends in a backslash, every goto has its label, the end is a shell.
 */
void fuzz_check_script(struct bf_view script);

/* Both are the same bytes. */
void fuzz_check_same(struct bf_view a, struct bf_view b);

#endif
