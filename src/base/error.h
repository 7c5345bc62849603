/* SPDX-License-Identifier: GPL-3.0-only */
/* Errors: a code for the caller's logic and one sentence for the person. */
#ifndef BF_ERROR_H
#define BF_ERROR_H

/*
 * Functions return 0 (BF_OK) or one of the negative codes below.
 */
enum bf_err {
	BF_OK = 0,
	BF_ERR_NOMEM = -1,       /* out of memory */
	BF_ERR_IO = -2,          /* the system refused to read or write */
	BF_ERR_FORMAT = -3,      /* the bytes are not what they claim to be */
	BF_ERR_UNSUPPORTED = -4, /* well formed, but not something we can use */
	BF_ERR_NO_SLOT = -5,     /* no script slot where one is needed */
	BF_ERR_TOO_BIG = -6,     /* does not fit; both sizes are in the text */
	BF_ERR_SIGNED = -7,      /* patching would break a signature */
	BF_ERR_INPUT = -8,       /* what the user gave cannot be used */
	BF_ERR_USAGE = -9,       /* the command line itself is wrong */
	BF_ERR_WORK = -10,       /* more work than was set aside for it, see budget.h */
};

/* What may fail and says why is to be looked at: the compiler warns where it is not. */
#define bf_must_check __attribute__((warn_unused_result))

/*
 * One sentence without a final full stop or newline: what, where, why, what to do. Where it
 * needs more than words, a list or a line to copy, that stands below it, indented.
 * Untrusted text in it must have gone through bf_printable().
 */
struct bf_error {
	char text[1024];
};

/* Store a sentence, or put "prefix: " before the one stored; error may be NULL. */
void bf_error_set(struct bf_error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void bf_error_prefix(struct bf_error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * How a failing function ends: `return bf_fail(reterr, BF_ERR_FORMAT, "...", ...);`.
 * bf_fail_in() keeps the sentence of a function called and says where it happened. Macros,
 * so that the compiler sees which code is returned, and that it is not BF_OK.
 */
#define bf_fail(reterr, err, ...) (bf_error_set((reterr), __VA_ARGS__), (err))
#define bf_fail_in(reterr, err, ...) (bf_error_prefix((reterr), __VA_ARGS__), (err))

/* The same for out of memory, which needs no words of its own. */
static inline int bf_fail_nomem(struct bf_error *reterr)
{
	return bf_fail(reterr, BF_ERR_NOMEM, "out of memory");
}

/*
 * Copy text into out (size bytes, always terminated) with every byte outside printable
 * ASCII as \xHH and with "..." where it had to be cut. Returns out.
 */
const char *bf_printable(const char *text, char *out, unsigned long size);

#endif
