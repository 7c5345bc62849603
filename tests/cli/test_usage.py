# SPDX-License-Identifier: GPL-3.0-only
"""Bad input: one clear sentence each, the right exit status, and the old file intact."""

import re
import unittest
from pathlib import Path

from command import URL, CommandTest

USAGE, FAILED = 2, 1
CMAKE_LISTS = Path(__file__).resolve().parents[2] / "CMakeLists.txt"

# Arguments, exit status, and what the sentence must name.
REFUSED = [
    # The command line itself.
    ([], USAGE, ["no URL"]),
    (["-q"], USAGE, ["no URL"]),
    ([URL, "http://two.example/"], USAGE, ["more than one URL", "two.example"]),
    (["--frobnicate", URL], USAGE, ["unknown option '--frobnicate'"]),
    (["--ouput", "x", URL], USAGE, ["--ouput", "did you mean --output?"]),
    (["--lable=x", URL], USAGE, ["did you mean --label?"]),
    (["-x", URL], USAGE, ["unknown option '-x'"]),
    (["--quiet", "-xq", URL], USAGE, ["unknown option '-x'"]),
    (["--quiet", "-qx", URL], USAGE, ["unknown option '-x'"]),
    (["--quiet", "-jq", URL], USAGE, ["option --jobs is not for boots-from URL"]),
    ([URL, "-o"], USAGE, ["-o needs a value"]),
    ([URL, "--label"], USAGE, ["--label needs a value"]),
    (["--quiet=yes", URL], USAGE, ["--quiet takes no value"]),
    (["--arch", "", URL], USAGE, ["--arch", "bios, x86_64, arm64, riscv64"]),
    (["--arch", "x86_64,", URL], USAGE, ["--arch"]),
    (["--arch", "x86_46", URL], USAGE, ["'x86_46'", "did you mean x86_64?"]),
    (["--arch", "sparc", URL], USAGE, ["'sparc'"]),
    (["--arch", "bios,m\x07ps", URL], USAGE, ["m\\x07ps"]),
    (["--layout", "gtp", URL], USAGE, ["--layout", "'gtp'", "did you mean gpt?"]),
    (["--layout", "", URL], USAGE, ["--layout", "isohybrid, gpt, mbr, cd"]),
    (["--label", "", URL], USAGE, ["--label", "empty"]),
    (["--label", "A" * 33, URL], USAGE, ["--label", "33", "32"]),
    (["--label", "a b", URL], USAGE, ["--label", "column 2"]),
    (["--label", "caf\u00e9", URL], USAGE, ["--label", "column 4"]),
    # The alphabet of a URL.
    ([""], FAILED, ["the URL is empty"]),
    (["http://a.example/a b"], FAILED, ["space at column 19", "%20"]),
    ([" http://a.example/"], FAILED, ["space at column 1"]),
    (["http://a.example/\tb"], FAILED, ["\\x09 at column 18"]),
    (["http://a.example/\nreboot"], FAILED, ["\\x0a", "cannot add a line"]),
    (["http://a.example/\rreboot"], FAILED, ["\\x0d"]),
    (["http://a.example/\x7f"], FAILED, ["\\x7f"]),
    (["http://a.example/\u00e9"], FAILED, ["\\xc3", "%C3"]),
    (['http://a.example/"x"'], FAILED, ["quote at column 18", "%22"]),
    (["http://a.example/'x'"], FAILED, ["quote", "%27"]),
    (["http://a.example/x\\"], FAILED, ["backslash at column 19", "%5C"]),
    (["http://a.example/x\\y"], FAILED, ["backslash at column 19", "%5C"]),
    (["http://a.example\\boot"], FAILED, ["backslash at column 17", "%5C"]),
    (["iscsi:a.example::::iqn.x\\"], FAILED, ["backslash at column 25", "%5C"]),
    (["--hostname", "node\\", URL], USAGE, ["--hostname", "column 5"]),
    (["--nic", "net0\\", URL], USAGE, ["--nic", "not a network card"]),
    # iPXE settings.
    (["http://a.example/${net0/mac"], FAILED, ["${ at column 18 without its }"]),
    (["http://a.example/${a${b}"], FAILED, ["${ at column 18"]),
    (["http://a.example/${}"], FAILED, ["empty ${}"]),
    (["http://a.example/" + "${a" * 17 + "}" * 17], FAILED, ["too deeply"]),
    # Schemes.
    (["example.com/boot"], FAILED, ["did you mean http://example.com/boot?"]),
    (["example.com:8080/boot"], FAILED, ["did you mean http://example.com:8080/boot?"]),
    (["//example.com/boot"], FAILED, ["did you mean http://example.com/boot?"]),
    (["localhost:80"], FAILED, ["did you mean http://localhost:80?"]),
    (["boot.cfg"], FAILED, ["did you mean http://boot.cfg?"]),
    # Something else than a URL.
    (["inspekt", "x.iso"], USAGE, ["'inspekt'", "did you mean boots-from inspect?"]),
    (["repiont"], USAGE, ["'repiont'", "did you mean boots-from repoint?"]),
    (["boot"], USAGE, ["'boot' is neither a URL, such as http://", ", nor a command (see"]),
    (["make", URL], USAGE, ["'make' is neither a URL"]),
    (["HELP"], USAGE, ["'HELP' is neither a URL"]),
    (["-q", "inspect", "x.iso"], USAGE, ["a command comes first", "boots-from inspect ..."]),
    (["help", "bacth"], USAGE, ["no command 'bacth'", "did you mean batch?"]),
    (["help", "x", "y"], USAGE, ["more than one COMMAND"]),
    (["version", "x"], USAGE, ["boots-from version takes no argument: 'x'"]),
    (["/srv/boot.ipxe"], FAILED, ["is not a URL"]),
    (["htp://a.example/"], FAILED, ["unknown scheme 'htp:'", "did you mean 'http:'?"]),
    (["ftp://a.example/boot"], FAILED, ["cannot open ftp:", "http,https", "tftp", "as ipxe"]),
    (["gopher://a.example/"], FAILED, ["cannot open gopher:"]),
    (["tcp://a.example/"], FAILED, ["tcp:"]),
    # Host and port.
    (["http:/a.example/"], FAILED, ["needs // after 'http:'"]),
    (["http:a.example"], FAILED, ["needs // after"]),
    (["http://"], FAILED, ["no host after 'http://'"]),
    (["http:///boot"], FAILED, ["no host"]),
    (["http://user@/boot"], FAILED, ["no host"]),
    (["http://:80/boot"], FAILED, ["no host"]),
    (["http://a.example:http/"], FAILED, ["port ':http'"]),
    (["http://a.example:0/"], FAILED, ["port ':0'"]),
    (["http://a.example:65536/"], FAILED, ["port ':65536'"]),
    (["http://a.example:123456/"], FAILED, ["port ':123456'"]),
    (["http://[::1/"], FAILED, ["IPv6"]),
    (["http://[]/"], FAILED, ["IPv6"]),
    (["http://[::1]x/"], FAILED, ["port after ]"]),
    (["iscsi:"], FAILED, ["nothing after 'iscsi:'"]),
    # The slot's size: both sizes are named.
    (["--format", "efi", "http://a.example/" + "x" * 9000], FAILED,
     ["the script is ", "the slot takes 8131", "formats iso and esp"]),
]

# URLs that must be taken, and the command that iPXE must be given.
TAKEN = [
    ("http://a.example/boot", "chain --autofree"),
    ("HTTP://A.EXAMPLE/boot", "chain --autofree"),
    ("http://a.example:8080/boot?x=1&y=2#z", "chain --autofree"),
    ("http://user:password@a.example/boot", "chain --autofree"),
    ("http://[2001:db8::1]:8080/boot", "chain --autofree"),
    ("http://192.0.2.1/a%20b;c=d,e~f!g*h(i)|jk^l`m<n>[o]{p}", "chain --autofree"),
    ("http://192.0.2.1/x%5C", "chain --autofree"),
    ("https://a.example/", "chain --autofree"),
    ("http://a.example", "chain --autofree"),
    ("tftp://192.0.2.1:6969/boot", "chain --autofree"),
    ("nfs://a.example/export/path", "chain --autofree"),
    ("http://${next-server}/boot?mac=${net0/mac:hexhyp}&s=${serial}", "chain --autofree"),
    ("http://a.example/${net${n}/mac}", "chain --autofree"),
    ("http://a.example/}", "chain --autofree"),
    ("${boot-url}", "chain --autofree"),
    ("iscsi:192.0.2.1::::iqn.2026-01.example:disk", "sanboot"),
    ("aoe:e0.0", "sanboot"),
]


# Options of another command: what is said, beside whose they are.
ELSEWHERE = [
    (["batch", "--vlan", "7", URL], ["option --vlan is for one machine", "column", "--hosts"]),
    (["batch", "--script=x"], ["option --script is for one machine", "column"]),
    (["serve", "--ip", "192.0.2.7/24", URL], ["option --ip is for one machine", "column"]),
    (["repoint", "--arch", "bios", "x", URL], ["option --arch is for building", "nothing but the script"]),
    (["repoint", "-o", "x", "x", URL], ["option --output is for building"]),
    (["repoint", "-j2", "x", URL], ["option --jobs is not for boots-from repoint, but for boots-from batch"]),
    (["--jobs", "2", URL], ["option --jobs is not for boots-from URL, but for boots-from batch"]),
    (["inspect", "--arch=bios", "x"], ["--arch is not for boots-from inspect, but for boots-from URL"]),
    (["batch", "--format", "efi"], ["option --format is not for boots-from batch, but for boots-from URL"]),
    (["batch", "--vlna", "7"], ["unknown option '--vlna'"]),
    (["batch", "-x"], ["unknown option '-x'"]),
    (["completion", "bash", "--json"], ["--json is not for boots-from completion, but for boots-from inspect"]),
]

COMMANDS = ("", "inspect", "repoint", "batch", "serve", "page", "completion", "version", "help")


class UsageTest(CommandTest):
    def test_options_of_other_commands(self):
        for arguments, words in ELSEWHERE:
            with self.subTest(arguments):
                self.assert_refused(self.run_command(*arguments), USAGE, *words)

    def test_one_sentence_for_every_command(self):
        image = self.folder / "boots-from.iso"
        self.build("-q", URL)
        commands = ([URL], ["repoint", image, URL], ["batch", URL], ["serve", URL])
        for options, words in (
            (["--trust", ""], "--trust: the file name is empty"),
            (["--trust", "a", "--trust", "b"], "--trust: 'a' and 'b': iPXE trusts one certificate"),
            (["--prebuilt", ""], "--prebuilt: the file name is empty"),
        ):
            texts = set()
            for command in commands:
                done = self.run_command(*command, *options, input=b"one\n")
                self.assert_refused(done, USAGE, words)
                texts.add(done.stderr)
            self.assertEqual(len(texts), 1, texts)

    def test_one_sentence_for_options_and_columns(self):
        image = self.folder / "boots-from.iso"
        self.build("-q", URL)
        (self.folder / "own").write_bytes(b"shell\n")
        for options, header, row in (
            (["--ip", "192.0.2.7/24"], "ip", "192.0.2.7/24"),
            (["--ip", "192.0.2.7/33"], "ip", "192.0.2.7/33"),
            (["--gateway", "192.0.2.1"], "gateway", "192.0.2.1"),
            (["--vlan", "4095"], "vlan", "4095"),
            (["--retries", "10"], "retries", "10"),
            (["--script", "own", "--vlan", "7"], "script,vlan", "own,7"),
        ):
            with self.subTest(options):
                url = [] if "--script" in options else [URL]
                done = self.run_command(*options, *url)
                self.assert_refused(done, USAGE)
                # Behind the option's name, and before the advice to look at the help.
                text = re.fullmatch(r"boots-from: (?:--[a-z]+: )?(.*) \(see .*\n", done.stderr.decode()).group(1)
                repointed = self.run_command("repoint", *options, image, *url)
                self.assertEqual(repointed.stderr, done.stderr)
                listed = self.run_command("batch", *url, input=f"host,{header}\na,{row}\n".encode())
                self.assertIn(text, listed.stderr.decode().splitlines()[0])

    def test_every_option_is_taken_or_refused_by_name(self):
        options = {}
        for command in COMMANDS:
            text = self.run_command(*command.split(), "--help").stdout.decode()
            options[command] = set(re.findall(r"(?m)^ {2,6}(?:-\w, )?(--[\w-]+)", text))
        for command, own in options.items():
            for option in set().union(*options.values()) - own:
                with self.subTest(command=command, option=option):
                    done = self.run_command(*command.split(), option, "x")
                    self.assert_refused(done, USAGE, f"option {option} is ")

    def test_refused(self):
        output = self.folder / "boots-from.iso"
        output.write_bytes(b"the old file")
        for arguments, status, words in REFUSED:
            with self.subTest(arguments=[a[:60] for a in arguments]):
                done = self.run_command(*arguments)
                self.assert_refused(done, status, *words)
                self.assertEqual(b"see boots-from --help" in done.stderr, status == USAGE)
                self.assertEqual(output.read_bytes(), b"the old file")
                self.assert_folder_holds("boots-from.iso")

    def test_taken(self):
        for url, command in TAKEN:
            with self.subTest(url=url):
                done = self.run_command("--print-script", url)
                self.assertEqual(done.returncode, 0, done.stderr.decode())
                script = done.stdout.decode()
                self.assertTrue(script.startswith("#!ipxe\n"))
                lines = [line for line in script.split("\n") if line.startswith(command)]
                self.assertEqual(lines, [f"{command} {url} || goto no_boot"])
        self.assert_folder_holds()

    def test_every_line_of_the_script_is_ours(self):
        """Whatever the URL, the script has the same lines but for the URL itself."""
        plain = self.run_command("--print-script", URL).stdout.decode()
        for url, command in TAKEN:
            if command == "sanboot":
                continue
            with self.subTest(url=url):
                script = self.run_command("--print-script", url).stdout.decode()
                self.assertEqual(script.replace(url, URL), plain)

    def test_help_and_version(self):
        done = self.run_command("--help")
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        for option in ("--output", "--arch", "--label", "--layout", "--script", "--print-script",
                       "--quiet", "--ip", "--gateway", "--dns", "--vlan", "--nic",
                       "--hostname", "--retries"):
            self.assertIn(option, done.stdout.decode())
        done = self.run_command("--version")
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        version = re.search(r"project\(boots-from VERSION (\S+)", CMAKE_LISTS.read_text()).group(1)
        self.assertRegex(done.stdout.decode().splitlines()[0],
                         rf"^boots-from {re.escape(version)} \(([0-9a-f]{{12}}( with changes)?|unknown commit)\)$")
        self.assertRegex(done.stdout.decode(), r"(?m)^ipxe \d.*\((forky|trixie|local)\)$")
        self.assertRegex(done.stdout.decode(), r"(?m)^isolinux .*6\.04")
        self.assert_folder_holds()

    def test_help_and_version_as_words(self):
        for command in COMMANDS:
            asked = self.run_command("help", *command.split())
            self.assertEqual((asked.returncode, asked.stderr), (0, b""))
            self.assertEqual(asked.stdout, self.run_command(*command.split(), "--help").stdout)
            self.assertLessEqual(max(map(len, asked.stdout.decode().splitlines())), 80)
        version = self.run_command("--version").stdout
        self.assertTrue(version)
        for words in (["-V"], ["version"]):
            self.assertEqual(self.run_command(*words).stdout, version)

    def test_file_or_device_instead_of_a_url(self):
        self.build("-q", URL)
        (self.folder / "own.ipxe").write_bytes(b"shell\n")
        (self.folder / "images").mkdir()
        for arguments, words in (
            (["boots-from.iso"], "'boots-from.iso' is a file and no URL; to look into it: "
                                 "boots-from inspect boots-from.iso"),
            (["boots-from.iso", URL], "boots-from inspect boots-from.iso"),
            (["own.ipxe"], "'own.ipxe' is a file and no URL; to boot from it: "
                           "boots-from --script own.ipxe"),
        ):
            self.assert_refused(self.run_command(*arguments), USAGE, words)
        self.assert_refused(self.run_command("images"), USAGE, "'images' is neither a URL")
        for device in [path for path in Path("/dev").iterdir() if path.is_block_device()][:1]:
            words = f"'{device}' is a device and no URL; to look into it: boots-from inspect {device}"
            self.assert_refused(self.run_command(device), USAGE, words)

    def test_other_names_of_architectures(self):
        image = self.build("-q", "--arch", "bios,x86_64,arm64", URL)
        for names in ("i386-pc,amd64,aarch64", "PCBIOS,X64,AArch64", "Bios,x86-64,ARM64"):
            self.assertEqual(self.build("-q", "--arch", names, URL), image)

    def test_success_line(self):
        done = self.run_command(URL)
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stdout, b"")
        size = (self.folder / "boots-from.iso").stat().st_size
        self.assertRegex(
            done.stderr.decode(),
            rf"^boots-from: wrote boots-from\.iso, {size / 2**20:.1f} MiB, to boot {URL} "
            r"on BIOS, UEFI x86_64, UEFI arm64 \(\d+\.\d ms\)\n$",
        )
        done = self.run_command("-q", URL)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"", b""))


if __name__ == "__main__":
    unittest.main()
