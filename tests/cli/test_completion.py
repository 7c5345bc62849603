# SPDX-License-Identifier: GPL-3.0-only
"""What shells offer for the words of boots-from, typed into them as people do."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import time
import unittest

from command import CommandTest, judge

SECONDS = 120

# Stands for boots-from in the shells, and writes down with what words it was run.
STUB = """#!/usr/bin/python3
import json, os, sys
with open(os.environ["WORDS"] + ".new", "w") as file:
    json.dump(sys.argv[1:], file)
os.rename(os.environ["WORDS"] + ".new", os.environ["WORDS"])
"""

# A key of ours, which makes the shell insert everything it would offer.
ALL = "\x18a"
BASH = [r"""bind '"\C-xa": insert-completions'"""]
ZSH = [
    "zle -C all-matches complete-word _generic",
    "zstyle ':completion:all-matches::::' completer _all_matches _complete",
    "zstyle ':completion:all-matches:*' insert yes",
    "bindkey '^Xa' all-matches",
]
SHELLS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], ["source {script}", *BASH]),
    "zsh": (["zsh", "-f", "-i"], ["autoload -Uz compinit && compinit -D -u", "source {script}", *ZSH]),
    # As packages install it: found by its first line, loaded when it is needed.
    "zsh, loaded": (["zsh", "-f", "-i"],
                    ["fpath=({folder} $fpath)", "autoload -Uz compinit && compinit -D -u", *ZSH]),
}

COMMANDS = {"batch", "completion", "help", "inspect", "link", "page", "repoint", "serve", "version"}
LAYOUTS = {"isohybrid", "gpt", "mbr", "cd"}
THERE = {"boot.iso", "images"}
FOLDERS = {"images"}

# What is typed, and what is offered for its last word.
CASES = [
    ("", COMMANDS),
    ("in", {"inspect"}),
    ("http://a", set()),
    ("-q ", set()),
    # Options are those of the command.
    ("--lay", {"--layout"}),
    ("-q --outp", {"--output"}),
    ("http://a/ --outp", {"--output"}),
    ("batch --ho", {"--hosts"}),
    ("--ho", {"--hostname"}),
    ("batch --vl", set()),
    ("batch http://a/ --ke", {"--keep-going"}),
    ("repoint boot.iso --tr", {"--trust"}),
    ("repoint boot.iso --arc", set()),
    ("inspect --js", {"--json"}),
    # Values.
    ("--layout ", LAYOUTS),
    ("--layout=", LAYOUTS),
    ("--layout=g", {"gpt"}),
    ("serve --layout m", {"mbr"}),
    ("--format ", {"iso", "efi", "lkrn", "esp"}),
    ("--arch ", {"bios", "x86_64", "arm64", "riscv64", "all"}),
    ("--arch bios,a", {"bios,arm64", "bios,all"}),
    ("--arch=bios,x86_64,r", {"bios,x86_64,riscv64"}),
    # What is in the list already is not offered again.
    ("--arch bios,", {"bios,x86_64", "bios,arm64", "bios,riscv64", "bios,all"}),
    ("--arch bios,b", set()),
    ("serve --arch=arm64,bios,", {"arm64,bios,x86_64", "arm64,bios,riscv64", "arm64,bios,all"}),
    ("--label ", set()),
    ("batch --jobs ", set()),
    # Files and folders, where they belong.
    ("-o ", THERE),
    ("--output ", THERE),
    ("--script=b", {"boot.iso"}),
    ("--ipxe ", THERE),
    ("--trust ", THERE),
    ("batch --hosts ", THERE),
    ("batch -d ", FOLDERS),
    ("batch --output-dir=", FOLDERS),
    ("serve --prebuilt i", FOLDERS),
    ("inspect ", THERE),
    ("repoint ", THERE),
    ("repoint --vlan 7 ", THERE),
    ("repoint --vlan=7 -q b", {"boot.iso"}),
    ("repoint boot.iso ", set()),
    ("batch ", set()),
    ("completion ", {"bash", "zsh", "fish"}),
    ("completion bash ", set()),
    ("help b", {"batch"}),
]


class Terminal:
    """An interactive shell, told what a person would type."""

    def __init__(self, program, setup, folder, environment):
        self.words = folder / "words"
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(folder / "here")
            os.execvpe(program[0], program, {**environment, "WORDS": str(self.words)})
        for line in setup:
            self.type(line + "\n")

    def type(self, text):
        os.write(self.fd, text.encode())

    def read(self, seconds):
        """What the shell shows is of no interest, but must not fill the terminal up."""
        if select.select([self.fd], [], [], seconds)[0]:
            os.read(self.fd, 65536)

    def offered(self, text):
        self.words.unlink(missing_ok=True)
        self.type(f"boots-from {text}{ALL}\n")
        end = time.monotonic() + SECONDS
        while not self.words.exists() and time.monotonic() < end:
            self.read(0.02)
        last = re.search(r"[^ ]*$", text).group()
        found = json.loads(self.words.read_text())[len(text.split()) - bool(last) :]
        return set() if found == [last] else set(found)

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        os.close(self.fd)
        os.waitpid(self.pid, 0)


class CompletionTest(CommandTest):
    def setUp(self):
        super().setUp()
        (self.folder / "bin").mkdir()
        (self.folder / "here/images").mkdir(parents=True)
        (self.folder / "here/boot.iso").touch()
        stub = self.folder / "bin/boots-from"
        stub.write_text(STUB)
        stub.chmod(0o755)
        self.environment = {"PATH": f"{stub.parent}:{os.environ['PATH']}", "TERM": "dumb",
                            "HOME": str(self.folder), "PS1": "", "LC_ALL": "C"}

    def script(self, shell):
        done = self.run_command("completion", shell)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        path = self.folder / "_boots-from"
        path.write_bytes(done.stdout)
        return path

    def terminal(self, name):
        program, setup = SHELLS[name]
        script = self.script(program[0])
        setup = [line.format(script=script, folder=self.folder) for line in setup]
        terminal = Terminal(program, setup, self.folder, self.environment)
        self.addCleanup(terminal.close)
        return terminal.offered

    def fish(self):
        script = self.script("fish")

        def offered(text):
            done = subprocess.run(
                ["fish", "--no-config", "-c", f"source {script}; complete -C 'boots-from {text}'"],
                cwd=self.folder / "here", env=self.environment, capture_output=True,
                timeout=SECONDS, check=False)
            self.assertEqual(done.stderr, b"")
            return {line.split("\t")[0] for line in done.stdout.decode().splitlines()}

        return offered

    def shells(self):
        yield "fish", self.fish()
        for name in SHELLS:
            yield name, self.terminal(name)

    @staticmethod
    def begins(word, text):
        """New fish also offers what has the typed letters anywhere, in their order."""
        typed = text.split(" ")[-1]
        return not typed.startswith("--") or "=" in typed or word.startswith(typed)

    def test_offered(self):
        for name, offered in self.shells():
            for text, wanted in CASES:
                with self.subTest(shell=name, text=text):
                    # bash completes behind the =, the others repeat what is before it.
                    found = {re.sub("^--[a-z-]+=", "", word).rstrip("/") for word in offered(text)
                             if self.begins(word, text)}
                    self.assertEqual(found, wanted)

    def test_every_option_of_every_command(self):
        """What --help lists is what is offered."""
        for name, offered in self.shells():
            for command in ("", *COMMANDS):
                with self.subTest(shell=name, command=command):
                    text = self.run_command(*command.split(), "--help").stdout.decode()
                    options = set(re.findall(r"(?m)^ {2,6}(?:-\w, )?(--[\w-]+)", text))
                    self.assertGreaterEqual(len(options), 1)
                    self.assertEqual(offered(f"{command} --".lstrip()), options)

    def values(self, command):
        """What --help says of the options with a value: {option: (its name, its words)}."""
        text = self.run_command(*command.split(), "--help").stdout.decode()
        text = re.sub(r"\n {8,}", " ", text)
        rows = re.findall(r"(?m)^ {2,6}(?:-\w, )?(--[\w-]+) ([A-Z/:=]+)(?: +(.*))?$", text)
        self.assertEqual(len(rows), len(re.findall(r"(?m)^ {2,6}(?:-\w, )?--[\w-]+ [A-Z]", text)))
        return {option: (name, self.words(explained)) for option, name, explained in rows}

    @staticmethod
    def words(explained):
        """The words in "boot paths, with commas: a, b or c (default a)"."""
        found = re.search(r": ([\w, ]+? or \w+)(?: \(default|$)", explained)
        return set(re.split(", | or ", found.group(1))) if found else None

    def test_every_value_of_every_command(self):
        """Files where --help has FILE or CERT, folders where it has DIR, the words it lists."""
        kinds = {"FILE": THERE, "CERT": THERE, "DIR": FOLDERS}
        for name, offered in self.shells():
            seen = {}
            for command in ("", *COMMANDS):
                for option, (value, words) in self.values(command).items():
                    if seen.get(option) == (value, words):
                        continue
                    seen[option] = value, words
                    with self.subTest(shell=name, command=command, option=option):
                        found = {word.rstrip("/") for word in offered(f"{command} {option} ".lstrip())}
                        self.assertEqual(found, words or kinds.get(value, set()))
            self.assertLessEqual({*kinds, "KIND", "LIST", "LAYOUT"}, {value for value, _ in seen.values()})

    def test_names_with_spaces(self):
        (self.folder / "here/two words.iso").touch()
        for name in SHELLS:
            with self.subTest(name):
                self.assertEqual(self.terminal(name)("inspect two"), {"two words.iso"})

    def test_script_for_bash(self):
        status, text = judge("shellcheck", "-s", "bash", self.script("bash"))
        self.assertEqual(status, 0, text)

    def test_refused(self):
        for arguments, words in (([], "no shell"), (["tcsh"], "'tcsh'"), (["bash", "zsh"], "more than one SHELL")):
            with self.subTest(arguments):
                self.assert_refused(self.run_command("completion", *arguments), 2, words)


if __name__ == "__main__":
    unittest.main()
