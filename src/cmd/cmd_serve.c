/* SPDX-License-Identifier: GPL-3.0-only */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/cleanup.h"
#include "cmd/arguments.h"
#include "cmd/warn.h"
#include "http/listener.h"
#include "serve/server.h"

enum {
	DRAIN_SECONDS = 30, /* well before systemd loses patience, after 90 */
	TICK_MS = 1000,
	DRAIN_TICK_MS = 20,
};

/* What a running service consists of, in the order it is made. */
struct service {
	struct bf_maker maker;
	struct bf_catalog *catalog;
	struct bf_server *server;
};

static void free_service(struct service *service)
{
	bf_server_stop(service->server);
	bf_catalog_free(service->catalog);
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

static int make_catalog(const struct bf_arguments *options, struct service *service,
			struct bf_error *reterr)
{
	const struct bf_catalog_options catalog = {
		.maker = &service->maker,
		.url = options->url,
		.hosts_path = options->hosts,
	};
	int err = bf_maker_init(&service->maker, &options->made_from, reterr);
	if (!err)
		err = bf_maker_lay_out(&service->maker, NULL, reterr);
	if (!err && service->maker.has_certificate)
		bf_warn_of_certificate(&service->maker.certificate, NULL);
	return err ? err : bf_catalog_new(&catalog, &service->catalog, reterr);
}

static int open_listener(const char *address, int *ret, struct bf_error *reterr)
{
	int err = bf_listener_open(address, ret, reterr);
	return err ? bf_fail_in(reterr, err, "--listen") : BF_OK;
}

static int start(const struct bf_arguments *options, struct service *service,
		 struct bf_error *reterr)
{
	char name[BF_LISTENER_TEXT_SIZE];
	int listener;
	int err = make_catalog(options, service, reterr);
	if (!err)
		err = bf_listener_inherit(&listener, reterr);
	if (!err && listener < 0)
		err = open_listener(options->listen.text[0], &listener, reterr);
	if (err)
		return err;
	const struct bf_server_options server = {
		.listener = listener,
		.connections = options->connections,
		.per_address = options->per_address,
		.idle_seconds = options->idle_seconds,
		.quiet = options->quiet,
	};
	bf_listener_name(listener, name);
	err = bf_server_start(&server, service->catalog, &service->server, reterr);
	if (!err)
		fprintf(stderr, "boots-from: serving http://%s/HOST.iso, %.1f MiB each\n",
			name, (double)service->maker.tmpl.image.pieces.size / (1 << 20));
	return err;
}

static void reload(const struct bf_arguments *options, struct service *service)
{
	struct bf_error error;
	size_t n;
	if (!options->hosts)
		return;
	if (bf_catalog_reload(service->catalog, &n, &error))
		fprintf(stderr, "boots-from: %s; the hosts from before stay\n",
			error.text);
	else
		fprintf(stderr, "boots-from: read the hosts again: %zu\n", n);
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
	bf_server_drain(service->server);
	for (int ms = 0; ms < DRAIN_SECONDS * 1000; ms += DRAIN_TICK_MS) {
		if (bf_server_is_idle(service->server))
			return;
		int number = next_signal(signals, DRAIN_TICK_MS);
		if (number == SIGTERM || number == SIGINT)
			break;
		bf_server_tick(service->server);
	}
	fprintf(stderr, "boots-from: stopping with answers unfinished\n");
}

static void serve(const struct bf_arguments *options, struct service *service,
		  const sigset_t *signals)
{
	for (;;) {
		switch (next_signal(signals, TICK_MS)) {
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
	}
}

int bf_cmd_serve(struct bf_arguments *arguments, struct bf_error *reterr)
{
	bf_cleanup(free_service) struct service service = {0};
	sigset_t signals;
	if (!arguments->url && !arguments->hosts)
		return bf_fail(reterr, BF_ERR_USAGE,
			       "serve: no URL: give the one to boot from, such as "
			       "'http://10.0.0.1/boot/{host}'");
	/* Blocked before there are threads, they arrive in next_signal() only. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	raise_descriptor_limit();
	int err = start(arguments, &service, reterr);
	if (!err)
		serve(arguments, &service, &signals);
	return err;
}
