# SPDX-License-Identifier: GPL-3.0-only
"""Secure Boot: machines whose firmware takes what is signed, by a key made for the row."""

import os
import subprocess
import sys
from dataclasses import replace

from lab.certificates import Issued, openssl
from lab.machine import ARM64, X86_64, existing, flash
from lab.outcome import Failure, Skip
from lab.process import require

VIRT_FIRMWARE_VARIABLE = "BF_VIRT_FIRMWARE"

# Of whoever enrols a key; firmware does not care.
OWNER = "b0075f80-0000-4000-8000-0123456789ac"

OWN = "own"


def make_signer(folder, name, *options):
    """A key and its certificate, as a person makes them to enrol and to sign with."""
    signer = Issued(folder / f"{name}.pem", folder / f"{name}.key")
    openssl("req", "-new", "-x509", "-newkey", "rsa:2048", "-nodes", "-sha256", "-days", "30",
            "-subj", f"/CN={name}", *options, "-keyout", signer.key, "-out", signer.certificate)
    return signer


def own_signer(folder):
    """The one the row's machine knows, made when it is first asked for."""
    signer = Issued(folder / f"{OWN}.pem", folder / f"{OWN}.key")
    return signer if signer.certificate.exists() else make_signer(folder, OWN)


def sign(signer, file):
    """Signs a PE in place."""
    command = [require("sbsign", "sbsigntool"), "--key", signer.key, "--cert", signer.certificate,
               "--output", file, file]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise Failure(f"sbsign: status {result.returncode}: {result.stderr.strip()}")


def edit_variables(source, target, *words):
    """Writes a changed copy of a variable store with virt-fw-vars."""
    modules = os.environ.get(VIRT_FIRMWARE_VARIABLE)
    if not modules or not os.path.isdir(modules):
        raise Skip(f"virt-fw-vars is not there (python3-virt-firmware, or "
                   f"{VIRT_FIRMWARE_VARIABLE}=FOLDER)")
    command = [sys.executable, "-B", "-m", "virt.firmware.vars", "-i", source, "-o", target, *words]
    result = subprocess.run(command, capture_output=True, text=True, check=False,
                            env={**os.environ, "PYTHONPATH": modules})
    if result.returncode != 0:
        raise Failure(f"virt-fw-vars: status {result.returncode}: {result.stderr.strip()}")


def knowing_own(code, variables, package, *ways):
    """A firmware in whose variables the own certificate is enrolled, in each of these ways."""
    def options(folder):
        certificate = own_signer(folder).certificate
        changed = folder / "vars.fd"
        words = [word for way in ways for word in (way, OWNER, certificate)]
        edit_variables(existing(variables, package), changed, *words)
        return flash(existing(code, package), changed)

    return options


def x86_64(variables, *ways):
    return replace(
        X86_64,
        # The firmware keeps its variables from everybody by System Management Mode.
        machine=("-M", "q35,smm=on,accel=tcg", "-cpu", "max",
                 "-global", "driver=cfi.pflash01,property=secure,value=on"),
        firmware=knowing_own("/usr/share/OVMF/OVMF_CODE_4M.secboot.fd", variables, "ovmf", *ways),
    )


# All keys are the owner's: nobody else's programs start.
X86_64_OWN = x86_64("/usr/share/OVMF/OVMF_VARS_4M.fd", "--set-pk", "--add-kek", "--add-db")

# As machines are sold, Microsoft's keys; shim knows the owner's.
X86_64_MOK = x86_64("/usr/share/OVMF/OVMF_VARS_4M.ms.fd", "--add-mok")

ARM64_MOK = replace(ARM64, firmware=knowing_own(
    "/usr/share/AAVMF/AAVMF_CODE.ms.fd", "/usr/share/AAVMF/AAVMF_VARS.ms.fd",
    "qemu-efi-aarch64", "--add-mok"))

# Debian's empty store for arm64 cannot be edited, so the owner's key comes beside Microsoft's.
ARM64_OWN = replace(ARM64, firmware=knowing_own(
    "/usr/share/AAVMF/AAVMF_CODE.ms.fd", "/usr/share/AAVMF/AAVMF_VARS.ms.fd",
    "qemu-efi-aarch64", "--add-db"))
