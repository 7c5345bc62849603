/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * What a service manager is told, systemd for one, as sd_notify(3) describes it: datagrams to
 * the socket that NOTIFY_SOCKET names. Without one nothing is sent; and where it cannot be, in
 * a second, nothing could be done about it.
 */
#ifndef BF_NOTIFY_H
#define BF_NOTIFY_H

/* It serves, for the first time or again, and this is how it stands: a line of text. */
void bf_notify_ready(const char *status);

/* It reads its files again; bf_notify_ready() ends that. */
void bf_notify_reloading(void);

void bf_notify_stopping(void);

/* It is alive. */
void bf_notify_alive(void);

/*
 * The milliseconds after which bf_notify_alive() is due again, half of what the manager waits
 * for it (sd_watchdog_enabled(3)); 0 if it does not wait for it.
 */
long bf_notify_interval(void);

#endif
