/* SPDX-License-Identifier: GPL-3.0-only */
#include "serve/server.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "http/acceptor.h"
#include "http/connections.h"
#include "http/framing.h"
#include "link/path.h"
#include "serve/journal.h"
#include "serve/response.h"

enum {
	/* Bytes for the request's head, and for what libmicrohttpd keeps of the answer. */
	CONNECTION_MEMORY = 16384,
	THREADS_MAX = 8,
	LISTS_MAX = 64 << 20, /* bytes of lists of hosts in pages that are being sent */
};

static const double list_seconds = 1; /* a list is made as often at most */

struct bf_server {
	struct bf_microhttpd mhd;
	struct bf_server_options options;
	struct bf_catalog *catalog;
	struct bf_connections connections;
	struct bf_acceptor acceptor;
	struct MHD_Daemon *daemon;
	struct bf_journal journal;
	struct bf_front *front; /* NULL without a page */
	atomic_bool draining;
};

/*
 * What nobody may fetch is as if it were not there: the same answer after the same work, so
 * that there is nothing to be learned about which hosts there are.
 */
static int answer_none(struct bf_server *server, struct bf_response *ret)
{
	return bf_response_text(&server->mhd, MHD_HTTP_NOT_FOUND,
				"no such image; images are at /HOST.iso\n", NULL, ret);
}

static int answer_image(struct bf_server *server, struct MHD_Connection *connection,
			struct bf_connection *ours, const struct bf_path *path,
			bool is_get, struct bf_response *ret)
{
	struct bf_served *served;
	struct bf_error error;
	struct bf_token_bytes bytes;
	struct bf_token token;
	time_t modified;
	if (!bf_permits_judge(server->options.permits, path, time(NULL), &bytes, &token))
		return answer_none(server, ret);
	const struct bf_served_key key = {path->host, token.settings};
	if (bf_catalog_find(server->catalog, &key, &served, &modified, &error))
		return bf_response_text(&server->mhd, MHD_HTTP_INTERNAL_SERVER_ERROR,
					error.text, NULL, ret);
	if (!served)
		return answer_none(server, ret);
	snprintf(ours->about.name, sizeof(ours->about.name), "%s", path->host);
	ours->about.version =
		bf_digest_hash(bf_view(served->etag, strlen(served->etag)), 0);
	ours->about.size = served->image.pieces.size;
	int err = bf_response_image(&server->mhd, connection, served, modified, is_get,
				    ret);
	if (!err && is_get)
		ours->about.parts = ret->parts;
	bf_served_release(served);
	return err;
}

/* Whether it is the page that is asked for; two slashes come of joining, as in other paths. */
static bool is_page(const struct bf_server *server, const char *path)
{
	return server->front && !bf_permits_are_needed(server->options.permits) &&
	       *path == '/' && path[strspn(path, "/")] == '\0';
}

static int answer(struct bf_server *server, struct MHD_Connection *connection,
		  struct bf_connection *ours, const char *path, const char *method,
		  struct bf_response *ret)
{
	struct bf_path parsed;
	enum bf_path_kind kind = bf_path_parse(path, &parsed);
	bool is_get = strcmp(method, MHD_HTTP_METHOD_GET) == 0;
	bool has_page = is_page(server, path);
	if (kind == BF_PATH_NONE && !has_page)
		return answer_none(server, ret);
	if (!is_get && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
		return bf_response_text(&server->mhd, MHD_HTTP_METHOD_NOT_ALLOWED,
					"GET and HEAD only\n", "GET, HEAD", ret);
	if (has_page)
		return bf_response_page(&server->mhd, connection, server->front, ret);
	if (kind == BF_PATH_HEALTH)
		return bf_response_text(&server->mhd, MHD_HTTP_OK, "ok\n", NULL, ret);
	return answer_image(server, connection, ours, &parsed, is_get, ret);
}

static enum MHD_Result send_response(struct bf_server *server,
				     struct MHD_Connection *connection,
				     struct bf_connection *ours,
				     const struct bf_response *response, bool close)
{
	const struct bf_microhttpd *mhd = &server->mhd;
	enum MHD_Result result = MHD_YES;
	ours->access.status = response->status;
	ours->access.length = response->length;
	bf_connections_begin_answer(&server->connections, ours);
	if (close)
		result =
			mhd->add_response_header(response->handle, "Connection", "close");
	if (result == MHD_YES)
		result = mhd->queue_response(connection, response->status,
					     response->handle);
	mhd->destroy_response(response->handle);
	return result;
}

static enum MHD_Result send_answer(struct bf_server *server,
				   struct MHD_Connection *connection,
				   struct bf_connection *ours, const char *path,
				   const char *method)
{
	struct bf_response response;
	if (answer(server, connection, ours, path, method, &response))
		return MHD_NO;
	return send_response(server, connection, ours, &response,
			     atomic_load(&server->draining));
}

/* Where the next request begins is not known then: it is the connection's last answer. */
static enum MHD_Result refuse(struct bf_server *server, struct MHD_Connection *connection,
			      struct bf_connection *ours, const char *problem)
{
	struct bf_response response;
	char text[128];
	snprintf(text, sizeof(text), "%s\n", problem);
	if (bf_response_text(&server->mhd, MHD_HTTP_BAD_REQUEST, text, NULL, &response))
		return MHD_NO;
	return send_response(server, connection, ours, &response, true);
}

static enum MHD_Result gather_framing(void *closure, enum MHD_ValueKind kind,
				      const char *name, const char *value)
{
	(void)kind;
	bf_framing_add(closure, name, value ? value : "");
	return MHD_YES;
}

static bool may_have_content(const char *method)
{
	return strcmp(method, MHD_HTTP_METHOD_GET) != 0 &&
	       strcmp(method, MHD_HTTP_METHOD_HEAD) != 0;
}

static struct bf_connection *find_ours(struct bf_server *server,
				       struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = server->mhd.get_connection_info(
		connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	return info ? info->socket_context : NULL;
}

/* Called when a request's line is complete; what follows may be refused without us. */
static void *on_line(void *closure, const char *path, struct MHD_Connection *connection)
{
	struct bf_server *server = closure;
	struct bf_connection *ours = find_ours(server, connection);
	if (!ours)
		return NULL;
	ours->has_line = true;
	bf_journal_begin(&server->journal, ours, NULL, path);
	return ours;
}

/*
 * Called when a request's head is complete, again for every part of its content, and when
 * the content is complete too. What is answered in the first call has its content refused.
 */
static enum MHD_Result on_request(void *closure, struct MHD_Connection *connection,
				  const char *path, const char *method,
				  const char *version, const char *content,
				  size_t *content_size, void **request)
{
	struct bf_server *server = closure;
	struct bf_connection *ours = *request;
	(void)content;
	if (!ours)
		return MHD_NO;
	if (!ours->has_head) {
		struct bf_framing framing = {0};
		ours->has_head = true;
		bf_journal_begin(&server->journal, ours, method, path);
		server->mhd.get_connection_values(connection, MHD_HEADER_KIND,
						  gather_framing, &framing);
		const char *problem = bf_framing_problem(&framing, version);
		ours->has_content = problem || framing.lengths + framing.codings > 0;
		if (problem)
			return refuse(server, connection, ours, problem);
		if (!may_have_content(method))
			return MHD_YES;
	}
	if (*content_size > 0) {
		*content_size = 0;
		return MHD_YES;
	}
	return send_answer(server, connection, ours, path, method);
}

/* What became of a request: our answer, libmicrohttpd's refusal, or nothing. */
static void end_request(struct bf_server *server, struct MHD_Connection *connection,
			struct bf_connection *ours, bool complete)
{
	const union MHD_ConnectionInfo *info = server->mhd.get_connection_info(
		connection, MHD_CONNECTION_INFO_HTTP_STATUS);
	if (ours->access.status == 0 && info) {
		ours->access.status = info->http_status;
		complete = true;
	}
	bf_journal_end(&server->journal, ours, complete);
}

/* Called when a request whose line was read has been answered, or never will be. */
static void on_completed(void *closure, struct MHD_Connection *connection, void **request,
			 enum MHD_RequestTerminationCode code)
{
	struct bf_server *server = closure;
	struct bf_connection *ours = *request;
	if (!ours)
		return;
	end_request(server, connection, ours,
		    code == MHD_REQUEST_TERMINATED_COMPLETED_OK);
	bf_connections_end_request(&server->connections, ours);
}

static void on_connection(void *closure, struct MHD_Connection *connection,
			  void **socket_context, enum MHD_ConnectionNotificationCode code)
{
	struct bf_server *server = closure;
	struct bf_connection *ours = *socket_context;
	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		const union MHD_ConnectionInfo *info = server->mhd.get_connection_info(
			connection, MHD_CONNECTION_INFO_CONNECTION_FD);
		*socket_context =
			info ? bf_connections_find(&server->connections, info->connect_fd)
			     : NULL;
	} else if (ours) {
		if (bf_connection_has_unread(ours))
			bf_journal_no_request(&server->journal, ours);
		if (bf_connections_remove(&server->connections, ours))
			bf_acceptor_wake(&server->acceptor);
	}
}

/* Leave the path as it came: an encoded slash or NUL must not become one. */
static size_t leave_escaped(void *closure, struct MHD_Connection *connection, char *text)
{
	(void)closure;
	(void)connection;
	return strlen(text);
}

static unsigned count_threads(void)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	if (cores < 2)
		return 1;
	return cores < THREADS_MAX ? (unsigned)cores : THREADS_MAX;
}

static struct MHD_Daemon *start_daemon(struct bf_server *server)
{
	const struct bf_server_options *options = &server->options;
	unsigned threads = count_threads();
	/* Ours is the limit: libmicrohttpd's is for each thread, and must never come first. */
	unsigned limit = 2 * threads * options->connections;
	return server->mhd.start_daemon(
		MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_USE_NO_LISTEN_SOCKET, 0,
		NULL, NULL, on_request, server, MHD_OPTION_URI_LOG_CALLBACK, on_line,
		server, MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,
		MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
		MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t)CONNECTION_MEMORY, MHD_OPTION_CONNECTION_LIMIT, limit,
		MHD_OPTION_CONNECTION_TIMEOUT, options->idle_seconds,
		MHD_OPTION_THREAD_POOL_SIZE, threads > 1 ? threads : 0, MHD_OPTION_END);
}

static bool has_room(void *closure)
{
	struct bf_server *server = closure;
	return bf_connections_have_room(&server->connections);
}

static void take(void *closure, int fd, const struct sockaddr *from, socklen_t from_size)
{
	struct bf_server *server = closure;
	struct bf_peer peer = bf_peer(from);
	if (!bf_connections_add(&server->connections, fd, &peer)) {
		close(fd);
		bf_journal_refused(&server->journal, &peer);
		return;
	}
	/* libmicrohttpd closes the socket if it cannot take it. */
	if (server->mhd.add_connection(server->daemon, fd, from, from_size) != MHD_YES)
		bf_connections_remove(&server->connections,
				      bf_connections_find(&server->connections, fd));
}

static int make_front(struct bf_server *server, struct bf_error *reterr)
{
	const struct bf_front_options options = {
		.page = server->options.page,
		.catalog = server->catalog,
		.history = server->journal.history,
		.image_size = server->options.image_size,
		.needs_links = bf_permits_are_needed(server->options.permits),
		.age = list_seconds,
		.held_max = LISTS_MAX};
	return options.page.before.size > 0
		       ? bf_front_new(&options, &server->front, reterr)
		       : BF_OK;
}

static int start(struct bf_server *server, struct bf_error *reterr)
{
	int err = bf_microhttpd_load(&server->mhd, reterr);
	if (err)
		return err;
	server->journal.history = bf_history_new(BF_HISTORY_MAX);
	if (!server->journal.history)
		return bf_fail_nomem(reterr);
	err = make_front(server, reterr);
	if (err)
		return err;
	server->daemon = start_daemon(server);
	if (!server->daemon)
		return bf_fail(reterr, BF_ERR_IO, "libmicrohttpd cannot start: %s",
			       strerror(errno));
	return bf_acceptor_start(&server->acceptor, reterr);
}

static int new_server(const struct bf_server_options *options, struct bf_catalog *catalog,
		      struct bf_server **ret, struct bf_error *reterr)
{
	struct bf_server *server = calloc(1, sizeof(*server));
	const struct bf_acceptor_handler handler = {
		.has_room = has_room, .take = take, .closure = server};
	struct bf_listeners listeners = options->listeners;
	if (!server) {
		bf_listeners_close(&listeners);
		return bf_fail_nomem(reterr);
	}
	int err = bf_acceptor_init(&server->acceptor, &listeners, &handler, reterr);
	if (err) {
		free(server);
		return err;
	}
	server->options = *options;
	server->catalog = catalog;
	server->journal.log = options->log;
	server->journal.format = options->log_format;
	server->journal.hides_folders = bf_permits_are_needed(options->permits);
	server->journal.metrics = options->metrics;
	bf_connections_init(&server->connections, options->connections,
			    options->per_address);
	*ret = server;
	return BF_OK;
}

int bf_server_start(const struct bf_server_options *options, struct bf_catalog *catalog,
		    struct bf_server **ret, struct bf_error *reterr)
{
	struct bf_server *server;
	int err = new_server(options, catalog, &server, reterr);
	if (err)
		return err;
	err = start(server, reterr);
	if (err)
		bf_server_stop(server);
	else
		*ret = server;
	return err;
}

void bf_server_stop(struct bf_server *server)
{
	if (!server)
		return;
	bf_acceptor_stop(&server->acceptor);
	if (server->daemon)
		server->mhd.stop_daemon(server->daemon);
	bf_acceptor_free(&server->acceptor);
	bf_connections_free(&server->connections);
	bf_front_free(server->front);
	bf_history_free(server->journal.history);
	free(server);
}

void bf_server_tick(struct bf_server *server)
{
	time_t patience =
		atomic_load(&server->draining) ? 0 : (time_t)server->options.idle_seconds;
	bf_connections_expire(&server->connections, patience);
}

void bf_server_drain(struct bf_server *server)
{
	if (atomic_exchange(&server->draining, true))
		return;
	bf_acceptor_stop(&server->acceptor);
	bf_server_tick(server);
}

bool bf_server_is_idle(struct bf_server *server)
{
	return bf_connections_count(&server->connections) == 0;
}

bool bf_server_is_draining(const struct bf_server *server)
{
	return atomic_load(&server->draining);
}

int bf_server_print_metrics(struct bf_server *server, const char *version,
			    const char *commit, struct bf_buffer *ret)
{
	const struct bf_server_options *options = &server->options;
	struct bf_metrics_gauges gauges = {
		.connections = bf_connections_count(&server->connections)};
	bf_catalog_size(server->catalog, &gauges.hosts, &gauges.hosts_read);
	if (options->log)
		gauges.requests_lost = bf_log_missing(options->log);
	if (options->messages)
		gauges.messages_lost = bf_log_missing(options->messages);
	return bf_metrics_print(options->metrics, &gauges, version, commit, ret);
}

int bf_server_print_history(struct bf_server *server, struct bf_buffer *ret)
{
	return bf_history_print(server->journal.history, ret);
}

struct bf_front *bf_server_hidden_front(struct bf_server *server)
{
	return bf_permits_are_needed(server->options.permits) ? server->front : NULL;
}
