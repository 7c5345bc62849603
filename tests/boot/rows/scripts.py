# SPDX-License-Identifier: GPL-3.0-only
"""Scripts arrive whole, whatever is in them."""

from lab.bench import Row
from lab.machine import BIOS, X86_64, Target, cd
from rows.common import boot_to_arrival, serve_arrival

# What a Linux kernel's command line looks like.  iPXE takes the first BOOT_IMAGE= and the first
# initrd= word out of a BIOS command line, which is where its script is.
WORDS = "kernel initrd=a BOOT_IMAGE=b initrd=c"

SCRIPT = """\
#!ipxe
set words {words}
echo [${{words}}]
dhcp
chain --autofree {url}?words=${{words:uristring}}
"""

CONTROL_FLOW_SCRIPT = """\
#!ipxe
isset ${{never-set}} && set taken no || set taken yes
dhcp && goto configured || goto failed
:failed
shell
:configured
chain --autofree {url}?taken=${{taken}} || goto failed
"""

MENU_SCRIPT = """\
#!ipxe
dhcp
menu What to boot
item --key f first The first one
item --key s second The second one
choose choice || shell
chain --autofree {url}?choice=${{choice}} || shell
"""


# What is typed in goes into the request.
QUESTION_SCRIPT = """\
#!ipxe
dhcp
echo -n Which host? ${{}}
read host || shell
iseq ${{host}} node7 && goto known || echo not known
shell
:known
chain --autofree {url}?host=${{host}} || shell
"""


# The reason why a URL may have no backslash: the shell is part of the line before.
CONTINUED_SCRIPT = """\
#!ipxe
dhcp
set greeting boots\\
shell
chain --autofree {url}?greeting=${{greeting}} || shell
"""


def command_line_words(lab):
    web = serve_arrival(lab)
    guest = lab.boot(lab.script_image(SCRIPT.format(words=WORDS, url=web.url(lab.nonce))))
    guest.expect(f"[{WORDS}]")
    guest.expect(lab.arrival_text)
    guest.wait_off()
    web.expect_request(
        f"/{lab.nonce}?words={WORDS.replace(' ', '%20').replace('=', '%3D')}")


def command_line_words_in_url(lab):
    """The same two words where an image made from a URL can have them."""
    web = serve_arrival(lab)
    query = "?initrd=a&BOOT_IMAGE=b&initrd=c"
    boot_to_arrival(lab, lab.image(web.url(lab.nonce) + query))
    web.expect_request(f"/{lab.nonce}{query}")


def control_flow(lab):
    """`goto`, `isset`, `&&` and `||`: an image's script is more than a list of commands."""
    web = serve_arrival(lab)
    boot_to_arrival(lab, lab.script_image(CONTROL_FLOW_SCRIPT.format(url=web.url(lab.nonce))))
    web.expect_request(f"/{lab.nonce}?taken=yes")


def menu(lab):
    web = serve_arrival(lab)
    guest = lab.boot(lab.script_image(MENU_SCRIPT.format(url=web.url(lab.nonce))))
    guest.expect("The second one")
    guest.console.press("s")
    guest.console.press("\r")
    guest.expect(lab.arrival_text)
    guest.wait_off()
    web.expect_request(f"/{lab.nonce}?choice=second")


def question(lab):
    web = serve_arrival(lab)
    guest = lab.boot(lab.script_image(QUESTION_SCRIPT.format(url=web.url(lab.nonce))))
    guest.expect("Which host?")
    guest.console.type("node7")
    guest.expect(lab.arrival_text)
    guest.wait_off()
    web.expect_request(f"/{lab.nonce}?host=node7")


def continued_line(lab):
    """A line that ends in a backslash goes on in the next: iPXE's, and left to it."""
    web = serve_arrival(lab)
    boot_to_arrival(lab, lab.script_image(CONTINUED_SCRIPT.format(url=web.url(lab.nonce))))
    web.expect_request(f"/{lab.nonce}?greeting=bootsshell")


ROWS = [
    Row(f"{name}.{target.name}", target, play)
    for name, play in (
        ("initrd-in-script", command_line_words),
        ("initrd-in-url", command_line_words_in_url),
        ("control-flow-in-script", control_flow),
        ("menu-in-script", menu),
        ("question-in-script", question),
        ("continued-line-in-script", continued_line),
    )
    for target in (Target(BIOS, cd), Target(X86_64, cd))
]
