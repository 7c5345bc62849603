# SPDX-License-Identifier: GPL-3.0-only
"""Where the image goes: whole or not at all, and never over what should be left alone."""

import os
import stat
import subprocess
import unittest

from command import COMMAND, SECONDS, URL, CommandTest, judge

OLD = b"the old file"


class OutputTest(CommandTest):
    def test_default_and_named(self):
        image = self.build(URL)
        self.assertEqual(self.run_command("-o", "other.iso", URL).returncode, 0)
        self.assertEqual((self.folder / "other.iso").read_bytes(), image)
        self.assert_folder_holds("boots-from.iso", "other.iso")

    def test_stdout(self):
        done = self.run_command("-q", "-o", "-", URL)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assert_folder_holds()
        self.assertEqual(done.stdout, self.build(URL))

    def test_stdout_to_a_pipe_that_closes(self):
        line = f'"$1" -o - {URL} | head -c 1000 >/dev/null; echo "${{PIPESTATUS[0]}}"'
        done = subprocess.run(
            ["bash", "-c", line, "bash", COMMAND], capture_output=True, cwd=self.folder
        )
        self.assertEqual(done.stdout, b"1\n")
        self.assertIn(b"'standard output': cannot write: Broken pipe", done.stderr)

    def test_stdout_full_or_closed(self):
        for arguments in (["-o", "-", URL], ["--print-script", URL], ["--help"], ["--version"]):
            for redirection, reason in (
                (">/dev/full", "No space left on device"),
                (">&-", "Bad file descriptor"),
            ):
                with self.subTest(arguments=arguments, redirection=redirection):
                    done = subprocess.run(
                        ["sh", "-c", f'"$0" "$@" {redirection}', COMMAND, *arguments],
                        capture_output=True,
                        cwd=self.folder,
                    )
                    self.assert_refused(done, 1, "standard output", reason)
        self.assert_folder_holds()

    def test_closed_descriptors_are_not_written_into(self):
        line = f'"$0" {URL} <&- >&- 2>&-'
        done = subprocess.run(["sh", "-c", line, COMMAND], cwd=self.folder)
        self.assertEqual(done.returncode, 0)
        self.assert_folder_holds("boots-from.iso")
        image = (self.folder / "boots-from.iso").read_bytes()
        self.assertEqual(image, self.build(URL))

    def test_places_that_are_refused(self):
        (self.folder / "folder").mkdir()
        (self.folder / "protected.iso").write_bytes(OLD)
        (self.folder / "protected.iso").chmod(0o444)
        os.mkfifo(self.folder / "fifo")
        for path, words in (
            ("folder", ["is a folder"]),
            ("folder/", ["is a folder"]),
            ("missing/x.iso", ["missing/x.iso", "No such file or directory"]),
            ("protected.iso", ["is read-only"]),
            ("protected.iso/x.iso", ["Not a directory"]),
            ("/dev/null", ["is a device", "dd"]),
            ("/dev/full", ["is a device"]),
            ("fifo", ["not a regular file"]),
            ("", ["name is empty"]),
            ("x" * 300, ["File name too long"]),
            ("/proc/x.iso", ["/proc/x.iso"]),
        ):
            with self.subTest(path=path):
                self.assert_refused(self.run_command("-o", path, URL), 1, *words)
                self.assert_folder_holds("fifo", "folder", "protected.iso")
        self.assertEqual((self.folder / "protected.iso").read_bytes(), OLD)

    def test_folder_without_permission(self):
        """root may write anywhere, so this runs as nobody."""
        self.folder.chmod(0o755)
        done = self.run_command(URL, user=65534, group=65534, extra_groups=[])
        self.assert_refused(done, 1, "Permission denied")
        self.assert_folder_holds()

    def test_full_disk(self):
        mount = self.folder / "small"
        mount.mkdir()
        script = (
            f'mount -t tmpfs -o size=1m tmpfs "$1" && cd "$1" && printf "{OLD.decode()}" '
            f'>boots-from.iso && "$0" {URL}; echo "status $?"; ls -A; cat boots-from.iso'
        )
        status, text = judge(
            "unshare", "-m", "--propagation", "private", "sh", "-c", script, COMMAND, mount
        )
        self.assertEqual(status, 0, text)
        self.assertIn("cannot write: No space left on device\nstatus 1\n", text)
        self.assertTrue(text.endswith(f"boots-from.iso\n{OLD.decode()}"), text)

    def test_limited_file_size(self):
        """What a shell's ulimit -f sets kills a program that does not expect it."""
        (self.folder / "boots-from.iso").write_bytes(OLD)
        for arguments in ([URL], ["-o", "-", URL], ["batch", URL + "/{host}"]):
            with self.subTest(arguments), (self.folder / "stdout").open("wb") as stdout:
                done = subprocess.run(
                    ["sh", "-c", 'ulimit -f 100 && exec "$0" "$@"', COMMAND, *arguments],
                    input=b"web1\n",
                    stdout=stdout,
                    stderr=subprocess.PIPE,
                    cwd=self.folder,
                )
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertIn(b"cannot write: File too large\n", done.stderr)
        self.assert_folder_holds("boots-from.iso", "stdout")
        self.assertEqual((self.folder / "boots-from.iso").read_bytes(), OLD)

    def test_existing_file_keeps_its_permissions(self):
        output = self.folder / "boots-from.iso"
        self.build(URL)
        umask = os.umask(0)
        os.umask(umask)
        self.assertEqual(stat.S_IMODE(output.stat().st_mode), 0o666 & ~umask)
        output.chmod(0o640)
        self.build("http://other.example/")
        self.assertEqual(stat.S_IMODE(output.stat().st_mode), 0o640)

    def test_symbolic_link_stays_and_its_target_is_replaced(self):
        (self.folder / "target.iso").write_bytes(OLD)
        (self.folder / "boots-from.iso").symlink_to("target.iso")
        image = self.build(URL)
        self.assertTrue((self.folder / "boots-from.iso").is_symlink())
        self.assertEqual((self.folder / "target.iso").read_bytes(), image)

    def test_a_reader_of_the_old_file_keeps_it(self):
        output = self.folder / "boots-from.iso"
        output.write_bytes(OLD)
        with output.open("rb") as reader:
            self.build(URL)
            self.assertEqual(reader.read(), OLD)

    def test_somebody_else_s_permissions_are_not_taken_over(self):
        path = self.folder / "theirs.iso"
        path.write_bytes(OLD)
        os.chown(path, 65534, 65534)
        path.chmod(0o666)
        self.assertEqual(self.run_command("-q", "-o", path, URL, umask=0o022).returncode, 0)
        self.assertEqual((path.stat().st_uid, stat.S_IMODE(path.stat().st_mode)), (0, 0o644))

    def test_own_permissions_stay(self):
        path = self.folder / "ours.iso"
        path.write_bytes(OLD)
        path.chmod(0o640)
        self.assertEqual(self.run_command("-q", "-o", path, URL).returncode, 0)
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o640)

    def test_link_leads_to_the_file_and_stays(self):
        (self.folder / "there").mkdir()
        (self.folder / "there/old.iso").write_bytes(OLD)
        (self.folder / "link.iso").symlink_to("there/old.iso")
        self.assertEqual(self.run_command("-q", "-o", "link.iso", URL).returncode, 0)
        self.assertTrue((self.folder / "link.iso").is_symlink())
        self.assertEqual((self.folder / "there/old.iso").read_bytes(), self.build(URL))
        (self.folder / "nowhere.iso").symlink_to("there/missing.iso")
        done = self.run_command("-o", "nowhere.iso", URL)
        self.assert_refused(done, 1, "nowhere.iso", "symbolic link")

    def synced(self, *arguments, stdin=b""):
        """The calls that name, rename and flush files, in their order."""
        names = "fsync,fdatasync,syncfs,rename,renameat,renameat2,linkat"
        trace = self.folder / "trace"
        done = subprocess.run(
            ["strace", "-f", "-o", trace, "-e", f"trace={names}", COMMAND, *arguments],
            env=dict(os.environ, ASAN_OPTIONS="detect_leaks=0"), input=stdin,
            capture_output=True, cwd=self.folder, timeout=SECONDS)
        self.assertEqual(done.returncode, 0, done.stderr)
        calls = [line.split()[1].split("(")[0] for line in trace.read_text().splitlines()
                 if "(" in line.split()[1]]
        trace.unlink()
        return [call.replace("renameat2", "renameat") for call in calls]

    def test_a_replaced_file_is_on_the_disk_before_it_has_the_name(self):
        """The boot rows power-cut show that this is what file systems want, and FAT even more."""
        # No fsync of what is new, as with cp; file, name and folder of what is replaced. A file
        # without a name is not synced: btrfs would bring it back empty.
        self.assertEqual(self.synced("-q", URL), ["linkat"])
        self.assertEqual(self.synced("-q", URL), ["linkat", "fsync", "renameat", "fsync"])

    def test_a_batch_waits_for_the_disk_once_per_round(self):
        hosts = [f"web{i}" for i in range(40)]
        arguments = ["batch", "-q", "-j1", "--force", URL + "/{host}"]
        stdin = "\n".join(hosts).encode()
        replaced = ["linkat", "renameat"]
        self.assertEqual(self.synced(*arguments, stdin=stdin), ["linkat"] * 40)
        self.assertEqual(
            self.synced(*arguments, stdin=stdin),
            ["syncfs", *replaced * 32, "syncfs"] + ["syncfs", *replaced * 8, "syncfs"])



if __name__ == "__main__":
    unittest.main()
