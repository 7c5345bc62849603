# SPDX-License-Identifier: GPL-3.0-only
"""HTTPS with certificates nobody else knows: what --trust makes work, and what it must not."""

from lab.bench import Row
from lab.certificates import P256, RSA, issue
from lab.machine import ARM64, BIOS, X86_64, Target, cd
from lab.network import use_name_server
from lab.outcome import Failure
from lab.servers.dnsmasq import Dnsmasq
from rows.common import boot_to_arrival, serve_arrival

TARGETS = (Target(BIOS, cd), Target(X86_64, cd))
ALL_TARGETS = (*TARGETS, Target(ARM64, cd))

ADDRESS = "IP:10.0.2.2"
SERVER_NAME = "bty-server"

# iPXE's own words; the last digits of the code say where in its source it gave up.
NOT_TRUSTED = "Permission denied (https://ipxe.org/0216eb"
EXPIRED_CODE = "Permission denied (https://ipxe.org/0216e4"
WRONG_NAME = "Permission denied (https://ipxe.org/0216ea"
NO_COMMON_CIPHER = "Operation not permitted (https://ipxe.org/410de1"


def serve_tls(lab, tls):
    return serve_arrival(lab, port=8443, tls=tls)


def expect_arrival(lab, tls, trusted, host="10.0.2.2"):
    web = serve_tls(lab, tls)
    boot_to_arrival(lab, lab.image("--trust", trusted.certificate, web.url(lab.nonce, host=host)))
    web.expect_request(f"/{lab.nonce}")


def expect_refusal(lab, tls, trusted, error):
    web = serve_tls(lab, tls)
    guest = lab.boot(lab.image("--trust", trusted.certificate, web.url(lab.nonce)))
    guest.expect(error)
    guest.expect_shell()
    if web.requests():
        raise Failure(f"iPXE went on in spite of it: {web.requests()}")


def self_signed_rsa(lab):
    server = issue(lab.folder, "server", ADDRESS, key=RSA)
    expect_arrival(lab, server.server(), server)


def self_signed_p256(lab):
    server = issue(lab.folder, "server", ADDRESS, key=P256)
    expect_arrival(lab, server.server(), server)


def root_leaf_only(lab):
    """What most servers do: the client is expected to have the root."""
    root = issue(lab.folder, "root")
    server = issue(lab.folder, "server", ADDRESS, root)
    expect_arrival(lab, server.server(), root)


def root_leaf_and_root(lab):
    root = issue(lab.folder, "root")
    server = issue(lab.folder, "server", ADDRESS, root)
    expect_arrival(lab, server.server(root), root)


def root_leaf_and_intermediate(lab):
    root = issue(lab.folder, "root")
    intermediate = issue(lab.folder, "intermediate", issuer=root)
    server = issue(lab.folder, "server", ADDRESS, intermediate)
    expect_arrival(lab, server.server(intermediate), root)


def root_p256(lab):
    root = issue(lab.folder, "root", key=P256)
    server = issue(lab.folder, "server", ADDRESS, root, key=P256)
    expect_arrival(lab, server.server(), root)


def intermediate_leaf_only(lab):
    root = issue(lab.folder, "root")
    intermediate = issue(lab.folder, "intermediate", issuer=root)
    server = issue(lab.folder, "server", ADDRESS, intermediate)
    expect_arrival(lab, server.server(), intermediate)


def intermediate_full_chain(lab):
    root = issue(lab.folder, "root")
    intermediate = issue(lab.folder, "intermediate", issuer=root)
    server = issue(lab.folder, "server", ADDRESS, intermediate)
    expect_arrival(lab, server.server(intermediate), intermediate)


def dns_name(lab):
    use_name_server("127.0.0.1", lab.folder)
    lab.start(Dnsmasq("lo", names={SERVER_NAME: "10.0.2.2"}))
    root = issue(lab.folder, "root")
    server = issue(lab.folder, "server", f"DNS:{SERVER_NAME}", root)
    expect_arrival(lab, server.server(), root, host=SERVER_NAME)


def wrong_pin(lab):
    root, other = issue(lab.folder, "root"), issue(lab.folder, "other")
    server = issue(lab.folder, "server", ADDRESS, root)
    expect_refusal(lab, server.server(), other, NOT_TRUSTED)


def gap_in_chain(lab):
    """The server leaves the intermediate out, and only the root is pinned."""
    root = issue(lab.folder, "root")
    intermediate = issue(lab.folder, "intermediate", issuer=root)
    server = issue(lab.folder, "server", ADDRESS, intermediate)
    expect_refusal(lab, server.server(), root, NOT_TRUSTED)


def wrong_name(lab):
    root = issue(lab.folder, "root")
    server = issue(lab.folder, "server", "IP:10.0.2.3", root)
    expect_refusal(lab, server.server(), root, WRONG_NAME)


def expired(lab):
    root = issue(lab.folder, "root")
    server = issue(lab.folder, "server", ADDRESS, root, expired=True)
    expect_refusal(lab, server.server(), root, EXPIRED_CODE)


def tls_1_3_only(lab):
    server = issue(lab.folder, "server", ADDRESS)
    expect_refusal(lab, server.server(protocols="TLSv1.3"), server, NO_COMMON_CIPHER)


ROWS = [
    Row(f"trust-{play.__name__.replace('_', '-')}.{target.name}", target, play)
    for plays, targets in (
        ((root_leaf_only,), ALL_TARGETS),
        ((
            self_signed_rsa, self_signed_p256, root_leaf_and_root, root_leaf_and_intermediate,
            root_p256, intermediate_leaf_only, intermediate_full_chain, dns_name,
            wrong_pin, gap_in_chain, wrong_name, expired, tls_1_3_only,
        ), TARGETS),
    )
    for play in plays
    for target in targets
]
