# SPDX-License-Identifier: GPL-3.0-only
"""`boots-from batch`: many images from one list, each the one that the command alone writes."""

import contextlib
import fcntl
import hashlib
import os
import pty
import re
import resource
import shutil
import signal
import subprocess
import time
import unittest

from command import COMMAND, SECONDS, CommandTest, judge

PATTERN = "http://10.0.0.1/boot/{host}"

REMARK = re.compile(r"boots-from: (\d+ machines?, |in the URL: |not used: )")
PROGRESS = re.compile(r"boots-from: \d+ % ")


class BatchTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.out = self.folder / "out"

    def batch(self, hosts, *arguments, pattern=PATTERN, **options):
        words = [*arguments, "-d", self.out]
        if pattern:
            words.append(pattern)
        return self.run_command("batch", *words, input=hosts.encode(), **options)

    def written(self):
        return sorted(os.listdir(self.out)) if self.out.exists() else []

    def assert_made(self, done, *names):
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.assertEqual(done.stdout, b"")
        self.assertEqual(self.written(), sorted(names))

    def remarks(self, done):
        """The lines that say what the list was taken for."""
        lines = done.stderr.decode().splitlines()
        return [line.removeprefix("boots-from: ") for line in lines if REMARK.match(line)]

    def assert_complains(self, done, *lines, status=1):
        """A line on stderr for each of lines, containing it, in this order, beside remarks.
        Those about the progress depend on how fast the machine is."""
        text = done.stderr.decode()
        self.assertEqual(done.returncode, status, text)
        found = [line for line in text.splitlines()
                 if not REMARK.match(line) and not PROGRESS.match(line)]
        self.assertEqual(len(found), len(lines), text)
        for line, words in zip(found, lines):
            self.assertTrue(line.startswith("boots-from: "), line)
            self.assertIn(words, line)

    def assert_same(self, name, *arguments):
        self.assertEqual((self.out / name).read_bytes(), self.build(*arguments), name)


class ImagesTest(BatchTest):
    def test_list_of_names(self):
        done = self.batch("web1\n# not this one\n\nweb2\n")
        self.assert_made(done, "web1.iso", "web2.iso")
        self.assert_complains(done, "2 written, 0 unchanged, 0 failed, of 2", status=0)
        for host in ("web1", "web2"):
            self.assert_same(f"{host}.iso", f"http://10.0.0.1/boot/{host}")

    def test_csv_with_every_setting(self):
        (self.folder / "own").write_text("#!ipxe\nshell\n")
        csv = (
            "host,url,ip,gateway,dns,vlan,nic,hostname,retries,script,rack\n"
            "a,,,,,,,,,,r1\n"
            "b,http://b.example/x,,,,,,,,,\n"
            'c,,10.0.0.2/24,10.0.0.1,"10.0.0.1 10.0.0.3",12,net1,,,,r1\n'
            "d,,,,,,52:54:00:12:34:56,d.example,3,,r2\n"
            "e,,,,,,,,,own,\n"
            "f,,,,,,,,0,,r3\n"
        )
        url = "http://10.0.0.1/{rack}/{host}?m=${net0/mac}"
        done = self.batch(csv, pattern=url)
        self.assert_made(done, *[f"{host}.iso" for host in "abcdef"])
        self.assert_same("a.iso", "http://10.0.0.1/r1/a?m=${net0/mac}")
        self.assert_same("b.iso", "http://b.example/x")
        network = "--ip 10.0.0.2/24 --gateway 10.0.0.1 --dns 10.0.0.1 --dns 10.0.0.3"
        words = [*network.split(), "--vlan", "12", "--nic", "net1"]
        self.assert_same("c.iso", *words, "http://10.0.0.1/r1/c?m=${net0/mac}")
        words = "--nic 52:54:00:12:34:56 --hostname d.example --retries 3".split()
        self.assert_same("d.iso", *words, "http://10.0.0.1/r2/d?m=${net0/mac}")
        self.assert_same("e.iso", "--script", "own")
        self.assert_same("f.iso", "--retries", "0", "http://10.0.0.1/r3/f?m=${net0/mac}")

    def test_options_of_the_image(self):
        words = ["--arch", "bios,x86_64", "--label", "FLEET", "--layout", "gpt"]
        self.assert_made(self.batch("web1\n", *words), "web1.iso")
        self.assert_same("web1.iso", *words, "http://10.0.0.1/boot/web1")

    def test_trust(self):
        make = "req -x509 -newkey rsa:2048 -nodes -days 3650 -keyout key -out ca.pem -subj"
        judge("openssl", *make.split(), "/CN=Lab CA", cwd=self.folder)
        trust = ["--trust", "ca.pem"]
        self.assert_made(self.batch("a\nb\n", *trust, "-q"), "a.iso", "b.iso")
        for host in "ab":
            self.assert_same(f"{host}.iso", *trust, f"http://10.0.0.1/boot/{host}")
        done = self.batch("a\n", *trust, *trust)
        self.assert_complains(done, "--trust: 'ca.pem' and 'ca.pem': iPXE trusts one", status=2)

    def test_name_and_hosts_file(self):
        (self.folder / "hosts.csv").write_text("host,rack\nweb1,a\nweb2,b\n")
        done = self.batch("", "--hosts", "hosts.csv", "--name", "{rack}-{host}.img")
        self.assert_made(done, "a-web1.img", "b-web2.img")

    def test_jobs_give_the_same(self):
        hosts = "".join(f"web{i}\n" for i in range(12))
        self.assert_made(self.batch(hosts, "-j1"), *[f"web{i}.iso" for i in range(12)])
        alone = {name: (self.out / name).read_bytes() for name in self.written()}
        for jobs in (2, 8, 64):
            done = self.batch(hosts, "--force", f"--jobs={jobs}")
            self.assertEqual(done.returncode, 0, done.stderr.decode())
            for name, image in alone.items():
                self.assertEqual((self.out / name).read_bytes(), image)

    def test_quiet(self):
        done = self.batch("web1\n", "-q")
        self.assertEqual((done.returncode, done.stderr), (0, b""))


class ExportedTest(BatchTest):
    """Lists as spreadsheets and inventories write them."""

    SHEET = (
        "\ufeffHost;IP;Netmask;Gateway;NIC;Note;;\r\n"
        "web1;10.0.0.2;255.255.254.0;10.0.1.1;5254.00AB.CDEF;a, b;;\r\n"
        "web2;;;;;;;\r\n"
        ";;;;;;;\r\n"
    )

    def test_sheet(self):
        for separator in (";", "\t"):
            with self.subTest(separator):
                sheet = self.SHEET.replace(";", separator)
                done = self.batch(sheet, "--force", pattern="http://10.0.0.1/{HOST}")
                self.assert_made(done, "web1.iso", "web2.iso")
                self.assert_complains(done, "2 written", status=0)
                network = "--ip 10.0.0.2/23 --gateway 10.0.1.1 --nic 52:54:00:ab:cd:ef"
                self.assert_same("web1.iso", *network.split(), "http://10.0.0.1/web1")
                self.assert_same("web2.iso", "http://10.0.0.1/web2")

    def test_inventory(self):
        """Another name for the host, and it is said; MAC addresses in the URL alone."""
        done = self.batch(
            "Name,Status,Role,Site,MAC\nweb1,Active,Server,a,52-54-00-AB-CD-EF\n",
            pattern="http://10.0.0.1/{site}/{host}/{name}?m={mac}",
        )
        self.assert_made(done, "web1.iso")
        self.assert_complains(
            done,
            "1 written",
            "the column mac picks no network card: one called nic does",
            status=0,
        )
        self.assert_same("web1.iso", "http://10.0.0.1/a/web1/web1?m=52-54-00-AB-CD-EF")
        done = self.batch("name,mac\nweb1,52-54-00-AB-CD-EF\n", "-q")
        self.assertEqual(done.stderr, b"")

    def test_what_a_list_was_taken_for(self):
        """In one line, also where rows cannot be used; all columns where it is to be checked."""
        sheet = "Name;IP;Prefix;ID;Rack;\nweb1;10.0.0.2;24;7;a;\n"
        form = ("1 machine, a table with semicolons between 5 columns; 'Name' is taken for host; "
                "settings: IP, Prefix")
        pattern = "http://10.0.0.1/{rack}/{host}"
        self.assertEqual(self.remarks(self.batch(sheet, pattern=pattern)), [form])
        bad = self.batch(sheet.replace(";24;", ";33;"), pattern=pattern)
        self.assert_complains(bad, "line 2, column Prefix: a prefix length of 33", "1 of 1 rows")
        self.assertEqual(self.remarks(bad), [form])
        columns = ["in the URL: Rack, Name", "not used: ID"]
        done = self.batch(sheet, "--check", pattern=pattern)
        self.assert_complains(done, "nothing is wrong with the 1 row;", status=0)
        self.assertEqual(self.remarks(done), [form, *columns])
        self.assertEqual(self.remarks(self.batch("web1\nweb2\n")), ["2 machines, one name per line"])
        for more in ([], ["--check"]):
            self.assertEqual(self.remarks(self.batch(sheet, "-q", *more, pattern=pattern)), [])

    def test_what_spreadsheets_put_in_front(self):
        for separator in ",;\t":
            with self.subTest(separator):
                done = self.batch(f"\ufeffsep={separator}\r\nHost{separator}IP\r\n"
                                  f"web1{separator}10.0.0.2/255.255.255.0\r\n", "--force")
                self.assert_made(done, "web1.iso")
                self.assert_same("web1.iso", "--ip", "10.0.0.2/24", "http://10.0.0.1/boot/web1")

    def test_values_with_lines_in_them(self):
        """The lines of a quoted value count; what is wrong later is said with its own line."""
        done = self.batch('host,note,ip\r\nweb1,"two\r\nlines, ""quoted""",\r\nweb2,,x\r\n')
        self.assert_complains(done, "line 4, column ip: 'x'", "1 of 2 rows")

    def test_unicode_text(self):
        for codec in ("utf-16", "utf-16-be"):
            text = ("\ufeff" if codec == "utf-16-be" else "") + "host\tip\r\nweb1\t\r\n"
            (self.folder / "list").write_bytes(text.encode(codec))
            done = self.batch("", "--hosts", "list")
            self.assert_complains(done, "'list': line 1, column 1: UTF-16, which some programs call "
                                  "Unicode text: save it as CSV in UTF-8")

    def test_columns_of_inventories(self):
        """What looks a little like a setting is somebody's column."""
        done = self.batch("ID,host,Network,Remark,uri,dns1,retry,nick\n1,web1,,,,,,\n")
        self.assert_made(done, "web1.iso")

    def test_the_column_in_a_sentence_is_the_list_s(self):
        done = self.batch("Name\tIP\n.web1\t\nweb2\t10.0.0.2\n")
        self.assert_complains(
            done,
            "line 2, column Name: the file '.web1.iso' starts with a dot",
            "line 3, column IP: the prefix length of 10.0.0.2 is missing",
            "2 of 2 rows",
        )

    def test_comments_after_names(self):
        self.assert_made(self.batch("web1 # top, left\nweb2\t# below\n"), "web1.iso", "web2.iso")

    def test_no_usable_column(self):
        for text in ("server,ip\nweb1,10.0.0.1/24\n", "web1;10.0.0.1/24\n", "host|ip\nweb1|1/2\n",
                     "host ip\nweb1 10.0.0.1/24\n"):
            with self.subTest(text):
                done = self.batch(text)
                self.assert_complains(done, "line 1: '" + text.splitlines()[0] + "' is more than a name")
                for words in (b"host, hostname, name or fqdn", b"commas, semicolons or tabs"):
                    self.assertIn(words, done.stderr)
                self.assertFalse(self.out.exists())


class AgainTest(BatchTest):
    def inodes(self):
        return {name: (self.out / name).stat().st_ino for name in self.written()}

    def test_unchanged_files_are_left_alone(self):
        self.batch("a\nb\nc\n")
        before = self.inodes()
        image = bytearray((self.out / "b.iso").read_bytes())
        image[-1] ^= 1
        (self.out / "b.iso").write_bytes(image)
        (self.out / "c.iso").unlink()
        done = self.batch("a\nb\nc\ne\n")
        self.assert_complains(done, "3 written, 1 unchanged, 0 failed, of 4", status=0)
        after = self.inodes()
        self.assertEqual(before["a.iso"], after["a.iso"])
        self.assertNotEqual(before["b.iso"], after["b.iso"])
        self.assert_same("b.iso", "http://10.0.0.1/boot/b")

    def test_another_size_is_another_file(self):
        self.batch("a\nb\n")
        with open(self.out / "a.iso", "ab") as file:
            file.write(b"x")
        os.truncate(self.out / "b.iso", 1000)
        done = self.batch("a\nb\n")
        self.assert_complains(done, "2 written", status=0)
        self.assert_same("a.iso", "http://10.0.0.1/boot/a")
        self.assert_same("b.iso", "http://10.0.0.1/boot/b")

    def test_another_url_rewrites(self):
        self.batch("a\n")
        done = self.batch("a\n", pattern="http://10.0.0.2/{host}")
        self.assert_complains(done, "1 written, 0 unchanged", status=0)

    def test_force(self):
        self.batch("a\nb\n")
        before = self.inodes()
        with contextlib.ExitStack() as stack:
            # As long as the old files are open, the new ones cannot have their numbers.
            for name in before:
                stack.enter_context((self.out / name).open("rb"))
            done = self.batch("a\nb\n", "--force")
            self.assert_complains(done, "2 written, 0 unchanged", status=0)
            self.assertTrue(set(before.values()).isdisjoint(self.inodes().values()))


def hosts(machines):
    """A list with a name per line."""
    return "".join(f"web{i}\n" for i in range(machines))


class SignalsTest(BatchTest):
    def signal_at_work(self, machines, numbers, *before):
        """Start a batch for so many machines, behind other words, and send it signals when it has
        written some; its exit status and what it said."""
        words = [*before, COMMAND, "batch", "-j2", "-d", self.out, PATTERN]
        with subprocess.Popen(words, cwd=self.folder, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            process.stdin.write(hosts(machines).encode())
            process.stdin.close()
            end = time.monotonic() + SECONDS
            while len(self.written()) < 5 and time.monotonic() < end:
                time.sleep(0.001)
            for number in numbers:
                process.send_signal(number)
            text = process.stderr.read().decode()
            return process.wait(timeout=SECONDS), text

    def test_killed_run_is_resumed(self):
        self.signal_at_work(400, [signal.SIGKILL])
        there = self.written()
        self.assertTrue(all(name.endswith(".iso") for name in there), there)
        self.assertEqual({(self.out / name).stat().st_size for name in there}, {3 << 20})
        done = self.batch(hosts(400))
        rest = 400 - len(there)
        self.assertEqual(done.returncode, 0, done.stderr)
        # A slow machine says how far it is, too.
        self.assertIn(f"{rest} written, {len(there)} unchanged, 0 failed", done.stderr.decode())

    def test_signals_end_it_between_two_images(self):
        machines = 4000  # more than are written before a busy machine has sent the signal
        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
            status, text = self.signal_at_work(machines, [number], "env", "--default-signal=HUP,INT")
            self.assertEqual(status, -number, text)
            self.assertIn("interrupted: run it again", text)
            shutil.rmtree(self.out)

    def test_ignored_signals_stay_ignored(self):
        """As by nohup, and in the background of a shell without job control."""
        status, text = self.signal_at_work(400, [signal.SIGHUP, signal.SIGINT], "env",
                                           "--ignore-signal=HUP,INT")
        self.assertEqual(status, 0, text)
        self.assertIn("400 written", text)

    def test_what_a_killed_run_left_is_removed_and_what_is_in_use_stays(self):
        out = self.folder / "out"
        out.mkdir()
        left, used, other = (out / f".boots-from.{name}.tmp"
                             for name in ("0123456789abcdef", "fedcba9876543210", "1"))
        for path in (left, used, other):
            path.write_bytes(b"part of an image")
        with used.open() as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            done = self.run_command("batch", "-q", "-d", "out", PATTERN, input=b"web1\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([path.exists() for path in (left, used, other)], [False, True, True])

    def interrupt(self, number, seconds, url):
        """Start a batch over the files and end it by a signal; its exit status."""
        done = subprocess.Popen(
            [COMMAND, "batch", "-q", "-d", "out", url], stdin=subprocess.PIPE,
            stderr=subprocess.PIPE, cwd=self.folder)
        done.stdin.write(hosts(40).encode())
        done.stdin.close()
        time.sleep(seconds)
        done.send_signal(number)
        text = done.stderr.read()
        done.stderr.close()
        return done.wait(timeout=SECONDS), text

    def test_interrupted_over_existing_files(self):
        urls = ["http://a/{host}", "http://b/{host}"]
        whole = {}
        for url in urls:
            done = self.run_command("batch", "-q", "-d", "out", url, input=hosts(40).encode())
            self.assertEqual(done.returncode, 0, done.stderr)
            for path in self.out.iterdir():
                whole.setdefault(path.name, set()).add(hashlib.sha256(path.read_bytes()).digest())
        for run in range(12):
            number = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL)[run % 4]
            status, text = self.interrupt(number, 0.02 + 0.03 * run, urls[run % 2])
            self.assertIn(status, (0, -number))
            if status and number != signal.SIGKILL and text:
                self.assertIn(b"interrupted: run it again", text)
            for path in self.out.glob("*.iso"):
                digest = hashlib.sha256(path.read_bytes()).digest()
                self.assertIn(digest, whole[path.name], path.name)
            if number != signal.SIGKILL:
                self.assertEqual(len(list(self.out.iterdir())), 40)


class BadRowsTest(BatchTest):
    BAD = "host,ip,url\nok1,,\n../up,,\nbad,10.0.0.777/24,\nsp,,http://a/b c\nfew\n,10.0.0.2/24,http://10.0.0.1/\n,,\nok2,,\n"
    WORDS = [
        "line 3, column host: the file '../up.iso' would be in another folder",
        "line 6: 1 value for 3 columns",
        "line 7, column host: it is empty",
        "line 4, column ip: '10.0.0.777/24'",
        "line 5, column url: the URL has a space",
    ]

    def test_nothing_is_written(self):
        done = self.batch(self.BAD)
        self.assert_complains(done, *self.WORDS, "5 of 7 rows cannot be used, nothing was")
        self.assertFalse(self.out.exists())

    def test_keep_going(self):
        done = self.batch(self.BAD, "--keep-going")
        last = "2 written, 0 unchanged, 5 failed, of 7"
        self.assert_complains(done, *self.WORDS, last, "5 of 7 images could not be made")
        self.assertEqual(self.written(), ["ok1.iso", "ok2.iso"])
        self.assertFalse((self.folder / "up.iso").exists())

    def test_check_says_everything_and_writes_nothing(self):
        before = self.batch("ok1\n")
        self.assertEqual(before.returncode, 0)
        image = self.out / "ok1.iso"
        image.write_bytes(b"old")
        for more in ([], ["--keep-going"], ["--quiet"], ["--force"]):
            done = self.batch(self.BAD, "--check", *more)
            self.assert_complains(done, *self.WORDS, "5 of 7 rows cannot be used, nothing was")
            self.assert_complains(self.batch("ok1\nok2\n", "--check", *more), *(
                [] if "--quiet" in more else ["nothing is wrong with the 2 rows; nothing was written"]),
                status=0)
        self.assertEqual(self.written(), ["ok1.iso"])
        self.assertEqual(image.read_bytes(), b"old")
        (self.out / "ok1.iso").unlink()
        self.out.rmdir()
        self.assert_complains(self.batch("ok1\n", "--check"), "nothing is wrong with the 1 row;", status=0)
        self.assertFalse(self.out.exists())

    def test_names_refused(self):
        for host, words in (
            ("../x", "another folder"),
            ("/etc/x", "another folder"),
            ("a/b", "another folder"),
            ("a\\b", "a backslash in its name"),
            ("a\\", "a backslash in its name"),
            ("..", "starts with a dot"),
            (".x", "starts with a dot"),
            ("a\x01b", "the byte \\x01"),
            ("a\x7fb", "the byte \\x7f"),
            ("a\x1b[31mb", "the byte \\x1b"),
            ("\u00fc", "the byte \\xc3"),
            ("x" * 252, "256 characters"),
        ):
            for arguments in ([], ["-k"]):
                with self.subTest(host, arguments=arguments):
                    done = self.batch(f"host,url\n{host},http://a/\n", *arguments)
                    self.assertEqual(done.returncode, 1)
                    self.assertIn(words, done.stderr.decode().splitlines()[0])
                    self.assertIn("line 2, column host: ", done.stderr.decode())
                    self.assertEqual(self.written(), [])

    def test_the_column_to_blame(self):
        done = self.batch("host,rack\nweb1,../a\n", "--name", "{host}-{rack}.iso")
        self.assertIn("line 2, column rack: the file", done.stderr.decode())

    def test_collisions(self):
        done = self.batch("a\nb\nA\na\nc\n", "-k")
        self.assert_complains(
            done,
            "line 1, column host: where case does not count, the file 'a.iso' is the 'A.iso'",
            "line 3, column host: where case does not count, the file 'A.iso' is the 'a.iso'",
            "line 4, column host: line 1 has the file 'a.iso' too",
            "2 written",
            "3 of 5 images",
        )
        self.assertEqual(self.written(), ["b.iso", "c.iso"])

    def test_url_is_checked_for_each_row(self):
        rows = ["host,path", "a,x", "b,x y", 'c,"x""y"', "d,${net0/mac}", "e,${", "f,x\ty"]
        done = self.batch("\n".join(rows), "-k", pattern="http://10.0.0.1/{path}")
        self.assertEqual(self.written(), ["a.iso", "d.iso"])
        text = done.stderr.decode()
        for line in (
            "line 3, column path: it has a space at column 2",
            "line 4, column path: it has a quote",
            "line 6 (e): the URL has a ${",
            "line 7, column path: it has the control character",
        ):
            self.assertIn(line, text)

    def test_script_that_does_not_fit(self):
        (self.folder / "big").write_text("echo x\n" * 150000)
        done = self.batch("host,script\na,big\n", pattern=None)
        self.assertIn("line 2, column script: 'big': ", done.stderr.decode())
        self.assertEqual(self.written(), [])

    def test_a_file_that_cannot_be_written(self):
        self.out.mkdir()
        (self.out / "b.iso").mkdir()
        done = self.batch("a\nb\nc\n", "-k", "-j1")
        self.assert_complains(done, "is a folder", "2 written", "1 of 3 images")
        self.assertEqual(self.written(), ["a.iso", "b.iso", "c.iso"])

    def test_first_failure_ends_it(self):
        self.out.mkdir()
        (self.out / "b.iso").mkdir()
        done = self.batch("a\nb\nc\n", "-j1")
        self.assert_complains(done, "is a folder", "1 written", "stopped with 2 of 3")
        self.assertEqual(self.written(), ["a.iso", "b.iso"])

    def test_full_disk_leaves_no_part_of_a_file(self):
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))

        done = self.batch("a\nb\n", "-k", preexec_fn=limit)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(self.written(), [])


class UsageTest(BatchTest):
    def test_refused(self):
        for arguments, hosts, status, words in (
            (["{host}"], "a\n", 1, "'a' is not a URL"),
            (["http://a/{hots}"], "a\n", 2, "did you mean {host}?"),
            (["http://a/{host"], "a\n", 2, "without its }"),
            (["http://a/", "--name", "x.iso"], "a\nb\n", 2, "one file"),
            (["http://a/", "--name", "a/{host}"], "a\n", 2, "--name: there is a '/' in it"),
            (["http://a/", "--name", ""], "a\n", 1, "the file's name is empty"),
            (["http://a/", "--name", ".{host}"], "a\n", 1, "starts with a dot"),
            (["http://a/", "--name", "{x}"], "a\n", 2, "--name: there is no column 'x'"),
            (["http://a/", "http://b/"], "a\n", 2, "more than one URL"),
            (["http://a/", "--jobs", "0"], "a\n", 2, "--jobs: '0'"),
            (["http://a/", "--jobs", "65"], "a\n", 2, "--jobs: '65'"),
            (["http://a/", "--jobs", "-1"], "a\n", 2, "--jobs: '-1'"),
            (["http://a/", "--layout", "gtp"], "a\n", 2, "did you mean gpt?"),
            (["http://a/", "--ouput-dir", "x"], "a\n", 2, "did you mean --output-dir?"),
            (["http://a/", "--hosts", "none"], "", 1, "'none': cannot open"),
            (["http://a/"], "", 1, "'standard input': the list has no machine"),
            (["http://a/"], "host,x\n\"a\n", 1, "line 2, column 1: quotes"),
            (["http://a/"], "host,gateways\na,1\n", 1, "did you mean gateway?"),
            (["-d", "none/out", "http://a/"], "a\n", 1, "cannot make the folder"),
        ):
            with self.subTest(arguments):
                done = self.run_command("batch", *arguments, input=hosts.encode())
                text = done.stderr.decode()
                self.assertEqual(done.returncode, status, text)
                self.assertIn(words, text)
                self.assert_folder_holds()

    def test_help(self):
        done = self.run_command("batch", "--help")
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertTrue(done.stdout.startswith(b"Usage: boots-from batch"))
        self.assertTrue(all(len(line) <= 80 for line in done.stdout.splitlines()))

    def test_terminal(self):
        """With a terminal: a list is asked for; progress is a bar that is gone in the end."""
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        done = subprocess.run(
            [COMMAND, "batch", PATTERN],
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=SECONDS,
            check=False,
        )
        self.assert_refused(done, 2, "no list of machines")
        (self.folder / "hosts").write_text("".join(f"w{i}\n" for i in range(300)))
        words = ["--hosts", "hosts", "-d", "out", PATTERN]
        with subprocess.Popen([COMMAND, "batch", *words], cwd=self.folder, stderr=theirs):
            os.close(theirs)
            text = b""
            try:
                while part := os.read(ours, 4096):
                    text += part
            except OSError:  # how a terminal says that nobody is left
                pass
        self.assertIn(b"300 written", text)
        if b"\r[" in text:  # it took long enough
            self.assertIn(b"/300, ", text)
            self.assertIn(b"\r\x1b[Kboots-from: 300 written", text)

    def test_no_terminal_no_controls(self):
        done = self.batch("".join(f"w{i}\n" for i in range(50)))
        self.assertNotIn(b"\r", done.stderr)
        self.assertNotIn(b"\x1b", done.stderr)


if __name__ == "__main__":
    unittest.main()
