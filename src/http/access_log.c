/* SPDX-License-Identifier: GPL-3.0-only */
#include "http/access_log.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"

const char *bf_access_format_name(size_t index)
{
	static const char *const names[] = {
		[BF_ACCESS_TEXT] = "text", [BF_ACCESS_JSON] = "json", NULL};
	return index < sizeof(names) / sizeof(names[0]) ? names[index] : NULL;
}

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

static void print_text(const struct bf_access *access, const char *date, const char *from,
		       const char *remark, struct bf_log *log)
{
	char status[16] = "-";
	if (access->status)
		snprintf(status, sizeof(status), "%u", access->status);
	bf_log_print(log, "%s %s \"%s %s\" %s %llu %.3fms%s%s\n", date, from,
		     access->method, access->path, status,
		     (unsigned long long)access->length,
		     milliseconds_since(&access->start), remark ? " " : "",
		     remark ? remark : "");
}

/* Printable text as it stands in a string of JSON (RFC 8259 section 7). */
static const char *escape(const char *text, char *out)
{
	char *p = out;
	for (; *text; *p++ = *text++)
		if (*text == '\\' || *text == '"')
			*p++ = '\\';
	*p = '\0';
	return out;
}

static void print_json(const struct bf_access *access, const char *date, const char *from,
		       const char *remark, struct bf_log *log)
{
	char method[2 * BF_ACCESS_METHOD_SIZE], path[2 * BF_ACCESS_PATH_SIZE];
	char status[16] = "null";
	if (access->status)
		snprintf(status, sizeof(status), "%u", access->status);
	bf_log_print(log,
		     "{\"time\":\"%s\",\"client\":\"%s\",\"method\":\"%s\","
		     "\"path\":\"%s\",\"status\":%s,\"bytes\":%llu,\"ms\":%.3f%s%s%s}\n",
		     date, from, escape(access->method, method),
		     escape(access->path, path), status,
		     (unsigned long long)access->length,
		     milliseconds_since(&access->start), remark ? ",\"remark\":\"" : "",
		     remark ? remark : "", remark ? "\"" : "");
}

void bf_access_print(const struct bf_access *access, const struct bf_peer *peer,
		     const char *remark, enum bf_access_format format, struct bf_log *log)
{
	char date[32], from[BF_PEER_TEXT_SIZE];
	time_t now = time(NULL);
	struct tm tm;
	if (!gmtime_r(&now, &tm) || !strftime(date, sizeof(date), "%FT%TZ", &tm))
		return;
	bf_peer_print(peer, from);
	(format == BF_ACCESS_JSON ? print_json : print_text)(access, date, from, remark,
							     log);
}
