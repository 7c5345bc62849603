# SPDX-License-Identifier: GPL-3.0-only
"""Secure Boot with Microsoft's keys, as machines are sold: Debian's shim starts iPXE."""

from lab.bench import Row
from lab.certificates import issue
from lab.linux import packages
from lab.machine import Target, cd, stick
from lab.outcome import Failure, Skip
from lab.secure_boot import ARM64_MOK, OWN, X86_64_MOK, make_signer
from rows.common import serve_arrival
from rows.secure_boot import expect_boot, expect_verdict, own_key_options

FILES = {"x86_64": "x64", "arm64": "aa64"}  # how its names end

REFUSED = "Verification failed: (0x1A) Security Violation"


def shim_options(lab):
    shim = packages() / f"usr/lib/shim/shim{FILES[lab.target.platform.name]}.efi.signed"
    if not shim.exists():
        raise Skip(f"there is no {shim.name}: its package could not be had")
    return "--shim", shim


def mok(lab):
    """The owner's key is enrolled in the machine, for shim."""
    web = serve_arrival(lab)
    expect_boot(lab, web, lab.image(*shim_options(lab), *own_key_options(lab), web.url(lab.nonce)))


def trust(lab):
    """A certificate that nobody else knows, and then a signature over it."""
    authority = issue(lab.folder, "root")
    server = issue(lab.folder, "server", "IP:10.0.2.2", authority)
    web = serve_arrival(lab, port=8443, tls=server.server())
    expect_boot(lab, web, lab.image(*shim_options(lab), *own_key_options(lab), "--trust", authority.certificate,
                                    web.url(lab.nonce)))


def modules_only(lab):
    """The owner's key is enrolled, but its certificate is for kernel modules, as Ubuntu's own is."""
    make_signer(lab.folder, OWN, "-addext", "extendedKeyUsage=codeSigning,1.3.6.1.4.1.2312.16.1.2")
    web = serve_arrival(lab)
    lab.boot(lab.image(*shim_options(lab), *own_key_options(lab), web.url(lab.nonce))).expect(REFUSED)
    if web.requests():
        raise Failure(f"it was started all the same: {web.requests()}")


def unsigned(lab):
    web = serve_arrival(lab)
    image = lab.image(*shim_options(lab), web.url(lab.nonce))
    expect_verdict(lab, image, "unsigned")
    lab.boot(image).expect(REFUSED)
    if web.requests():
        raise Failure(f"it was started all the same: {web.requests()}")


ROWS = [
    Row(f"secure-boot-shim-{play.__name__.replace('_', '-')}.{target.name}", target, play)
    for play, targets in (
        (mok, (Target(X86_64_MOK, cd), Target(X86_64_MOK, stick), Target(ARM64_MOK, cd))),
        (trust, (Target(X86_64_MOK, cd),)),
        (modules_only, (Target(X86_64_MOK, cd),)),
        (unsigned, (Target(X86_64_MOK, stick),)),
    )
    for target in targets
]
