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
};

/*
 * One sentence without a final full stop or newline: what, where, why, what to do.
 * Untrusted text in it must have gone through bf_printable().
 */
struct bf_error {
	char text[1024];
};

/*
 * Store the sentence in reterr (may be NULL) and return err, so that a failing function
 * ends in `return bf_fail(reterr, BF_ERR_FORMAT, "...", ...);`.
 */
int bf_fail(struct bf_error *reterr, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same for out of memory, which needs no words of its own. */
int bf_fail_nomem(struct bf_error *reterr);

/*
 * Put "prefix: " before the sentence already in reterr (may be NULL), to say where it
 * happened. Returns err, for use in a return statement.
 */
int bf_fail_in(struct bf_error *reterr, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Copy text into out (size bytes, always terminated) with every byte outside printable
 * ASCII as \xHH and with "..." where it had to be cut. Returns out.
 */
const char *bf_printable(const char *text, char *out, unsigned long size);

#endif
