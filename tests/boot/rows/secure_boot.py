# SPDX-License-Identifier: GPL-3.0-only
"""Secure Boot: what firmware starts, and what it says of what it does not."""

from lab.bench import Row
from lab.machine import Target, cd, stick
from lab.outcome import Failure
from lab.secure_boot import ARM64_OWN, X86_64_OWN, make_signer, own_signer, sign
from rows.common import boot_to_arrival, make_stick, serve_arrival

EFI_FILES = {"x86_64": "BOOTX64.EFI", "arm64": "BOOTAA64.EFI"}

# EDK2's words before the boot option's name, and after it.
NOT_STARTED = "BdsDxe: failed to "
REASONS = (": Access Denied", ": Security Violation")


def make_efi(lab, url):
    name = lab.target.platform.name
    return lab.image("--format", "efi", "--arch", name, url, name=EFI_FILES[name])


def stick_with(lab, efi):
    return make_stick(lab, {f"EFI/BOOT/{EFI_FILES[lab.target.platform.name]}": efi})


def expect_verdict(lab, image, verdict):
    """inspect knows beforehand what the machine is going to do."""
    medium = "cd" if lab.target.medium is cd else "usb"
    (path,) = [path for path in lab.report(image)["boot_paths"]
               if (path["arch"], path["medium"]) == (lab.target.platform.name, medium)]
    if path["boots"] != "ipxe" or path["secure_boot"]["boots"] != verdict:
        raise Failure(f"inspect says of it: {path}")


def expect_boot(lab, web, image):
    expect_verdict(lab, image, "enrolled")
    boot_to_arrival(lab, image)
    web.expect_request(f"/{lab.nonce}")


def expect_refusal(lab, web, image, verdict):
    expect_verdict(lab, image, verdict)
    guest = lab.boot(image)
    guest.expect(NOT_STARTED)
    guest.expect(*REASONS)
    if web.requests():
        raise Failure(f"it was started all the same: {web.requests()}")


def signed(lab):
    web = serve_arrival(lab)
    efi = make_efi(lab, web.url(lab.nonce))
    sign(own_signer(lab.folder), efi)
    expect_boot(lab, web, stick_with(lab, efi))


def own_key_options(lab):
    signer = own_signer(lab.folder)
    return "--sign-key", signer.key, "--sign-cert", signer.certificate


def own_key(lab):
    """Signed when it is made, by us."""
    web = serve_arrival(lab)
    expect_boot(lab, web, lab.image(*own_key_options(lab), web.url(lab.nonce)))


def unsigned(lab):
    web = serve_arrival(lab)
    expect_refusal(lab, web, lab.image(web.url(lab.nonce)), "unsigned")


def wrong_key(lab):
    web = serve_arrival(lab)
    efi = make_efi(lab, web.url(lab.nonce))
    sign(make_signer(lab.folder, "stranger"), efi)
    # That the machine has not enrolled him is not in the image.
    expect_refusal(lab, web, stick_with(lab, efi), "enrolled")


def changed_slot(lab):
    """One byte of the script, after signing."""
    web = serve_arrival(lab)
    url = web.url(lab.nonce)
    efi = make_efi(lab, url)
    sign(own_signer(lab.folder), efi)
    data = efi.read_bytes()
    at = data.index(url.encode())
    efi.write_bytes(data[:at] + b"H" + data[at + 1:])
    expect_refusal(lab, web, stick_with(lab, efi), "broken")


ROWS = [
    Row(f"secure-boot-{play.__name__.replace('_', '-')}.{target.name}", target, play)
    for play, targets in (
        (signed, (Target(X86_64_OWN, stick), Target(ARM64_OWN, stick))),
        (own_key, (Target(X86_64_OWN, cd), Target(X86_64_OWN, stick), Target(ARM64_OWN, cd))),
        (unsigned, (Target(X86_64_OWN, cd), Target(ARM64_OWN, cd))),
        (wrong_key, (Target(X86_64_OWN, stick),)),
        (changed_slot, (Target(X86_64_OWN, stick),)),
    )
    for target in targets
]
