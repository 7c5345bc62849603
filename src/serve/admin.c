/* SPDX-License-Identifier: GPL-3.0-only */
#include "serve/admin.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "serve/response.h"

enum {
	CONNECTIONS = 16,
	IDLE_SECONDS = 10,
	CONNECTION_MEMORY = 16384,
};

struct bf_admin {
	struct bf_microhttpd mhd;
	struct bf_server *server;
	const char *version, *commit;
	struct MHD_Daemon *daemon;
};

struct page {
	const char *path, *type;
	int (*print)(struct bf_admin *admin, struct bf_buffer *ret, unsigned *ret_status);
};

static int print_metrics(struct bf_admin *admin, struct bf_buffer *ret,
			 unsigned *ret_status)
{
	(void)ret_status;
	return bf_server_print_metrics(admin->server, admin->version, admin->commit, ret);
}

static int print_status(struct bf_admin *admin, struct bf_buffer *ret,
			unsigned *ret_status)
{
	(void)ret_status;
	return bf_server_print_history(admin->server, ret);
}

static int print_health(struct bf_admin *admin, struct bf_buffer *ret,
			unsigned *ret_status)
{
	(void)admin;
	(void)ret_status;
	return bf_buffer_print(ret, "ok\n");
}

static int print_readiness(struct bf_admin *admin, struct bf_buffer *ret,
			   unsigned *ret_status)
{
	if (!bf_server_is_draining(admin->server))
		return bf_buffer_print(ret, "ready\n");
	*ret_status = MHD_HTTP_SERVICE_UNAVAILABLE;
	return bf_buffer_print(ret, "stopping\n");
}

static const struct page pages[] = {
	{"/metrics", "text/plain; version=0.0.4; charset=utf-8", print_metrics},
	{"/status.json", "application/json", print_status},
	{"/healthz", "text/plain", print_health},
	{"/readyz", "text/plain", print_readiness},
};

static const struct page *find_page(const char *path)
{
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		if (strcmp(pages[i].path, path) == 0)
			return &pages[i];
	return NULL;
}

static int answer(struct bf_admin *admin, struct MHD_Connection *connection,
		  const char *path, const char *method, struct bf_response *ret)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer text = {0};
	const struct page *page = find_page(path);
	struct bf_front *front =
		strcmp(path, "/") == 0 ? bf_server_hidden_front(admin->server) : NULL;
	unsigned status = MHD_HTTP_OK;
	if (!page && !front)
		return bf_response_text(&admin->mhd, MHD_HTTP_NOT_FOUND,
					"there are /metrics, /status.json, /healthz and "
					"/readyz\n",
					NULL, ret);
	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 &&
	    strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
		return bf_response_text(&admin->mhd, MHD_HTTP_METHOD_NOT_ALLOWED,
					"GET and HEAD only\n", "GET, HEAD", ret);
	if (front)
		return bf_response_page(&admin->mhd, connection, front, ret);
	if (page->print(admin, &text, &status))
		return BF_ERR_NOMEM;
	return bf_response_bytes(&admin->mhd, status, page->type, bf_buffer_view(&text),
				 ret);
}

static enum MHD_Result on_request(void *closure, struct MHD_Connection *connection,
				  const char *path, const char *method,
				  const char *version, const char *content,
				  size_t *content_size, void **request)
{
	struct bf_admin *admin = closure;
	struct bf_response response;
	(void)version;
	(void)content;
	(void)request;
	/* No request here has content: the connection's last answer comes before it is read. */
	if (*content_size > 0 || answer(admin, connection, path, method, &response))
		return MHD_NO;
	enum MHD_Result result =
		admin->mhd.queue_response(connection, response.status, response.handle);
	admin->mhd.destroy_response(response.handle);
	return result;
}

int bf_admin_start(int fd, struct bf_server *server, const char *version,
		   const char *commit, struct bf_admin **ret, struct bf_error *reterr)
{
	struct bf_admin *admin = calloc(1, sizeof(*admin));
	int err = admin ? bf_microhttpd_load(&admin->mhd, reterr) : bf_fail_nomem(reterr);
	if (!err) {
		admin->server = server;
		admin->version = version;
		admin->commit = commit;
		admin->daemon = admin->mhd.start_daemon(
			MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, on_request, admin,
			MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
			(unsigned)CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT,
			(unsigned)IDLE_SECONDS, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
			(size_t)CONNECTION_MEMORY, MHD_OPTION_STRICT_FOR_CLIENT, 1,
			MHD_OPTION_END);
		if (!admin->daemon)
			err = bf_fail(reterr, BF_ERR_IO, "libmicrohttpd cannot start: %s",
				      strerror(errno));
	}
	if (err) {
		close(fd);
		free(admin);
		return err;
	}
	*ret = admin;
	return BF_OK;
}

void bf_admin_stop(struct bf_admin *admin)
{
	if (!admin)
		return;
	admin->mhd.stop_daemon(admin->daemon);
	free(admin);
}
