/* SPDX-License-Identifier: GPL-3.0-only */
#include "http/access_log.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"

/* What is logged came over the network: no byte of it may look like the log's own. */
static void copy_printable(const char *text, char *out, size_t size)
{
	bf_printable(text ? text : "-", out, size);
	for (char *p = out; (p = strpbrk(p, "\"")); p++)
		*p = '\'';
}

void bf_access_begin(struct bf_access *access, const char *method, const char *path)
{
	clock_gettime(CLOCK_MONOTONIC, &access->start);
	copy_printable(method, access->method, sizeof(access->method));
	copy_printable(path, access->path, sizeof(access->path));
	access->status = 0;
	access->length = 0;
}

static double milliseconds_since(const struct timespec *start)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - start->tv_sec) * 1e3 +
	       (double)(now.tv_nsec - start->tv_nsec) / 1e6;
}

void bf_access_print(const struct bf_access *access, const struct bf_peer *peer,
		     const char *remark, struct bf_log *log)
{
	char date[32], from[BF_PEER_TEXT_SIZE], status[16] = "-";
	time_t now = time(NULL);
	struct tm tm;
	if (!gmtime_r(&now, &tm) || !strftime(date, sizeof(date), "%FT%TZ", &tm))
		return;
	if (access->status)
		snprintf(status, sizeof(status), "%u", access->status);
	bf_log_print(log, "%s %s \"%s %s\" %s %llu %.3fms%s%s\n", date,
		     bf_peer_print(peer, from), access->method, access->path, status,
		     (unsigned long long)access->length,
		     milliseconds_since(&access->start), remark ? " " : "",
		     remark ? remark : "");
}
