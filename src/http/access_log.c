/* SPDX-License-Identifier: GPL-3.0-only */
#include "http/access_log.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

/* What is logged came over the network: no byte of it may look like the log's own. */
static void copy_printable(const char *text, char *out, size_t size)
{
	bf_printable(text, out, size);
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

static void print_peer(const struct sockaddr *peer, char *out, size_t size)
{
	char address[INET6_ADDRSTRLEN] = "?";
	if (peer->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const void *)peer;
		inet_ntop(AF_INET6, &in6->sin6_addr, address, sizeof(address));
		snprintf(out, size, "[%s]:%u", address, ntohs(in6->sin6_port));
		return;
	}
	const struct sockaddr_in *in = (const void *)peer;
	inet_ntop(AF_INET, &in->sin_addr, address, sizeof(address));
	snprintf(out, size, "%s:%u", address, ntohs(in->sin_port));
}

static double milliseconds_since(const struct timespec *start)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - start->tv_sec) * 1e3 +
	       (double)(now.tv_nsec - start->tv_nsec) / 1e6;
}

void bf_access_log(const struct bf_access *access, const struct sockaddr *peer,
		   bool complete)
{
	char line[512], date[32], address[64];
	time_t now = time(NULL);
	struct tm tm;
	if (!gmtime_r(&now, &tm) || !strftime(date, sizeof(date), "%FT%TZ", &tm))
		return;
	print_peer(peer, address, sizeof(address));
	int length =
		snprintf(line, sizeof(line), "%s %s \"%s %s\" %u %llu %.3fms%s\n", date,
			 address, access->method, access->path, access->status,
			 (unsigned long long)access->length,
			 milliseconds_since(&access->start), complete ? "" : " aborted");
	/* One write, so that lines of several threads do not mix. There is nowhere to
	 * report that the log itself cannot be written. */
	if (length > 0 && write(STDOUT_FILENO, line, (size_t)length) < 0)
		return;
}
