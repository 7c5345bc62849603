/* SPDX-License-Identifier: GPL-3.0-only */
#include "http/notify.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "http/environment.h"

/* Returns the address's size, 0 if nobody wants to be told. */
static socklen_t find_manager(struct sockaddr_un *ret)
{
	const char *name = getenv("NOTIFY_SOCKET");
	size_t length = name ? strlen(name) : 0;
	*ret = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (length < 2 || length >= sizeof(ret->sun_path) ||
	    (name[0] != '/' && name[0] != '@'))
		return 0;
	memcpy(ret->sun_path, name, length);
	/* A name that is no file's has no NUL at its end, unix(7). */
	if (name[0] == '@')
		ret->sun_path[0] = '\0';
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length +
			   (name[0] == '/'));
}

static void tell(const char *state)
{
	static const struct timeval patience = {.tv_sec = 1};
	struct sockaddr_un manager;
	socklen_t size = find_manager(&manager);
	int fd = size > 0 ? socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) : -1;
	if (fd < 0)
		return;
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) == 0)
		(void)!sendto(fd, state, strlen(state), MSG_NOSIGNAL,
			      (const struct sockaddr *)&manager, size);
	close(fd);
}

void bf_notify_ready(const char *status)
{
	char state[1024];
	snprintf(state, sizeof(state), "READY=1\nSTATUS=%s", status);
	tell(state);
}

/* Type=notify-reload wants to know that it is not the answer to an earlier signal. */
void bf_notify_reloading(void)
{
	char state[64];
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(state, sizeof(state), "RELOADING=1\nMONOTONIC_USEC=%lld%06ld",
		 (long long)now.tv_sec, now.tv_nsec / 1000);
	tell(state);
}

void bf_notify_stopping(void)
{
	tell("STOPPING=1");
}

void bf_notify_alive(void)
{
	tell("WATCHDOG=1");
}

long bf_notify_interval(void)
{
	long microseconds = bf_environment_number("WATCHDOG_USEC");
	/* Without the variable it is meant for whoever reads the other one. */
	if (getenv("WATCHDOG_PID") && bf_environment_number("WATCHDOG_PID") != getpid())
		return 0;
	if (microseconds <= 0)
		return 0;
	return microseconds < 2000 ? 1 : microseconds / 2000;
}
