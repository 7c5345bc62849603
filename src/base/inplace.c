/* SPDX-License-Identifier: GPL-3.0-only */
#include "base/inplace.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"

/* ---- What was there ---- */

/* Every piece's old bytes, one after the other. */
static int read_old(const struct bf_source *file, const struct bf_piece *pieces,
		    size_t n_pieces, struct bf_buffer *ret, struct bf_error *reterr)
{
	size_t size = 0, at = 0;
	for (size_t i = 0; i < n_pieces; i++)
		size += pieces[i].bytes.size;
	if (bf_buffer_zero(ret, size))
		return bf_fail_nomem(reterr);
	for (size_t i = 0; i < n_pieces; at += pieces[i++].bytes.size) {
		int err = bf_source_read(file, pieces[i].offset, ret->data + at,
					 pieces[i].bytes.size, reterr);
		if (err)
			return err;
	}
	return BF_OK;
}

/* ---- Writing ---- */

/* Returns how many bytes are written: all, or fewer with the reason in errno. */
static size_t write_at(int fd, uint64_t offset, struct bf_view bytes)
{
	size_t done = 0;
	while (done < bytes.size) {
		ssize_t some = pwrite(fd, bytes.data + done, bytes.size - done,
				      (off_t)(offset + done));
		if (some < 0 && errno == EINTR)
			continue;
		if (some == 0)
			errno = ENOSPC;
		if (some <= 0)
			break;
		done += (size_t)some;
	}
	return done;
}

/* How far writing has got, and what stopped it. */
struct progress {
	size_t n_whole; /* pieces */
	size_t part;    /* bytes of the piece after them */
	int reason;     /* an errno, 0 if nothing did */
};

static struct progress write_pieces(int fd, const struct bf_piece *pieces,
				    size_t n_pieces)
{
	struct progress progress = {0};
	for (; progress.n_whole < n_pieces; progress.n_whole++) {
		const struct bf_piece *piece = &pieces[progress.n_whole];
		progress.part = write_at(fd, piece->offset, piece->bytes);
		if (progress.part < piece->bytes.size) {
			progress.reason = errno;
			break;
		}
		progress.part = 0;
	}
	return progress;
}

/* Put back what progress has gone over. Returns 0 or the first errno; all is tried. */
static int put_back(int fd, const struct bf_piece *pieces,
		    const struct progress *progress, struct bf_view old)
{
	int reason = 0;
	for (size_t i = 0; i <= progress->n_whole; i++) {
		size_t size =
			i < progress->n_whole ? pieces[i].bytes.size : progress->part;
		struct bf_view bytes = bf_view_part(old, 0, size);
		if (write_at(fd, pieces[i].offset, bytes) < size && !reason)
			reason = errno;
		old = bf_view_part(old, size, old.size - size);
	}
	return reason;
}

/* Only bytes have changed, and no size: the times of the file may follow later. */
static int confirm(int fd)
{
	int status;
	do
		status = fdatasync(fd);
	while (status < 0 && errno == EINTR);
	return status < 0 ? errno : 0;
}

/* ---- What to say ---- */

static int fail_unwritten(const struct bf_piece *pieces, const struct progress *progress,
			  struct bf_error *reterr)
{
	const struct bf_piece *piece = &pieces[progress->n_whole];
	return bf_fail(reterr, BF_ERR_IO, "cannot write %zu bytes at offset %llu: %s",
		       piece->bytes.size - progress->part,
		       (unsigned long long)(piece->offset + progress->part),
		       strerror(progress->reason));
}

static int fail_and_undo(int fd, const struct bf_piece *pieces,
			 const struct progress *progress, int undo_reason,
			 struct bf_error *reterr)
{
	struct bf_error first;
	fail_unwritten(pieces, progress, &first);
	if (progress->n_whole == 0 && progress->part == 0)
		return bf_fail(reterr, BF_ERR_IO, "%s; nothing has changed", first.text);
	if (undo_reason)
		return bf_fail(reterr, BF_ERR_IO,
			       "%s; its old bytes could not be put back (%s), it may be "
			       "half changed: run the same command again, which "
			       "finishes it",
			       first.text, strerror(undo_reason));
	int reason = confirm(fd);
	if (reason)
		return bf_fail(reterr, BF_ERR_IO,
			       "%s; its old bytes are put back, but the disk does not "
			       "confirm it (%s): run the same command again",
			       first.text, strerror(reason));
	return bf_fail(reterr, BF_ERR_IO, "%s; its old bytes are put back", first.text);
}

int bf_inplace_write(const struct bf_source *file, const struct bf_piece *pieces,
		     size_t n_pieces, struct bf_error *reterr)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer old = {0};
	sigset_t all, before;
	int undo_reason = 0;
	int err = read_old(file, pieces, n_pieces, &old, reterr);
	if (err)
		return err;

	/* Whoever interrupts it may not leave one half of it behind. */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	struct progress progress = write_pieces(file->fd, pieces, n_pieces);
	if (progress.reason)
		undo_reason = put_back(file->fd, pieces, &progress, bf_buffer_view(&old));
	pthread_sigmask(SIG_SETMASK, &before, NULL);

	if (progress.reason)
		return fail_and_undo(file->fd, pieces, &progress, undo_reason, reterr);
	int reason = confirm(file->fd);
	if (reason)
		return bf_fail(reterr, BF_ERR_IO,
			       "it is changed, but the disk does not confirm that it has "
			       "all of it: %s: run the same command again",
			       strerror(reason));
	return BF_OK;
}
