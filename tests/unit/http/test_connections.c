/* SPDX-License-Identifier: GPL-3.0-only */
#include "http/connections.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

/* But for the last tests descriptors are numbers: nothing is done with them. */

static struct bf_peer ipv6(uint8_t network, uint8_t host)
{
	struct bf_peer peer = {.address = {0x20, 0x01, 0x0d, 0xb8}};
	peer.address[7] = network;
	peer.address[15] = host;
	return peer;
}

static bool add(struct bf_connections *connections, int fd, struct bf_peer peer)
{
	return bf_connections_add(connections, fd, &peer);
}

static void test_share(void **state)
{
	(void)state;
	struct bf_connections connections;
	bf_connections_init(&connections, 100, 3);
	for (uint8_t i = 0; i < 3; i++)
		assert_true(add(&connections, i, ipv6(1, i)));
	assert_false(add(&connections, 3, ipv6(1, 200)));
	assert_true(add(&connections, 3, ipv6(2, 200)));
	/* One goes, another of the same network comes. */
	assert_false(bf_connections_remove(&connections,
					   bf_connections_find(&connections, 1)));
	assert_true(add(&connections, 1, ipv6(1, 200)));
	assert_false(add(&connections, 4, ipv6(1, 201)));
	bf_connections_free(&connections);
}

/* Many networks, so that some of them share a bucket. */
static void test_many(void **state)
{
	(void)state;
	enum { N = 4 * BF_CONNECTIONS_BUCKETS };
	struct bf_connections connections;
	bf_connections_init(&connections, 2 * N, 2);
	for (int i = 0; i < N; i++) {
		struct bf_peer peer = ipv6((uint8_t)i, 1);
		peer.address[6] = (uint8_t)(i >> 8);
		assert_true(add(&connections, 2 * i, peer));
		assert_true(add(&connections, 2 * i + 1, peer));
		assert_false(add(&connections, 2 * N, peer));
	}
	assert_false(bf_connections_have_room(&connections));
	assert_true(bf_connections_remove(&connections,
					  bf_connections_find(&connections, 17)));
	assert_true(bf_connections_have_room(&connections));
	assert_null(bf_connections_find(&connections, 17));
	for (int fd = 0; fd < 2 * N; fd++)
		if (fd != 17)
			bf_connections_remove(&connections,
					      bf_connections_find(&connections, fd));
	assert_int_equal(bf_connections_count(&connections), 0);
	bf_connections_free(&connections);
}

static void test_no_limit(void **state)
{
	(void)state;
	struct bf_connections connections;
	bf_connections_init(&connections, 1000, 0);
	for (int fd = 0; fd < 1000; fd++)
		assert_true(add(&connections, fd, ipv6(1, 1)));
	bf_connections_free(&connections);
}

/* A descriptor that comes again was closed without a word: it counts once. */
static void test_forgotten(void **state)
{
	(void)state;
	struct bf_connections connections;
	bf_connections_init(&connections, 2, 1);
	assert_true(add(&connections, 5, ipv6(1, 1)));
	assert_true(add(&connections, 5, ipv6(1, 2)));
	assert_true(bf_connections_have_room(&connections));
	assert_true(add(&connections, 6, ipv6(2, 1)));
	assert_false(bf_connections_have_room(&connections));
	assert_null(bf_connections_find(&connections, 4));
	assert_null(bf_connections_find(&connections, 1000));
	bf_connections_free(&connections);
}

struct pair {
	struct bf_connections connections;
	struct bf_connection *ours;
	int client;
};

static void open_pair(struct pair *pair)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t size = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	pair->client = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
	assert_int_equal(connect(pair->client, (struct sockaddr *)&address, size), 0);
	int server = accept(listener, NULL, NULL);
	assert_true(server >= 0);
	close(listener);
	bf_connections_init(&pair->connections, 1, 0);
	assert_true(add(&pair->connections, server, ipv6(1, 1)));
	pair->ours = bf_connections_find(&pair->connections, server);
}

static void close_pair(struct pair *pair)
{
	close(pair->ours->fd);
	close(pair->client);
	bf_connections_free(&pair->connections);
}

/* The client sends some bytes and the server reads them. */
static void pass(struct pair *pair, const char *text)
{
	char received[64];
	ssize_t size = (ssize_t)strlen(text);
	assert_int_equal(send(pair->client, text, (size_t)size, 0), size);
	assert_int_equal(recv(pair->ours->fd, received, (size_t)size, MSG_WAITALL), size);
}

/* What comes when the answer is out, but not yet known to be, belongs to no request. */
static void test_unread_after_answer(void **state)
{
	(void)state;
	struct pair pair;
	open_pair(&pair);
	assert_false(bf_connection_has_unread(pair.ours));
	pass(&pair, "GET / HTTP/1.1\r\n\r\n");
	bf_connections_begin_answer(&pair.connections, pair.ours);
	pass(&pair, "GET\r\n\r\n");
	bf_connections_end_request(&pair.connections, pair.ours);
	assert_true(bf_connection_has_unread(pair.ours));
	close_pair(&pair);
}

/* Content belongs to the request, however late it comes, and so does what was refused. */
static void test_unread_content(void **state)
{
	(void)state;
	struct pair pair;
	open_pair(&pair);
	pass(&pair, "GET / HTTP/1.1\r\nContent-Length: 5\r\n\r\n");
	pair.ours->has_content = true;
	bf_connections_begin_answer(&pair.connections, pair.ours);
	pass(&pair, "abcde");
	bf_connections_end_request(&pair.connections, pair.ours);
	assert_false(bf_connection_has_unread(pair.ours));

	pass(&pair, "GET / HTTP/9.9\r\n\r\n");
	bf_connections_end_request(&pair.connections, pair.ours);
	assert_false(bf_connection_has_unread(pair.ours));
	close_pair(&pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_share),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_no_limit),
		cmocka_unit_test(test_forgotten),
		cmocka_unit_test(test_unread_after_answer),
		cmocka_unit_test(test_unread_content),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
