# SPDX-License-Identifier: GPL-3.0-only
"""Several addresses, IPv4 and IPv6, in a network namespace that has nothing else."""

import socket
import unittest

from service import SECONDS, URL, ServiceTest, enter_namespace, read_to_end

ADDRESSES = ["192.0.2.1/32", "2001:db8:0:1::1/128", "2001:db8:0:1::2/128",
             "2001:db8:0:1:ffff::3/128", "2001:db8:0:2::1/128"]
REQUEST = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"


class NetworkTest(ServiceTest):
    def start(self, addresses, *options):
        listen = [word for address in addresses for word in ("--listen", address)]
        return self.serve(*listen, *options, URL)

    def connect(self, to, source=None):
        return socket.create_connection(to, SECONDS, source_address=source and (source, 0))

    def is_answered(self, connection):
        """Whether a request is; the connection stays open."""
        connection.sendall(REQUEST)
        answer = b""
        while piece := connection.recv(1000):
            answer += piece
            if answer.endswith(b"ok\n"):
                return True
        return False

    def test_both_families(self):
        """Both on one port: an IPv6 socket leaves IPv4 to the one that is for it."""
        for addresses in (["0.0.0.0:8080", "[::]:8080"], ["[::]:8080", "0.0.0.0:8080"],
                          ["127.0.0.1:8080", "[2001:db8:0:1::1]:8080", "192.0.2.1:8081"]):
            service = self.start(addresses)
            for address in addresses:
                service.wait_message(f"serving http://{address}/HOST.iso".encode())
            for address in addresses:
                host, port = address.rsplit(":", 1)
                with self.connect((host.strip("[]"), int(port))) as connection:
                    self.assertTrue(self.is_answered(connection), address)
            self.assertEqual(service.terminate(), 0)

    def test_ipv6_alone_takes_ipv4(self):
        service = self.start(["[::]:8080"])
        with self.connect(("192.0.2.1", 8080), "192.0.2.1") as connection:
            self.assertTrue(self.is_answered(connection))
        service.terminate()
        self.assertIn(" 192.0.2.1:", service.log.read_text())

    def test_a_network_is_one_client(self):
        """Whoever has an IPv6 address has the other 2^64 of its network too."""
        service = self.start(["[::]:8080", "127.0.0.1:8080"], "--max-per-address", "2")
        with self.connect(("::1", 8080), "2001:db8:0:1::1") as one, \
                self.connect(("::1", 8080), "2001:db8:0:1::2") as two:
            self.assertTrue(self.is_answered(one))
            self.assertTrue(self.is_answered(two))
            with self.connect(("::1", 8080), "2001:db8:0:1:ffff::3") as three:
                self.assertEqual(read_to_end(three), b"")
            with self.connect(("::1", 8080), "2001:db8:0:2::1") as other:
                self.assertTrue(self.is_answered(other))
            with self.connect(("127.0.0.1", 8080)) as old:
                self.assertTrue(self.is_answered(old))
        service.terminate()
        self.assertRegex(service.log.read_text(),
                         r'\[2001:db8:0:1:ffff::3\]:\d+ "- -" - 0 [\d.]+ms refused\n')

    def test_ipv4_addresses_are_clients(self):
        for address in ("[::]:8080", "0.0.0.0:8080"):
            service = self.start([address], "--max-per-address", "1")
            with self.connect(("127.0.0.1", 8080), "127.0.0.1") as one, \
                    self.connect(("127.0.0.1", 8080), "127.0.0.2") as two, \
                    self.connect(("127.0.0.1", 8080), "127.0.0.2") as three:
                self.assertTrue(self.is_answered(one))
                self.assertTrue(self.is_answered(two))
                self.assertEqual(read_to_end(three), b"")
            self.assertEqual(service.terminate(), 0)

    def test_limit_over_all_sockets(self):
        """More than --max-connections wait, wherever they come in."""
        service = self.start(["127.0.0.1:8080", "[::1]:8080"], "--max-connections", "2")
        with self.connect(("127.0.0.1", 8080)) as one:
            self.assertTrue(self.is_answered(one))
            with self.connect(("::1", 8080)) as two:
                self.assertTrue(self.is_answered(two))
                third = self.connect(("::1", 8080))
                self.addCleanup(third.close)
                third.sendall(REQUEST)
                third.settimeout(0.3)
                self.assertRaises(TimeoutError, third.recv, 1)
        third.settimeout(SECONDS)
        self.assertTrue(third.recv(1000).startswith(b"HTTP/1.1 200 "))
        self.assertEqual(service.terminate(), 0)


if __name__ == "__main__":
    enter_namespace(*ADDRESSES)
    unittest.main()
