# SPDX-License-Identifier: GPL-3.0-only
"""The manual page and README.md list the options and commands that there are, and no others."""

import re
import unittest
from pathlib import Path

from command import URL, CommandTest

SOURCE = Path(__file__).resolve().parents[2]
MANUAL = SOURCE / "src/cmd/boots-from.1"
README = SOURCE / "README.md"


def strip_roff(line):
    """A request's arguments as they are shown: '.BI \\-\\-arch " LIST"' is '--arch LIST'."""
    words = re.findall(r'"([^"]*)"|(\S+)', line)[1:]
    text = "".join(quoted or plain for quoted, plain in words)
    return re.sub(r"\\f.", "", text).replace("\\-", "-").replace("\\", "").strip()


class Manual:
    """Per section, subsections included: what its .TP entries explain, and its whole text."""

    def __init__(self):
        self.entries, self.lines = {}, {"": []}
        section = previous = ""
        for line in MANUAL.read_text().splitlines():
            if line.startswith(".SH "):
                section = line[4:]
                self.entries[section], self.lines[section] = [], []
            elif previous == ".TP" and line.startswith("."):
                self.entries[section].append(strip_roff(line))
                self.lines[section].append(strip_roff(line))
            else:
                self.lines[section].append(strip_roff(line) if line.startswith(".") else line)
            previous = line

    def options(self, section):
        return {entry for entry in self.entries[section] if entry.startswith("-")}

    def shared(self, section):
        """What is "as without" the command."""
        (line,) = (line for line in self.lines[section] if re.match("--arch, ", line))
        return set(re.findall(r"-[\w-]+", line))


def read_tables():
    """Per heading of README.md, the backquoted words of its tables of options."""
    tables, heading, is_table = {}, None, False
    for line in README.read_text().splitlines():
        if line.startswith("## "):
            heading = line[3:]
        elif line.startswith("| option "):
            is_table = "meaning" in line
        elif not line.startswith("|"):
            is_table = False
        elif is_table:
            first = re.split(r"(?<!\\)\|", line)[1]
            tables.setdefault(heading, []).extend(re.findall(r"`(-[^`]*)`", first))
    return tables


class DocumentsTest(CommandTest):
    def help(self, command=""):
        done = self.run_command(*command.split(), "--help")
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        return done.stdout.decode()

    def options(self, command=""):
        """As the help shows them: "-o, --output FILE"."""
        shown = re.findall(r"(?m)^ {2,6}((?:-\w, )?--[\w-]+(?: [A-Z/:=]+)?)(?= |$)", self.help(command))
        self.assertGreaterEqual(len(shown), 1)
        return set(shown)

    def commands(self):
        return set(re.findall(r"(?m)^  boots-from (\w+)  ", self.help()))

    def assert_all_shown(self, shown, command):
        """One by one, in any of an option's forms, with the right name for its value."""
        missing = self.options(command) - {"-h, --help"}
        for text in shown:
            name, _, argument = text.partition(" ")
            found = [option for option in self.options(command)
                     if name in re.split(",? ", option) and argument in ("", option.split()[-1])]
            self.assertEqual(len(found), 1, f"{command}: there is no option {text}")
            missing.discard(found[0])
        self.assertEqual(missing, set(), command)

    def test_manual_of_building(self):
        self.assertEqual(Manual().options("OPTIONS"), self.options())

    def test_manual_of_the_other_commands(self):
        manual = Manual()
        for command, section in (("batch", "MANY MACHINES"), ("serve", "SERVING IMAGES")):
            with self.subTest(command):
                own = manual.options(section)
                self.assertLessEqual(own, self.options(command))
                names = {re.search(r"--[\w-]+", entry).group() for entry in own}
                self.assert_all_shown(names | manual.shared(section), command)
        self.assert_all_shown({entry.split()[0] for entry in manual.options("LINKS")} | {"--prebuilt"}, "link")

    def test_manual_of_the_commands(self):
        entries = {entry.split()[1]: entry for entry in Manual().entries["COMMANDS"]}
        self.assertEqual(set(entries), self.commands())
        for command, entry in entries.items():
            options = self.options(command) - {"-h, --help"}
            named = set(re.findall(r"--[\w-]+", entry))
            if named:
                self.assertEqual(named, options)
            else:
                self.assertEqual("[OPTION]..." in entry, bool(options), entry)

    def test_options_of_repoint(self):
        """All but its own are those of building."""
        manual, readme = Manual().lines["COMMANDS"], README.read_text()
        for option in self.options("repoint") - self.options():
            self.assertTrue(any(option in line for line in manual), option)
            self.assertIn(f"`{option}`", readme)

    def test_readme(self):
        tables = read_tables()
        for heading, command in (("Use", ""), ("Many machines", "batch"),
                                 ("Images on demand, for BMCs", "serve")):
            with self.subTest(heading):
                self.assert_all_shown(tables.pop(heading), command)
        self.assertEqual(tables, {})

    def test_defaults(self):
        """What the help calls the default is what is done without the option."""
        text = " ".join(self.help().split())
        defaults = re.findall(r" --(\w+) [A-Z]+ (?:(?! --)[^()])*\(default ([\w,]+)\)", text)
        self.assertEqual([name for name, _ in defaults],
                         ["format", "arch", "label", "layout", "retries"])
        image = self.build()
        for name, value in defaults:
            self.assertEqual(self.build(f"--{name}", value, URL), image)

    def test_words(self):
        """The help lists the words that are taken, and no others."""
        text = " ".join(self.help().split())
        lists = re.findall(r" --(\w+) [A-Z]+ [^:()]*: ([\w, ]+? or \w+) \(default", text)
        self.assertEqual([name for name, _ in lists], ["format", "arch", "layout"])
        for name, words in lists:
            done = self.run_command(f"--{name}", "x", URL)
            self.assert_refused(done, 2, f"'x' is not one of {words.replace(' or ', ', ')} (")

    def test_columns_of_a_list(self):
        """batch's help names the columns that are settings: what a machine's options are."""
        machine = self.help().split("What the machine does")[1].split("\n\n")[0]
        wanted = {"url", *re.findall(r"(?m)^ {6}--([\w-]+)", machine)}
        words = re.search(r"The columns (.*?) are", " ".join(self.help("batch").split())).group(1)
        self.assertEqual(set(re.findall(r"\b[a-z]+\b", re.sub(r"\([^)]*\)", "", words))) - {"and"}, wanted)


if __name__ == "__main__":
    unittest.main()
