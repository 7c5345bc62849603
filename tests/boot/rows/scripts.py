"""Scripts of the user's own arrive whole."""

from lab.bench import Row
from lab.machine import BIOS, X86_64, Target, cd
from rows.common import serve_arrival

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


def command_line_words(lab):
    web = serve_arrival(lab)
    guest = lab.boot(lab.script_image(SCRIPT.format(words=WORDS, url=web.url(lab.nonce))))
    guest.expect(f"[{WORDS}]")
    guest.expect(lab.arrival_text)
    guest.wait_off()
    web.expect_request(
        f"/{lab.nonce}?words={WORDS.replace(' ', '%20').replace('=', '%3D')}")


ROWS = [
    Row(f"initrd-in-script.{target.name}", target, command_line_words)
    for target in (Target(BIOS, cd), Target(X86_64, cd))
]
