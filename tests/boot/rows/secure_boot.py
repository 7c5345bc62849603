# SPDX-License-Identifier: GPL-3.0-only
"""Secure Boot: what firmware starts, and what it says of what it does not."""

import shutil

from lab.bench import Row
from lab.machine import BIOS, X86_64, Target, cd, existing, stick
from lab.outcome import Failure
from lab.secure_boot import ARM64_OWN, X86_64_OWN, make_signer, own_signer, sign
from lab.servers.serve import Serve
from rows.common import boot_to_arrival, make_stick, serve_arrival
from rows.served import CURL_DRIVER

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
    """inspect knows beforehand what the machine is going to do; no BIOS looks at signatures."""
    medium = "cd" if lab.target.medium is cd else "usb"
    (path,) = [path for path in lab.report(image)["boot_paths"]
               if (path["arch"], path["medium"]) == (lab.target.platform.name, medium)]
    secure_boot = path["secure_boot"] and path["secure_boot"]["boots"]
    if path["boots"] != "ipxe" or secure_boot != (None if lab.target.platform is BIOS else verdict):
        raise Failure(f"inspect says of it: {path}")


def expect_boot(lab, web, image, verdict="enrolled"):
    expect_verdict(lab, image, verdict)
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


def own_key_batch(lab):
    web = serve_arrival(lab)
    hosts = lab.folder / "hosts"
    hosts.write_text(f"{lab.nonce}\nanother\n")
    lab.command("batch", "-q", *own_key_options(lab), "-d", lab.folder, "--hosts", hosts, web.url("{host}"))
    expect_boot(lab, web, lab.folder / f"{lab.nonce}.iso")


def own_key_served(lab):
    """The key's file is gone when the image is made."""
    existing(CURL_DRIVER, "qemu-block-extra")
    web = serve_arrival(lab)
    key = lab.folder / "serve.key"
    shutil.copy(own_signer(lab.folder).key, key)
    _, _, *certificate = own_key_options(lab)
    images = lab.start(Serve("--sign-key", key, *certificate, web.url("{host}")))
    key.unlink()
    path = f"{lab.nonce}.iso"
    boot_to_arrival(lab, images.url(path))
    web.expect_request(f"/{lab.nonce}")
    images.expect_ranges(path)


def own_key_repointed(lab):
    """The first URL leads nowhere; only the second one does."""
    web = serve_arrival(lab)
    key = own_key_options(lab)
    image = lab.image(*key, "http://192.0.2.1/never")
    lab.command("repoint", *key, image, web.url(lab.nonce))
    expect_boot(lab, web, image)


def without_signature(lab, web):
    """Signed once, and repointed without the key."""
    image = lab.image(*own_key_options(lab), "http://192.0.2.1/never")
    lab.command("repoint", "--unsigned", image, web.url(lab.nonce))
    return image


def signature_taken_away(lab):
    web = serve_arrival(lab)
    expect_refusal(lab, web, without_signature(lab, web), "unsigned")


def any_machine(lab):
    """One that wants no signatures boots it all the same."""
    web = serve_arrival(lab)
    expect_boot(lab, web, without_signature(lab, web), "unsigned")


def unsigned_chained(lab):
    """iPXE asks the firmware before it starts a program, and goes on with the script if not."""
    web = serve_arrival(lab)
    program = lab.image("--format", "efi", web.url("never"), name="chained.efi")
    web.publish("chained.efi", program.read_bytes())
    web.publish("first", "#!ipxe\n"
                         f"chain {web.url('chained.efi')} || echo <{lab.nonce}> was refused\n"
                         f"chain {web.url(lab.nonce)}\n")
    image = lab.image(*own_key_options(lab), web.url("first"))
    expect_verdict(lab, image, "enrolled")
    guest = lab.boot(image)
    guest.expect("Could not boot: Error 0x7f04818f")
    guest.expect(f"<{lab.nonce}> was refused")
    guest.expect(lab.arrival_text)
    guest.wait_off()
    for path in ("chained.efi", lab.nonce):
        web.expect_request(f"/{path}")


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
        (own_key, (Target(X86_64_OWN, cd), Target(X86_64_OWN, stick), Target(ARM64_OWN, cd),
                   Target(BIOS, cd))),
        (own_key_batch, (Target(X86_64_OWN, stick),)),
        (own_key_served, (Target(X86_64_OWN, cd),)),
        (own_key_repointed, (Target(X86_64_OWN, cd),)),
        (signature_taken_away, (Target(X86_64_OWN, cd),)),
        (unsigned_chained, (Target(X86_64_OWN, cd),)),
        (unsigned, (Target(ARM64_OWN, cd),)),
        (wrong_key, (Target(X86_64_OWN, stick),)),
        (changed_slot, (Target(X86_64_OWN, stick),)),
    )
    for target in targets
]
ROWS.append(Row("signature-taken-away.x86_64-cd", Target(X86_64, cd), any_machine))
