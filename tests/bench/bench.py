#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-only
"""How long boots-from takes, side by side with copying what it writes.

    tests/bench/bench.py [--runs N] [--folder DIR] [--command build/release/src/boots-from]

Whole processes, started one after the other in rounds (A B C A B C ...), each writing a
file that is not there yet, but for those "over an existing file" and for repoint, which
changes one in place and waits for the disk. cp empties the file that it writes over and waits
for nothing; "cp, sync, mv, sync" keeps the promise that boots-from does. repoint's processor time beside that of --help is what repointing itself costs. Prints a
Markdown table of medians. Nothing passes or fails here: machines are noisy, and a figure counts only beside
the others of the same run.
"""

import argparse
import datetime
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
URL = "http://my-bootserver.example/boot"
OTHER_URL = "http://other.example/boot"
SECURE_URL = "https://my-bootserver.example/boot"


class Row:
    """A command to time. The output it is given, if any, is removed before each run."""

    def __init__(self, name, argv, output=None):
        self.name = name
        self.argv = [str(word) for word in argv]
        self.output = output
        self.milliseconds = []
        self.cpu_milliseconds = []
        self.faults = []
        self.peak = 0.0

    def remove_output(self):
        if self.output:
            self.output.unlink(missing_ok=True)

    def run(self, null):
        self.remove_output()
        actions = [
            (os.POSIX_SPAWN_DUP2, null, 1),
            (os.POSIX_SPAWN_DUP2, null, 2),
        ]
        start = time.perf_counter()
        pid = os.posix_spawnp(self.argv[0], self.argv, os.environ, file_actions=actions)
        _, status, usage = os.wait4(pid, 0)
        self.milliseconds.append((time.perf_counter() - start) * 1e3)
        self.cpu_milliseconds.append((usage.ru_utime + usage.ru_stime) * 1e3)
        self.faults.append(usage.ru_minflt)
        if status != 0:
            raise SystemExit(f"bench: {self.argv} failed")

    def peak_megabytes(self):
        """A run under time(1): a child's figure includes its parent's, and Python is large."""
        self.remove_output()
        done = subprocess.run(
            ["/usr/bin/time", "--format", "%M", *self.argv],
            check=True,
            capture_output=True,
        )
        return int(done.stderr.split()[-1]) / 1024


def median(runs):
    """Without the first one, which warms up."""
    return statistics.median(runs[1:])


def xorrisofs_row(folder, image):
    """xorrisofs making an image of the same files with the same boot paths."""
    tree = folder / "tree"
    subprocess.run(
        ["xorriso", "-osirrox", "on", "-indev", image, "-extract", "/", tree],
        check=True,
        capture_output=True,
    )
    output = folder / "xorrisofs.iso"
    argv = ["xorrisofs", "-quiet", "-r", "-V", "BOOTS_FROM", "-o", output]
    argv += ["-b", "isolinux/isolinux.bin", "-no-emul-boot", "-boot-load-size", "4"]
    argv += ["-boot-info-table", "-c", "boot.cat"]
    argv += ["-isohybrid-mbr", "/usr/lib/ISOLINUX/isohdpfx.bin"]
    argv += ["-eltorito-alt-boot", "-e", "boot/esp.img", "-no-emul-boot"]
    argv += ["-isohybrid-gpt-basdat", tree]
    return Row("xorrisofs of the same files", argv, output)


def trust_row(command, folder):
    """The same image for a private CA."""
    certificate = folder / "ca.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650", "-subj",
         "/CN=Lab CA", "-keyout", folder / "ca.key", "-out", certificate],
        check=True,
        capture_output=True,
    )
    output = folder / "trust.iso"
    argv = [command, "-q", "--trust", certificate, "-o", output, SECURE_URL]
    return Row("boots-from --trust CA URL", argv, output)


def make_key(folder, bits=2048):
    """A key to sign with; returns its file and the options that say so."""
    key, certificate = folder / f"boot.{bits}.key", folder / f"boot.{bits}.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", f"rsa:{bits}", "-nodes", "-days", "3650", "-subj",
         "/CN=Boot images", "-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )
    return key, ["--sign-key", key, "--sign-cert", certificate]


def signing_rows(command, folder):
    """The image signed, and its two UEFI programs signed by sbsign, one after the other."""
    key, options = make_key(folder)
    output = folder / "signed.iso"
    rows = [Row("boots-from --sign-key KEY --sign-cert CERT URL", [command, "-q", *options, "-o", output, URL], output)]
    programs = [folder / f"{arch}.efi" for arch in ("x86_64", "arm64")]
    for program in programs:
        subprocess.run([command, "-q", "--format", "efi", "--arch", program.stem, "-o", program, URL], check=True)
    if shutil.which("sbsign"):
        sign = f"sbsign --key {key} --cert {options[-1]} --output {folder}/signed.efi"
        rows.append(Row("sbsign of its two UEFI programs", ["sh", "-c", " && ".join(f"{sign} {program}" for program in programs)]))
    return rows


def existing_rows(command, folder, image):
    """Other bytes over a file that is there, which the disk has when it is done, but for cp."""
    copy, safe, output = folder / "over.iso", folder / "safe.iso", folder / "replaced.iso"
    for path in (copy, safe, output):
        shutil.copyfile(image, path)
    promise = 'cp "$0" "$1.tmp" && sync "$1.tmp" && mv "$1.tmp" "$1" && sync "${1%/*}"'
    return [
        Row("cp, over an existing file", ["cp", image, copy]),
        Row("cp, sync, mv, sync, over an existing file", ["sh", "-c", promise, image, safe]),
        Row("boots-from URL, over an existing file", [command, "-q", "-o", output, URL]),
    ]


def repoint_rows(command, image):
    """An image changed in place, and the program started for nothing but its help."""
    return [
        Row("boots-from --help", [command, "--help"]),
        Row("boots-from repoint IMAGE URL", [command, "repoint", "-q", image, OTHER_URL]),
    ]


def rows(command, folder):
    image, changed = folder / "image.iso", folder / "changed.iso"
    for path in (image, changed):
        subprocess.run([command, "-q", "-o", path, URL], check=True)
    copy = folder / "copy.iso"
    result = [Row("cp of the image", ["cp", image, copy], copy)]
    output = folder / "boots-from.iso"
    result.append(Row("boots-from URL", [command, "-q", "-o", output, URL], output))
    result += existing_rows(command, folder, image)
    result.append(trust_row(command, folder))
    result += signing_rows(command, folder)
    result += repoint_rows(command, changed)
    if shutil.which("xorrisofs"):
        result.append(xorrisofs_row(folder, image))
    return result, image.stat().st_size


def machine():
    names = [line for line in Path("/proc/cpuinfo").read_text().split("\n") if "model name" in line]
    model = names[0].split(":")[1].strip() if names else "unknown processor"
    return f"{os.cpu_count()} cores ({model})"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--folder", help="where to write, default the system's temporary one")
    parser.add_argument("--command", default=TOP / "build/release/src/boots-from")
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory(prefix="boots-from-bench.", dir=arguments.folder) as name:
        table, size = rows(arguments.command, Path(name))
        with open(os.devnull, "wb") as null:
            for _ in range(arguments.runs + 1):
                for row in table:
                    row.run(null.fileno())
        for row in table:
            row.peak = row.peak_megabytes()

    print(f"{datetime.date.today()}, {machine()}, image of {size / 2**20:.0f} MiB, ", end="")
    print(f"medians of {arguments.runs} interleaved runs\n")
    print("| what | ms | ratio to cp | CPU, ms | peak memory, MB |")
    print("| --- | --- | --- | --- | --- |")
    base = median(table[0].milliseconds)
    for row in table:
        wall, cpu = median(row.milliseconds), median(row.cpu_milliseconds)
        print(f"| {row.name} | {wall:.1f} | {wall / base:.1f} | {cpu:.1f} | {row.peak:.1f} |")


if __name__ == "__main__":
    main()
