/* SPDX-License-Identifier: GPL-3.0-only */
#include "serve/journal.h"

#include <string.h>

#include "link/path.h"

enum { FOLDER_SHOWN = 6 };

/* Where the host's name begins; in what is no image's path a folder may be anywhere. */
static const char *find_name(const char *path)
{
	struct bf_path parsed;
	return bf_path_parse(path, &parsed) == BF_PATH_NONE ? path + strlen(path)
							    : strrchr(path, '/');
}

/* A folder that permits is told apart from others, and no more: a log has other readers. */
static const char *hide_folders(const char *path, char ret[BF_ACCESS_PATH_SIZE])
{
	size_t size = 0, shown = 0;
	const char *last = find_name(path);
	for (const char *p = path; *p && size + 1 < BF_ACCESS_PATH_SIZE; p++) {
		shown = *p == '/' ? 0 : shown + 1;
		if (p > last || shown <= FOLDER_SHOWN)
			ret[size++] = *p;
		else if (shown == FOLDER_SHOWN + 1)
			ret[size++] = '*';
	}
	ret[size] = '\0';
	return ret;
}

static void print(const struct bf_journal *journal,
		  const struct bf_connection *connection, const char *remark)
{
	if (journal->log)
		bf_access_print(&connection->access, &connection->peer, remark,
				journal->format, journal->log);
}

void bf_journal_begin(const struct bf_journal *journal, struct bf_connection *connection,
		      const char *method, const char *path)
{
	char shown[BF_ACCESS_PATH_SIZE];
	connection->about.name[0] = '\0';
	connection->about.parts.n = 0;
	bf_access_begin(&connection->access, method,
			journal->hides_folders ? hide_folders(path, shown) : path);
}

void bf_journal_end(const struct bf_journal *journal,
		    const struct bf_connection *connection, bool complete)
{
	const struct bf_access *access = &connection->access;
	const struct bf_fetch fetch = {.when = time(NULL),
				       .peer = connection->peer,
				       .status = access->status,
				       .length = access->length,
				       .complete = complete};
	bf_metrics_count(journal->metrics, access->status, access->length, complete);
	if (connection->about.name[0])
		bf_history_add(journal->history, &connection->about, &fetch);
	print(journal, connection, complete ? NULL : "aborted");
}

void bf_journal_no_request(const struct bf_journal *journal,
			   const struct bf_connection *connection)
{
	print(journal, connection, "no-request");
}

void bf_journal_refused(const struct bf_journal *journal, const struct bf_peer *peer)
{
	struct bf_connection connection = {.peer = *peer};
	bf_access_begin(&connection.access, NULL, NULL);
	atomic_fetch_add(&journal->metrics->refused, 1);
	print(journal, &connection, "refused");
}
