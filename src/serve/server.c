/* SPDX-License-Identifier: GPL-3.0-only */
#include "serve/server.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http/access_log.h"
#include "http/connections.h"
#include "http/request_path.h"
#include "serve/response.h"

enum {
	/* Bytes for the request's head, and for what libmicrohttpd keeps of the answer. */
	CONNECTION_MEMORY = 16384,
	THREADS_MAX = 8,
};

struct bf_server {
	struct bf_microhttpd mhd;
	struct bf_server_options options;
	struct bf_catalog *catalog;
	struct bf_connections connections;
	struct MHD_Daemon *daemon;
	atomic_bool draining;
};

static int answer_host(struct bf_server *server, struct MHD_Connection *connection,
		       const char *host, bool is_get, struct bf_response *ret)
{
	struct bf_served *served;
	struct bf_error error;
	time_t modified;
	if (bf_catalog_find(server->catalog, host, &served, &modified, &error))
		return bf_response_text(&server->mhd, MHD_HTTP_INTERNAL_SERVER_ERROR,
					error.text, NULL, ret);
	if (!served)
		return bf_response_text(&server->mhd, MHD_HTTP_NOT_FOUND,
					"no such host\n", NULL, ret);
	int err = bf_response_image(&server->mhd, connection, served, modified, is_get,
				    ret);
	bf_served_release(served);
	return err;
}

static int answer(struct bf_server *server, struct MHD_Connection *connection,
		  const char *path, const char *method, struct bf_response *ret)
{
	char host[BF_PATH_HOST_SIZE];
	enum bf_path kind = bf_path_parse(path, host);
	bool is_get = strcmp(method, MHD_HTTP_METHOD_GET) == 0;
	if (kind == BF_PATH_NONE)
		return bf_response_text(&server->mhd, MHD_HTTP_NOT_FOUND,
					"images are at /HOST.iso\n", NULL, ret);
	if (!is_get && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
		return bf_response_text(&server->mhd, MHD_HTTP_METHOD_NOT_ALLOWED,
					"GET and HEAD only\n", "GET, HEAD", ret);
	if (kind == BF_PATH_HEALTH)
		return bf_response_text(&server->mhd, MHD_HTTP_OK, "ok\n", NULL, ret);
	return answer_host(server, connection, host, is_get, ret);
}

static enum MHD_Result send_answer(struct bf_server *server,
				   struct MHD_Connection *connection,
				   struct bf_connection *ours, const char *path,
				   const char *method)
{
	const struct bf_microhttpd *mhd = &server->mhd;
	struct bf_response response;
	if (answer(server, connection, path, method, &response))
		return MHD_NO;
	ours->access.status = response.status;
	ours->access.length = response.length;
	bf_connections_set_answering(&server->connections, ours, true);
	enum MHD_Result result = MHD_YES;
	if (atomic_load(&server->draining))
		result = mhd->add_response_header(response.handle, "Connection", "close");
	if (result == MHD_YES)
		result =
			mhd->queue_response(connection, response.status, response.handle);
	mhd->destroy_response(response.handle);
	return result;
}

static bool may_have_content(const char *method)
{
	return strcmp(method, MHD_HTTP_METHOD_GET) != 0 &&
	       strcmp(method, MHD_HTTP_METHOD_HEAD) != 0;
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
	(void)version;
	(void)content;
	if (!ours) {
		const union MHD_ConnectionInfo *info = server->mhd.get_connection_info(
			connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
		ours = info ? info->socket_context : NULL;
		if (!ours)
			return MHD_NO;
		*request = ours;
		bf_access_begin(&ours->access, method, path);
		if (!may_have_content(method))
			return MHD_YES;
	}
	if (*content_size > 0) {
		*content_size = 0;
		return MHD_YES;
	}
	return send_answer(server, connection, ours, path, method);
}

static void on_completed(void *closure, struct MHD_Connection *connection, void **request,
			 enum MHD_RequestTerminationCode code)
{
	struct bf_server *server = closure;
	struct bf_connection *ours = *request;
	if (!ours)
		return;
	bf_connections_set_answering(&server->connections, ours, false);
	if (server->options.quiet || ours->access.status == 0)
		return;
	const union MHD_ConnectionInfo *info = server->mhd.get_connection_info(
		connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	if (info)
		bf_access_log(&ours->access, info->client_addr,
			      code == MHD_REQUEST_TERMINATED_COMPLETED_OK);
}

static void on_connection(void *closure, struct MHD_Connection *connection,
			  void **socket_context, enum MHD_ConnectionNotificationCode code)
{
	struct bf_server *server = closure;
	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		const union MHD_ConnectionInfo *info = server->mhd.get_connection_info(
			connection, MHD_CONNECTION_INFO_CONNECTION_FD);
		*socket_context =
			info ? bf_connections_add(&server->connections, info->connect_fd)
			     : NULL;
	} else if (*socket_context) {
		bf_connections_remove(&server->connections, *socket_context);
		*socket_context = NULL;
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
	return server->mhd.start_daemon(
		MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC, 0, NULL, NULL, on_request,
		server, MHD_OPTION_LISTEN_SOCKET, options->listener,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,
		MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
		MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t)CONNECTION_MEMORY, MHD_OPTION_CONNECTION_LIMIT,
		options->connections, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
		options->per_address, MHD_OPTION_CONNECTION_TIMEOUT,
		options->idle_seconds, MHD_OPTION_THREAD_POOL_SIZE,
		threads > 1 ? threads : 0, MHD_OPTION_END);
}

int bf_server_start(const struct bf_server_options *options, struct bf_catalog *catalog,
		    struct bf_server **ret, struct bf_error *reterr)
{
	struct bf_server *server = calloc(1, sizeof(*server));
	if (!server)
		return bf_fail_nomem(reterr);
	server->options = *options;
	server->catalog = catalog;
	bf_connections_init(&server->connections);
	int err = bf_microhttpd_load(&server->mhd, reterr);
	if (!err) {
		server->daemon = start_daemon(server);
		if (!server->daemon)
			err = bf_fail(reterr, BF_ERR_IO, "libmicrohttpd cannot start: %s",
				      strerror(errno));
	}
	if (err) {
		close(options->listener);
		free(server);
		return err;
	}
	*ret = server;
	return BF_OK;
}

void bf_server_stop(struct bf_server *server)
{
	if (!server)
		return;
	server->mhd.stop_daemon(server->daemon);
	if (atomic_load(&server->draining))
		close(server->options.listener);
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
	/* The socket is ours again, and can only be closed when the threads are gone. */
	(void)server->mhd.quiesce_daemon(server->daemon);
	bf_server_tick(server);
}

bool bf_server_is_idle(struct bf_server *server)
{
	return bf_connections_are_none(&server->connections);
}
