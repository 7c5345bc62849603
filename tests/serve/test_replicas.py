# SPDX-License-Identifier: GPL-3.0-only
"""Several servers behind HAProxy and nginx, configured as the README prints it, in a network
namespace with nothing else: the same bytes whoever answers, and no range lost when one goes."""

import http.client
import os
import random
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import unittest
from pathlib import Path

from service import SECONDS, URL, Service, ServiceTest

README = Path(__file__).resolve().parents[2] / "README.md"
FRONT, REPLICAS = "10.0.0.1", [f"10.0.0.1{n}" for n in range(1, 5)]
NAMES = ["one", "two", "three", "four"]
CLIENTS, RANGES, RANGE = 6, 250, 65536
SEED = 3


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True, timeout=SECONDS)


def enter_namespace():
    """Become this program in a namespace of its own, which then sets it up."""
    if os.environ.get("BOOTS_FROM_NAMESPACE"):
        ip("link", "set", "lo", "up")
        for address in (FRONT, *REPLICAS):
            ip("address", "add", f"{address}/24", "dev", "lo")
        return
    os.environ["BOOTS_FROM_NAMESPACE"] = "1"
    os.execvp("unshare", ["unshare", "--net", sys.executable, "-B", *sys.argv])


def printed(title):
    """The block of the README below a line that ends in this title."""
    block = re.search(rf"(?m){re.escape(title)}:\n\n((?:    .*\n|\n)+)", README.read_text()).group(1)
    return re.sub(r"(?m)^    ", "", block).rstrip() + "\n"


class Client(threading.Thread):
    """Reads ranges at random places over one connection after the other, as a BMC does, and notes
    what was wrong."""

    def __init__(self, test, number, tls):
        super().__init__(daemon=True)
        self.test, self.tls, self.random = test, tls, random.Random(SEED + number)
        self.failed, self.wrong, self.tags, self.read = [], [], set(), 0
        self.finish = threading.Event()

    def run(self):
        connection = None
        while self.read < RANGES or not self.finish.is_set():
            if self.random.random() < 0.05 and connection:
                connection.close()
                connection = None
            connection = connection or self.test.connect(self.tls)
            first = self.random.randrange(len(self.test.image) - RANGE)
            try:
                connection.request("GET", "/web1.iso", headers={"Range": f"bytes={first}-{first + RANGE - 1}"})
                answer = connection.getresponse()
                content = answer.read()
            except (OSError, http.client.HTTPException) as error:
                self.failed.append(error)
                connection.close()
                connection = None
                continue
            self.read += 1
            self.tags.add(answer.headers["ETag"])
            if answer.status != 206 or content != self.test.image[first:first + RANGE]:
                self.wrong.append((first, answer.status, len(content)))
        connection.close()


class ReplicasTest(ServiceTest):
    def setUp(self):
        super().setUp()
        self.image = self.build(URL.replace("{host}", "web1"))
        self.ca = self.folder / "boot.crt"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                        "-nodes", "-keyout", self.folder / "boot.key", "-out", self.ca, "-days", "2",
                        "-subj", "/CN=boot", "-addext", f"subjectAltName=IP:{FRONT}"],
                       check=True, capture_output=True, timeout=SECONDS)
        (self.folder / "boot.pem").write_bytes(self.ca.read_bytes() + (self.folder / "boot.key").read_bytes())
        self.replicas = {}

    def start(self, address, *arguments):
        folder = self.folder / address
        folder.mkdir(exist_ok=True)
        self.replicas[address] = replica = Service(folder, "--listen", f"{address}:8080", "--max-per-address", "0",
                                                   *(arguments or (URL,)))
        self.addCleanup(replica.close)
        return replica

    def run_proxy(self, *command):
        log = (self.folder / "proxy.log").open("wb")
        self.addCleanup(log.close)
        proxy = subprocess.Popen(command, stdout=log, stderr=log)
        self.addCleanup(proxy.wait)
        self.addCleanup(proxy.terminate)
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            try:
                socket.create_connection((FRONT, 443), SECONDS).close()
                return
            except ConnectionRefusedError:
                time.sleep(0.05)
        self.fail((self.folder / "proxy.log").read_text())

    def haproxy(self, n):
        text = printed("For HAProxy").replace("/etc/ssl/", f"{self.folder}/")
        self.assertEqual(len(re.findall(r"(?m)^ *server ", text)), 2)
        text += "".join(f"    server {name} {address}:8080 check inter 500ms\n"
                        for name, address in list(zip(NAMES, REPLICAS))[2:n])
        path = self.folder / "haproxy.cfg"
        path.write_text(text)
        self.run_proxy("haproxy", "-db", "-f", path)

    def nginx(self, n):
        text = printed("For nginx, which keeps what it fetched").replace("/etc/ssl/", f"{self.folder}/")
        text = text.replace("/var/cache/nginx", f"{self.folder}/cache")
        text = text.replace("    keepalive", "".join(f"    server {address}:8080 max_fails=0;\n"
                                                     for address in REPLICAS[2:n]) + "    keepalive")
        path = self.folder / "nginx.conf"
        folders = "".join(f"{kind}_temp_path {self.folder}/{kind};\n"
                          for kind in ("client_body", "proxy", "fastcgi", "scgi", "uwsgi"))
        path.write_text(f"daemon off;\nuser root;\npid {self.folder}/pid;\nerror_log stderr;\nevents {{ }}\n"
                        f"http {{\naccess_log off;\n{folders}{text}}}\n")
        self.run_proxy("nginx", "-e", "stderr", "-c", path)

    def connect(self, tls):
        if not tls:
            return http.client.HTTPConnection(FRONT, 80, timeout=SECONDS)
        context = ssl.create_default_context(cafile=self.ca)
        return http.client.HTTPSConnection(FRONT, 443, timeout=SECONDS, context=context)

    def whole(self, tls=True, **headers):
        connection = self.connect(tls)
        try:
            connection.request("GET", "/web1.iso", headers=headers)
            answer = connection.getresponse()
            answer.content = answer.read()
        finally:
            connection.close()
        return answer

    def load(self, during=lambda clients: None):
        clients = [Client(self, number, tls=number % 2 == 0) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        during(clients)
        for client in clients:
            client.finish.set()
        for client in clients:
            client.join(SECONDS)
            self.assertFalse(client.is_alive())
            self.assertEqual(client.wrong, [])
        self.assertEqual(len(set.union(*(client.tags for client in clients))), 1)
        return [error for client in clients for error in client.failed]

    def served(self):
        return {address: replica.log.read_text().count("GET /web1.iso")
                for address, replica in self.replicas.items()}

    def wait_progress(self, clients, ranges):
        """Until every client has read so many more, however fast that is."""
        aims = [client.read + ranges for client in clients]
        deadline = time.monotonic() + SECONDS
        while any(client.read < aim for client, aim in zip(clients, aims)) and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertTrue(all(client.read >= aim for client, aim in zip(clients, aims)))

    def wait_served(self, address, before):
        """Until the proxy asks this one again, which it first has to find well."""
        deadline = time.monotonic() + SECONDS
        while self.served()[address] == before and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertGreater(self.served()[address], before)

    def restart_all(self, clients):
        for address in list(self.replicas):
            self.wait_progress(clients, 20)
            self.assertEqual(self.replicas[address].terminate(), 0)
            before = self.served()[address]
            self.start(address)
            self.wait_served(address, before)
        self.wait_progress(clients, 20)

    def kill_one(self, clients):
        self.wait_progress(clients, 20)
        self.replicas[REPLICAS[0]].process.kill()
        self.wait_progress(clients, 50)

    def behind_haproxy(self, n):
        for address in REPLICAS[:n]:
            self.start(address)
        self.haproxy(n)
        self.assertEqual(self.whole().content, self.image)
        self.assertEqual(self.load(), [])
        self.assertTrue(all(self.served().values()), self.served())
        self.assertEqual(self.load(self.restart_all), [])
        failed = self.load(self.kill_one)
        # What was on its way from the killed one is lost; the client asks again.
        self.assertLessEqual(len(failed), CLIENTS)
        self.assertEqual(self.whole().content, self.image)

    def test_two_behind_haproxy(self):
        self.behind_haproxy(2)

    def test_four_behind_haproxy(self):
        self.behind_haproxy(4)

    def behind_nginx(self, n):
        for address in REPLICAS[:n]:
            self.start(address)
        self.nginx(n)
        self.assertEqual(self.whole().content, self.image)
        self.assertEqual(self.load(), [])
        self.assertEqual(self.load(self.restart_all), [])
        self.assertLessEqual(len(self.load(self.kill_one)), CLIENTS)
        self.assertEqual(self.whole().content, self.image)

    def test_two_behind_nginx(self):
        self.behind_nginx(2)

    def test_four_behind_nginx(self):
        self.behind_nginx(4)

    def test_lists_of_two_versions(self):
        """In a roll-out a client is told that the image is another one, and never given half of each."""
        lists = [self.folder / "old", self.folder / "new"]
        images = []
        for path in lists:
            path.write_text("web1\n")
            images.append(self.build(f"http://10.0.0.1/{path.name}/web1"))
        for address, path in zip(REPLICAS, lists):
            self.start(address, "--hosts", path, f"http://10.0.0.1/{path.name}/{{host}}")
        self.haproxy(2)
        answers = [self.whole() for _ in range(6)]
        self.assertEqual({answer.content for answer in answers}, set(images))
        tags = {answer.headers["ETag"]: answer.content for answer in answers}
        self.assertEqual(len(tags), 2)
        for tag, image in tags.items():
            found = set()
            for _ in range(6):
                answer = self.whole(Range="bytes=0-1048575", **{"If-Range": tag})
                found.add((answer.status, answer.headers["ETag"] == tag))
                self.assertEqual(answer.content, image[:1 << 20] if answer.status == 206
                                 else tags[answer.headers["ETag"]])
            self.assertEqual({self.whole(**{"If-Match": tag}).status for _ in range(6)}, {200, 412})
            self.assertEqual(found, {(206, True), (200, False)})

    def test_lists_of_two_versions_behind_a_cache(self):
        for address, name in zip(REPLICAS, ("old", "new")):
            self.start(address, f"http://10.0.0.1/{name}/{{host}}")
        images = [self.build(f"http://10.0.0.1/{name}/web1") for name in ("old", "new")]
        self.nginx(2)
        for _ in range(5):
            try:
                content = self.whole().content
            except http.client.IncompleteRead as cut:  # nginx saw two ETags
                content = cut.partial
                self.assertTrue(any(image.startswith(content) for image in images))
            else:
                self.assertIn(content, images)


if __name__ == "__main__":
    enter_namespace()
    signal.alarm(900)
    unittest.main()
