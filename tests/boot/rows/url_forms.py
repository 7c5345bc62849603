# SPDX-License-Identifier: GPL-3.0-only
"""Every form of URL, fetched from a real server."""

from lab import contents
from lab.bench import Row
from lab.certificates import issue
from lab.machine import BIOS, MAC, UUID, X86_64, Target, cd, tap_network
from lab.network import TAP, TAP_ADDRESS, make_tap, use_name_server
from lab.outcome import Failure
from lab.servers.atftpd import Atftpd
from lab.servers.dnsmasq import Dnsmasq
from lab.servers.iscsi import Tgt
from lab.servers.nfs import Nfs
from lab.servers.nginx import Nginx
from rows.common import MEBIBYTE, boot_to_arrival, serve_arrival

TARGETS = (Target(BIOS, cd), Target(X86_64, cd))

SERVER_NAME = "bty-server"

# EPIPE in iPXE's xfer.c; the last byte is the platform's.
MOUNTED_TOO_EARLY = "Error 0x420e20"
NFS_TRIES = 10


def expect_in_log(lab, server):
    if lab.nonce not in server.log:
        raise Failure(f"the nonce is not in the log of {type(server).__name__}")


def http_default_port(lab):
    web = serve_arrival(lab, port=80)
    boot_to_arrival(lab, lab.image(f"http://10.0.2.2/{lab.nonce}"))
    web.expect_request(f"/{lab.nonce}")


def http_settings_in_path(lab):
    """A folder per machine; a server sees the colons of a MAC address as they are."""
    web = lab.start(Nginx())
    path = f"{MAC}/{UUID}/{lab.nonce}"
    web.publish(path, lab.arrival())
    boot_to_arrival(lab, lab.image(web.url("${net0/mac}/${uuid}/" + lab.nonce)))
    web.expect_request(f"/{path}")


def http_backslash(lab):
    """A name that only %5C can write."""
    web = lab.start(Nginx())
    web.publish(f"{lab.nonce}\\boot\\", lab.arrival())
    boot_to_arrival(lab, lab.image(web.url(f"{lab.nonce}%5Cboot%5C")))
    web.expect_request(f"/{lab.nonce}%5Cboot%5C")


def http_binary(lab):
    """What is chained to is no script but a program: the iPXE of another image of ours.

    Its script does without a network: under UEFI the first iPXE still has the card.
    """
    script = lab.folder / "arrival.ipxe"
    script.write_text(lab.arrival())
    other = lab.image("--script", script, name="other.iso")
    take_out = contents.lkrn if lab.target.platform is BIOS else contents.efi
    web = lab.start(Nginx())
    web.publish(lab.nonce, take_out(other, lab.folder))
    boot_to_arrival(lab, lab.image(web.url(lab.nonce)))
    web.expect_request(f"/{lab.nonce}")


def http_password(lab):
    password = lab.folder / "password"
    password.write_text("user:{PLAIN}secret\n")
    web = serve_arrival(lab, extra=f"auth_basic lab; auth_basic_user_file {password};")
    boot_to_arrival(lab, lab.image(web.url(lab.nonce, user="user:secret")))
    web.expect_request(f"/{lab.nonce}")


def http_redirect(lab):
    web = serve_arrival(lab, extra=f"location = /moved {{ return 301 /{lab.nonce}; }}")
    boot_to_arrival(lab, lab.image(web.url("moved")))
    web.expect_request("/moved", status=301)
    web.expect_request(f"/{lab.nonce}")


def http_chunked(lab):
    """nginx cannot know the length of what it includes, and sends it in chunks."""
    web = serve_arrival(lab, extra="ssi on; ssi_types text/plain;")
    boot_to_arrival(lab, lab.image(web.url(lab.nonce)))
    web.expect_request(f"/{lab.nonce}")
    if not web.requests()[0].endswith(" chunked"):
        raise Failure(f"nginx did not answer in chunks: {web.requests()}")


def http_large_script(lab):
    web = lab.start(Nginx())
    comments = ("# " + "x" * 61 + "\n") * (3 * MEBIBYTE // 64)
    web.publish(lab.nonce, "#!ipxe\n" + comments + lab.arrival().removeprefix("#!ipxe\n"))
    boot_to_arrival(lab, lab.image(web.url(lab.nonce)))
    web.expect_request(f"/{lab.nonce}")


def http_name_on_tap(lab):
    make_tap()
    lab.start(Dnsmasq(TAP, names={SERVER_NAME: TAP_ADDRESS}, dhcp_range="192.0.2.50,192.0.2.99"))
    web = serve_arrival(lab, address=TAP_ADDRESS)
    boot_to_arrival(lab, lab.image(web.url(lab.nonce, host=SERVER_NAME)), tap_network(TAP))
    web.expect_request(f"/{lab.nonce}")


def http_name_on_user_network(lab):
    use_name_server("127.0.0.1", lab.folder)
    lab.start(Dnsmasq("lo", names={SERVER_NAME: "10.0.2.2"}))
    web = serve_arrival(lab)
    boot_to_arrival(lab, lab.image(web.url(lab.nonce, host=SERVER_NAME)))
    web.expect_request(f"/{lab.nonce}")


def http_ipv6_literal(lab):
    """QEMU's user network shows the sandbox's ::1 as fec0::2."""
    web = serve_arrival(lab, address="[::1]")
    boot_to_arrival(lab, lab.image(web.url(lab.nonce, host="[fec0::2]")))
    web.expect_request(f"/{lab.nonce}")


def https_untrusted(lab):
    """A certificate that nobody vouches for is refused, with iPXE's code for that."""
    server = issue(lab.folder, "server", "IP:10.0.2.2")
    web = serve_arrival(lab, port=8443, tls=server.server())
    guest = lab.boot(lab.image(web.url(lab.nonce)))
    guest.expect("Permission denied (https://ipxe.org/0216eb")
    guest.expect_shell()
    if web.requests():
        raise Failure(f"iPXE went on in spite of it: {web.requests()}")


def tftp(lab):
    server = lab.start(Atftpd())
    server.publish(lab.nonce, lab.arrival())
    boot_to_arrival(lab, lab.image(server.url(lab.nonce)))
    expect_in_log(lab, server)


def tftp_on_tap(lab):
    """The standard port, which only a network of our own leaves to us."""
    make_tap()
    server = lab.start(Dnsmasq(TAP, dhcp_range="192.0.2.50,192.0.2.99", tftp=True))
    server.publish(lab.nonce, lab.arrival())
    boot_to_arrival(lab, lab.image(f"tftp://{TAP_ADDRESS}/{lab.nonce}"), tap_network(TAP))
    expect_in_log(lab, server)


def arrive_over_nfs(lab, url):
    """Boots until the script has arrived.

    iPXE mounts while it still asks rpcbind for NFS's port, and gives up if the mount is there
    first, which happens on a busy machine.  Who sees that tries what the shell suggests.
    """
    guest = lab.boot(lab.image(url))
    for _ in range(NFS_TRIES):
        if guest.expect(lab.arrival_text, MOUNTED_TOO_EARLY) == lab.arrival_text:
            return guest.wait_off()
        guest.type_command(f"chain --autofree {url}")
    raise Failure(f"iPXE gave up {NFS_TRIES} times")


def nfs(lab):
    server = lab.start(Nfs())
    server.publish(lab.nonce, lab.arrival())
    arrive_over_nfs(lab, server.url(lab.nonce))
    expect_in_log(lab, server)


def iscsi(lab):
    """The LUN is another image of ours, the size of a small disk, that chains over HTTP."""
    web = serve_arrival(lab)
    lun = lab.image(web.url(lab.nonce), name="lun.img")
    with open(lun, "ab") as file:
        file.truncate(32 * MEBIBYTE)
    target = lab.start(Tgt(f"iqn.2001-04.example:{lab.nonce}", lun))
    boot_to_arrival(lab, lab.image(target.url()))
    web.expect_request(f"/{lab.nonce}")


ROWS = [
    Row(f"{play.__name__.replace('_', '-')}.{target.name}", target, play)
    for play in (
        http_default_port, http_settings_in_path, http_backslash, http_binary, http_password, http_redirect,
        http_chunked, http_large_script, http_name_on_tap, http_name_on_user_network,
        http_ipv6_literal, https_untrusted, tftp, tftp_on_tap, nfs, iscsi,
    )
    for target in TARGETS
]
