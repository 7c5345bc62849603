/* SPDX-License-Identifier: GPL-3.0-only */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "cmd/arguments.h"
#include "cmd/commit.h"
#include "cmd/html.h"
#include "cmd/signers.h"
#include "cmd/warn.h"
#include "http/listener.h"
#include "http/log.h"
#include "http/notify.h"
#include "page/page.h"
#include "serve/admin.h"
#include "serve/server.h"

enum {
	TICK_MS = 1000,
	DRAIN_TICK_MS = 20,
	LOG_MS = 2000, /* for a log's reader to take what is left */
};

static const double drain_seconds = 30; /* well before systemd loses patience, after 90 */

/*
 * What a running service consists of, in the order it is made. Both standard output and
 * standard error may be pipes that nobody reads: from when signals are blocked, nothing is
 * written to them but by way of a log.
 */
struct service {
	struct bf_maker maker;
	struct bf_buffer page; /* HTML, empty for none */
	struct bf_catalog *catalog;
	struct bf_permits *permits;
	struct bf_log *messages; /* standard error */
	struct bf_log *requests; /* standard output, NULL when quiet */
	struct bf_metrics metrics;
	struct bf_server *server;
	struct bf_admin *admin; /* NULL for none */
};

static void free_logs(struct service *service)
{
	uint64_t missing = 0;
	if (service->requests)
		missing = bf_log_close(service->requests, LOG_MS);
	if (missing > 0)
		bf_log_print(service->messages,
			     "boots-from: %llu lines of the access log are missing, they "
			     "could not be written in time\n",
			     (unsigned long long)missing);
	if (service->messages)
		(void)bf_log_close(service->messages, LOG_MS);
}

static void free_service(struct service *service)
{
	bf_admin_stop(service->admin);
	bf_server_stop(service->server);
	free_logs(service);
	bf_permits_free(service->permits);
	bf_catalog_free(service->catalog);
	bf_buffer_free(&service->page);
	bf_maker_free(&service->maker);
}

/* A connection is a descriptor; the usual soft limit of 1024 is for programs using select(). */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

/* Where images are for those with a link, who else asks is not told so much as their names. */
static int check_page(const struct bf_arguments *options, struct bf_error *reterr)
{
	if (!options->page)
		return BF_OK;
	if (options->secrets.n > 0 && !options->admin)
		return bf_fail(
			reterr, BF_ERR_USAGE,
			"--page: with --secret there is nothing without a link: give "
			"--admin, where the page is then");
	int err = bf_html_check(&options->made_from, reterr);
	return err ? bf_fail_in(reterr, err, "--page") : BF_OK;
}

static int make_page(struct bf_arguments *options, struct service *service,
		     struct bf_error *reterr)
{
	if (!options->page)
		return BF_OK;
	int err = bf_html_make(options, &service->maker, &service->page, reterr);
	return err ? bf_fail_in(reterr, err, "--page") : BF_OK;
}

static struct bf_front_page split_page(const struct service *service)
{
	if (service->page.size == 0)
		return (struct bf_front_page){0};
	const struct bf_page_split split = bf_page_split(bf_buffer_view(&service->page));
	return (struct bf_front_page){
		.before = split.before, .after = split.after, .policy = split.policy};
}

static int make_catalog(const struct bf_arguments *options, struct service *service,
			struct bf_error *reterr)
{
	const struct bf_catalog_options catalog = {
		.maker = &service->maker,
		.url = options->url,
		.hosts_path = options->hosts,
		.metrics = &service->metrics,
	};
	struct bf_hosts hosts = {0};
	bf_metrics_init(&service->metrics);
	int err = bf_maker_init(&service->maker, &options->made_from, reterr);
	if (err)
		return err;
	bf_warn_of_maker(&service->maker, &options->made_from, NULL);
	err = bf_hosts_load(options->hosts, options->url, &service->maker, &hosts,
			    reterr);
	if (!err)
		err = bf_maker_lay_out(&service->maker, NULL, hosts.largest, reterr);
	if (err) {
		bf_hosts_free(&hosts);
		return err;
	}
	atomic_fetch_add(&service->metrics.templates, 1);
	return bf_catalog_new(&catalog, &hosts, &service->catalog, reterr);
}

static int open_logs(bool quiet, struct service *service, struct bf_error *reterr)
{
	int err = bf_log_open(STDERR_FILENO, &service->messages, reterr);
	if (!err && !quiet)
		err = bf_log_open(STDOUT_FILENO, &service->requests, reterr);
	return err;
}

static int listen_on(const struct bf_texts *addresses, struct bf_listeners *ret,
		     struct bf_error *reterr)
{
	int err = bf_listeners_inherit(ret, reterr);
	if (err || ret->n > 0)
		return err;
	err = bf_listeners_open(addresses->text, addresses->n, ret, reterr);
	return err ? bf_fail_in(reterr, err, "--listen") : BF_OK;
}

/* What the list of hosts was taken for, with these words in front. */
static void remark(const struct service *service, const char *before)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer text = {0};
	if (bf_catalog_remark(service->catalog, &text, NULL) ||
	    bf_buffer_append(&text, "", 1))
		return;
	char *rest = (char *)text.data, *line;
	while ((line = strsep(&rest, "\n")) && *line) {
		bf_log_print(service->messages, "boots-from: %s%s\n", before, line);
		before = "";
	}
}

static void say_signers(const struct service *service)
{
	struct bf_signers signers;
	bf_signers_describe(&service->maker, "each is", &signers);
	for (size_t i = 0; i < signers.n; i++)
		bf_log_print(service->messages, "boots-from: %s\n", signers.lines[i]);
}

/* What is in an image, a password in its URL for example, is for the machines it is made for. */
static void say_open(const struct bf_listeners *listeners, const struct service *service)
{
	bool is_local = true;
	for (size_t i = 0; i < listeners->n; i++)
		is_local &= bf_listener_is_loopback(listeners->fds[i]);
	if (!is_local && !bf_permits_are_needed(service->permits))
		bf_log_print(
			service->messages,
			"boots-from: everybody who reaches this server can fetch every "
			"image; --secret FILE gives them to those with a link only\n");
}

/* name is a listener's, which is for the house or not. */
static void say_page(const struct service *service, const char *name, bool is_admin)
{
	if (service->page.size > 0 && is_admin == bf_permits_are_needed(service->permits))
		bf_log_print(service->messages, "boots-from: the page: http://%s/\n",
			     name);
}

static int start(const struct bf_arguments *options, struct service *service,
		 struct bf_error *reterr)
{
	char name[BF_LISTENER_TEXT_SIZE];
	struct bf_server_options server = {
		.connections = options->connections,
		.per_address = options->per_address,
		.idle_seconds = options->idle_seconds,
		.permits = service->permits,
		.log_format = options->log_format,
		.metrics = &service->metrics,
		.page = split_page(service),
		.image_size = service->maker.tmpl.image.pieces.size,
	};
	int err = open_logs(options->quiet, service, reterr);
	if (!err)
		err = listen_on(&options->listen, &server.listeners, reterr);
	server.log = service->requests;
	server.messages = service->messages;
	if (!err)
		err = bf_server_start(&server, service->catalog, &service->server,
				      reterr);
	for (size_t i = 0; !err && i < server.listeners.n; i++) {
		bf_log_print(service->messages,
			     "boots-from: serving http://%s/HOST.iso, %.1f MiB each\n",
			     bf_listener_name(server.listeners.fds[i], name),
			     (double)service->maker.tmpl.image.pieces.size / (1 << 20));
		say_page(service, name, false);
	}
	if (!err)
		say_open(&server.listeners, service);
	return err;
}

static int start_admin(const char *address, struct service *service,
		       struct bf_error *reterr)
{
	char name[BF_LISTENER_TEXT_SIZE];
	struct bf_listeners listeners = {0};
	int err = bf_listeners_open(&address, 1, &listeners, reterr);
	if (err)
		return bf_fail_in(reterr, err, "--admin");
	bf_listener_name(listeners.fds[0], name);
	err = bf_admin_start(listeners.fds[0], service->server, BF_VERSION, bf_commit,
			     &service->admin, reterr);
	if (!err)
		bf_log_print(service->messages,
			     "boots-from: about this server: http://%s/metrics\n", name);
	if (!err)
		say_page(service, name, true);
	return err;
}

static bool reload_secrets(struct service *service)
{
	struct bf_error error;
	int err = bf_permits_reload(service->permits, &error);
	bf_metrics_count_reload(&service->metrics, !err);
	if (err)
		bf_log_print(service->messages,
			     "boots-from: %s; the secrets from before stay\n",
			     error.text);
	return !err;
}

static bool reload_hosts(const char *path, struct service *service)
{
	struct bf_error error;
	int err = BF_OK;
	if (strcmp(path, "-") == 0)
		bf_log_print(service->messages,
			     "boots-from: standard input is read once; the hosts from "
			     "before stay\n");
	else if ((err = bf_catalog_reload(service->catalog, &error)))
		bf_log_print(service->messages,
			     "boots-from: %s; the hosts from before stay\n", error.text);
	else
		remark(service, "read the hosts again: ");
	return !err;
}

/* What a manager shows of it; a reload that failed has left everything as it was. */
static void tell_ready(const struct bf_arguments *options, const struct service *service,
		       bool is_current)
{
	char status[128] = "every name is a host";
	size_t hosts, length;
	time_t read;
	bf_catalog_size(service->catalog, &hosts, &read);
	if (options->hosts || !options->url)
		snprintf(status, sizeof(status), "%zu hosts in the list", hosts);
	length = strlen(status);
	if (!is_current)
		snprintf(status + length, sizeof(status) - length,
			 "; what was read again had a mistake, and changed nothing");
	bf_notify_ready(status);
}

static void reload(const struct bf_arguments *options, struct service *service)
{
	bool is_current = true;
	bf_notify_reloading();
	if (bf_permits_are_needed(service->permits))
		is_current = reload_secrets(service);
	if (options->hosts)
		is_current &= reload_hosts(options->hosts, service);
	tell_ready(options, service, is_current);
}

/* The next signal, 0 if there is none for so long. */
static int next_signal(const sigset_t *signals, long milliseconds)
{
	const struct timespec patience = {.tv_sec = milliseconds / 1000,
					  .tv_nsec = milliseconds % 1000 * 1000000};
	int number = sigtimedwait(signals, NULL, &patience);
	return number > 0 ? number : 0;
}

static void drain(struct service *service, const sigset_t *signals)
{
	const struct timespec start = bf_clock_start();
	bf_notify_stopping();
	bf_server_drain(service->server);
	while (bf_clock_seconds(&start) < drain_seconds) {
		if (bf_server_is_idle(service->server))
			return;
		int number = next_signal(signals, DRAIN_TICK_MS);
		if (number == SIGTERM || number == SIGINT)
			break;
		bf_server_tick(service->server);
	}
	bf_log_print(service->messages, "boots-from: stopping with answers unfinished\n");
}

static void serve(const struct bf_arguments *options, struct service *service,
		  const sigset_t *signals)
{
	const long watched = bf_notify_interval();
	const long pause = watched > 0 && watched < TICK_MS ? watched : TICK_MS;
	tell_ready(options, service, true);
	for (;;) {
		switch (next_signal(signals, pause)) {
		case SIGTERM:
		case SIGINT:
			drain(service, signals);
			return;
		case SIGHUP:
			reload(options, service);
			break;
		default:
			break;
		}
		bf_server_tick(service->server);
		if (watched > 0)
			bf_notify_alive();
	}
}

/* All that serving needs was read, and could be used. */
static int say_checked(const struct bf_arguments *options, const struct service *service)
{
	size_t hosts;
	time_t read;
	bf_catalog_size(service->catalog, &hosts, &read);
	if (options->quiet)
		return BF_OK;
	if (options->hosts)
		fprintf(stderr, "boots-from: all %zu hosts can be served\n", hosts);
	else
		fprintf(stderr, "boots-from: this can be served\n");
	return BF_OK;
}

/*
 * Reading the lists may take as long as somebody holds standard input open: SIGTERM and
 * SIGINT end the process until it serves. A SIGHUP waits, there is nothing to read again yet.
 * Blocked before there are threads, all of them arrive in next_signal() only.
 */
static int run(struct bf_arguments *options, struct bf_error *reterr)
{
	bf_cleanup(free_service) struct service service = {0};
	sigset_t ending, all;
	sigemptyset(&ending);
	sigaddset(&ending, SIGINT);
	sigaddset(&ending, SIGTERM);
	all = ending;
	sigaddset(&all, SIGHUP);

	sigprocmask(SIG_BLOCK, &all, NULL);
	sigprocmask(SIG_UNBLOCK, &ending, NULL);
	int err = bf_permits_new(options->secrets.text, options->secrets.n,
				 options->margin, &service.permits, reterr);
	if (!err)
		err = make_catalog(options, &service, reterr);
	if (!err)
		err = make_page(options, &service, reterr);
	if (err)
		return err;
	if (options->check)
		return say_checked(options, &service);
	sigprocmask(SIG_BLOCK, &ending, NULL);
	err = start(options, &service, reterr);
	if (!err && options->admin)
		err = start_admin(options->admin, &service, reterr);
	if (err) {
		sigprocmask(SIG_UNBLOCK, &ending, NULL);
		return err;
	}
	remark(&service, "the hosts: ");
	say_signers(&service);
	serve(options, &service, &all);
	return BF_OK;
}

int bf_cmd_serve(struct bf_arguments *arguments, struct bf_error *reterr)
{
	if (!arguments->url && !arguments->hosts && arguments->secrets.n == 0)
		return bf_fail(reterr, BF_ERR_USAGE,
			       "serve: no URL: give the one to boot from, such as "
			       "'http://10.0.0.1/boot/{host}'");
	int err = check_page(arguments, reterr);
	if (err)
		return err;
	raise_descriptor_limit();
	return run(arguments, reterr);
}
