# SPDX-License-Identifier: GPL-3.0-only
"""Scripts that are too large for the slot, and so are a file of the image: a menu of 40 KB."""

from lab.bench import Row
from lab.linux import make_initramfs, packages
from lab.machine import ARM64, BIOS, X86_64, Target, cd, existing, stick
from lab.servers.nginx import Nginx
from lab.servers.serve import Serve
from rows.common import boot_to_arrival, serve_arrival
from rows.layouts import copy_to_stick
from rows.served import CURL_DRIVER

ITEMS = 600

# What is chosen, and where it leads, stand at the script's end.
MENU = """\
#!ipxe
dhcp
menu What to boot
{items}
item --key z last The last one
choose choice || shell
goto ${{choice}}
{answers}
:last
chain --autofree {url}?choice=${{choice}} || shell
"""


def menu(url):
    numbers = range(ITEMS)
    return MENU.format(
        url=url,
        items="\n".join(f"item host{i} Host {i}, with a line of its own" for i in numbers),
        answers="\n".join(f":host{i}\necho host {i}\nshell" for i in numbers))


def choose(lab, web, image):
    guest = lab.boot(image)
    guest.expect("What to boot")
    guest.console.press("z")
    guest.console.press("\r")
    guest.expect(lab.arrival_text)
    guest.wait_off()
    web.expect_request(f"/{lab.nonce}?choice=last")


def from_the_image(lab):
    web = serve_arrival(lab)
    choose(lab, web, lab.script_image(menu(web.url(lab.nonce))))


def from_copied_files(lab):
    web = serve_arrival(lab)
    choose(lab, web, copy_to_stick(lab, lab.script_image(menu(web.url(lab.nonce)))))


def hosts_list(lab, web):
    """One machine with the menu and one with a URL: their images have room for the menu."""
    (lab.folder / "menu.ipxe").write_text(menu(web.url(lab.nonce)))
    hosts = lab.folder / "hosts.csv"
    hosts.write_text(f"host,script,url\nlarge,{lab.folder}/menu.ipxe,\n"
                     f"small,,{web.url(lab.nonce)}\n")
    return hosts


def small_one_of_a_batch(lab):
    web = serve_arrival(lab)
    lab.command("batch", "-q", "-d", lab.folder, "--hosts", hosts_list(lab, web))
    boot_to_arrival(lab, lab.folder / "small.iso")
    web.expect_request(f"/{lab.nonce}")


def mounted_over_http(lab):
    existing(CURL_DRIVER, "qemu-block-extra")
    web = serve_arrival(lab)
    images = lab.start(Serve("--hosts", hosts_list(lab, web)))
    choose(lab, web, images.url("large.iso"))
    images.expect_ranges("large.iso")


def repointed(lab):
    """From one menu to another, in place."""
    web = serve_arrival(lab)
    image = lab.script_image(menu("http://192.0.2.1/never"))
    other = lab.folder / "other.ipxe"
    other.write_text(menu(web.url(lab.nonce)))
    lab.command("repoint", image, "--script", other)
    choose(lab, web, image)


LINUX = """\
#!ipxe
{comment}
dhcp
kernel {url}kernel console=ttyS0 panic=-1
initrd {url}initramfs
boot
"""


def kernel_with_initrd(lab):
    """iPXE passes all images to a kernel that it has: the slot must not be one of them."""
    web = lab.start(Nginx())
    make_initramfs(lab, (), 'echo "<$nonce> is up"\npoweroff -f\n')
    (kernel,) = packages().glob("boot/vmlinuz-*")
    web.publish("kernel", kernel.read_bytes())
    web.publish("initramfs", (lab.folder / "initramfs").read_bytes())
    script = LINUX.format(url=web.url(""), comment="\n".join(["#" * 80] * 500))
    guest = lab.boot(lab.script_image(script))
    guest.expect(f"<{lab.nonce}> is up")
    guest.wait_off()


ROWS = [
    Row(f"large-script.{target.name}", target, from_the_image)
    for target in (Target(BIOS, cd), Target(X86_64, stick), Target(ARM64, cd))
]
ROWS += [
    Row("large-script-batch.bios-stick", Target(BIOS, stick), small_one_of_a_batch),
    Row("large-script-served.x86_64-cd", Target(X86_64, cd), mounted_over_http),
    Row("large-script-copied.x86_64-stick", Target(X86_64, stick), from_copied_files),
    Row("large-script-repointed.bios-stick", Target(BIOS, stick), repointed),
    Row("large-script-linux.x86_64-cd", Target(X86_64, cd), kernel_with_initrd),
]
