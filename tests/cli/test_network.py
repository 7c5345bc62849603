# SPDX-License-Identifier: GPL-3.0-only
"""The network options: what they put into the script, and what is refused."""

import re
import unittest

from command import URL, CommandTest

USAGE = 2
ADDRESS_URL = "http://192.0.2.1/boot"  # a static address without DNS cannot look up a name

STATIC = ["--ip", "192.0.2.7/24"]


def attempts_on_any(number):
    return [
        "set wait 15000",
        "set attempt:int32 1",
        ":attempt",
        "set i:int32 0",
        ":card",
        "isset ${net${i}/mac} || goto next_card",
        "isset ${linked${i}} || iflinkwait --timeout ${wait} net${i} || goto next_card",
        "set linked${i} yes",
        "dhcp net${i} && goto boot ||",
        ":next_card",
        "inc i",
        "iseq ${i} 32 || goto card",
        "ifstat || goto no_card",
        "set wait 5000",
        "inc attempt",
        f"iseq ${{attempt}} {number + 1} && goto no_address ||",
        f"echo boots-from: no address yet, DHCP attempt ${{attempt}} of {number}",
        "goto attempt",
        ":boot",
    ]


def attempts_on(device, number=3):
    return [
        "set wait 15000",
        "set attempt:int32 1",
        ":attempt",
        f"isset ${{linked}} || iflinkwait --timeout ${{wait}} {device} || goto attempted",
        "set linked yes",
        f"dhcp {device} && goto boot ||",
        ":attempted",
        f"ifstat {device}",
        "set wait 5000",
        "inc attempt",
        f"iseq ${{attempt}} {number + 1} && goto no_address ||",
        f"echo boots-from: no address yet, DHCP attempt ${{attempt}} of {number}",
        "goto attempt",
        ":boot",
    ]


# Arguments besides a URL, and the script's lines in front of its first `exit`.
SCRIPTS = [
    ([], attempts_on_any(3)),
    (["--retries", "2"], attempts_on_any(3)),
    (["--retries", "9"], attempts_on_any(10)),
    (["--retries", "0"], ["dhcp || goto no_address"]),
    (["--nic", "net1"], [
        "isset ${net1/mac} || goto no_card",
        *attempts_on("net1"),
    ]),
    (["--nic", "net1", "--retries", "0"], [
        "isset ${net1/mac} || goto no_card",
        "dhcp net1 || goto no_address",
    ]),
    (["--nic", "52-54-00-AB-CD-EF", "--retries", "1"], [
        "set i:int32 0",
        ":next_card",
        "isset ${net${i}/mac} || goto no_card",
        "iseq ${net${i}/mac} 52:54:00:ab:cd:ef && goto card ||",
        "inc i && goto next_card",
        ":card",
        "set nic net${i}",
        *attempts_on("${nic}", 2),
    ]),
    (["--nic", "5254.00AB.CDEF", "--retries", "0"], [
        "set i:int32 0",
        ":next_card",
        "isset ${net${i}/mac} || goto no_card",
        "iseq ${net${i}/mac} 52:54:00:ab:cd:ef && goto card ||",
        "inc i && goto next_card",
        ":card",
        "set nic net${i}",
        "dhcp ${nic} || goto no_address",
    ]),
    (["--vlan", "42"], [
        "isset ${net0/mac} || goto no_card",
        "vcreate --tag 42 net0 || goto no_vlan",
        *attempts_on("net0-42"),
    ]),
    (["--ip", "192.0.2.7/24", "--retries", "0"], [
        "isset ${net0/mac} || goto no_card",
        "iflinkwait --timeout 30000 net0 || goto no_link",
        "set net0/ip 192.0.2.7",
        "set net0/netmask 255.255.255.0",
    ]),
    (STATIC, [
        "isset ${net0/mac} || goto no_card",
        "iflinkwait --timeout 30000 net0 || goto no_link",
        "set net0/ip 192.0.2.7",
        "set net0/netmask 255.255.255.0",
    ]),
    (["--ip", "192.0.2.7/255.255.254.0"], [
        "isset ${net0/mac} || goto no_card",
        "iflinkwait --timeout 30000 net0 || goto no_link",
        "set net0/ip 192.0.2.7",
        "set net0/netmask 255.255.254.0",
    ]),
    (["--netmask", "255.255.254.0", "--ip", "192.0.2.7"], [
        "isset ${net0/mac} || goto no_card",
        "iflinkwait --timeout 30000 net0 || goto no_link",
        "set net0/ip 192.0.2.7",
        "set net0/netmask 255.255.254.0",
    ]),
    (["--ip", "2001:db8::7", "--netmask", "48"], [
        "isset ${net0/mac} || goto no_card",
        "iflinkwait --timeout 30000 net0 || goto no_link",
        "set net0/ip6 2001:db8::7",
        "set net0/len6 48",
    ]),
    (["--nic", "net2", "--vlan", "7", "--gateway", "192.0.2.1", "--dns", "192.0.2.53",
      "--hostname", "node7", *STATIC], [
        "set hostname node7",
        "set dns 192.0.2.53",
        "isset ${net2/mac} || goto no_card",
        "vcreate --tag 7 net2 || goto no_vlan",
        "iflinkwait --timeout 30000 net2-7 || goto no_link",
        "set net2-7/ip 192.0.2.7",
        "set net2-7/netmask 255.255.255.0",
        "set net2-7/gateway 192.0.2.1",
    ]),
    (["--dns", "192.0.2.53", "--dns", "192.0.2.54"], [
        "# 192.0.2.53 192.0.2.54",
        "set dns:hex c0:00:02:35:c0:00:02:36",
        *attempts_on_any(3),
    ]),
    (["--ip", "2001:db8::7/48", "--gateway", "fe80::1"], [
        "isset ${net0/mac} || goto no_card",
        "iflinkwait --timeout 30000 net0 || goto no_link",
        "set net0/ip6 2001:db8::7",
        "set net0/len6 48",
        "set net0/gateway6 fe80::1",
    ]),
]

REFUSED = [
    (["--ip", "192.0.2.7"], ["prefix length of 192.0.2.7 is missing", "192.0.2.7/24"]),
    (["--ip", "192.0.2.7/0"], ["--ip", "from 1 to 32"]),
    (["--ip", "192.0.2.7/33"], ["--ip", "from 1 to 32"]),
    (["--ip", "192.0.2.0/24"], ["192.0.2.0 is the network address"]),
    (["--ip", "192.0.2.255/24"], ["192.0.2.255 is the broadcast address"]),
    (["--ip", "192.0.2.\x1b7/24"], ["192.0.2.\\x1b7"]),
    ([*STATIC, *STATIC], ["--ip", "given twice"]),
    ([*STATIC, "--netmask", "255.255.254.0"], ["netmask is a /23", "a /24"]),
    (["--netmask", "255.255.254.0"], ["netmask without ip"]),
    ([*STATIC, "--netmask", "255.0.255.0"], ["--netmask: '255.0.255.0': not a netmask"]),
    ([*STATIC, "--gateway", "192.0.3.1"], ["gateway 192.0.3.1", "192.0.2.7/24"]),
    ([*STATIC, "--gateway", "192.0.2.7"], ["gateway 192.0.2.7", "own address"]),
    ([*STATIC, "--dns", "9.9.9.9"], ["9.9.9.9", "no gateway"]),
    ([*STATIC, "--retries", "1"], ["retries with ip"]),
    (["--gateway", "192.0.2.1"], ["gateway without ip"]),
    (["--dns", "dns.example"], ["--dns: 'dns.example'"]),
    (["--vlan", "0"], ["--vlan: '0'", "1 to 4094"]),
    (["--vlan", "4095"], ["--vlan: '4095'", "1 to 4094"]),
    (["--nic", "foo"], ["--nic: 'foo'", "net0", "MAC address"]),
    (["--hostname", "a b"], ["--hostname: 'a b'", "column 2"]),
    (["--retries", "10"], ["--retries: '10'", "0 to 9"]),
    (["--gatewya", "192.0.2.1"], ["did you mean --gateway?"]),
    (["--valn", "42"], ["did you mean --vlan?"]),
    (["--ip"], ["--ip"]),
]

# URLs whose host a machine can find only by DNS, and such that it can without.
NAMES = ["http://a.example/", "http://u:p@a.example:80/", "nfs://1.example/x",
         "iscsi:a.example::::iqn.x"]
NO_NAMES = ["http://192.0.2.1:80/a.b", "http://u@192.0.2.1", "http://[2001:db8::1]/",
            "http://${server}/", "${url}", "iscsi:192.0.2.1::::iqn.x", "aoe:e0.0"]


class NetworkTest(CommandTest):
    def print_script(self, *arguments):
        done = self.run_command("--print-script", *arguments)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout.decode().splitlines()

    def test_scripts(self):
        for arguments, wanted in SCRIPTS:
            with self.subTest(arguments=arguments):
                lines = self.print_script(*arguments, ADDRESS_URL)
                end = lines.index("exit")
                self.assertEqual(lines[:end], [
                    "#!ipxe", *wanted, f"chain --autofree {ADDRESS_URL} || goto no_boot"])

    def test_every_failure_ends_in_a_shell(self):
        """A label for each goto, no other, and nothing after it but words and a shell."""
        for arguments, _ in SCRIPTS:
            with self.subTest(arguments=arguments):
                text = "\n".join(self.print_script(*arguments, ADDRESS_URL))
                steps, *diagnostics = text.split("\nexit\n\n:")
                goals = {goal for goal in re.findall(r"goto (\S+)", steps)
                         if f"\n:{goal}\n" not in steps}
                self.assertEqual({block.split("\n")[0] for block in diagnostics}, goals)
                for block in diagnostics:
                    _label, first, *more, last = block.split("\n")
                    self.assertTrue(first.startswith("echo boots-from: "), first)
                    self.assertEqual(last, "shell")
                    for line in more:
                        self.assertTrue(line == "ifstat" or line.startswith("echo "), line)

    def test_refused(self):
        for arguments, words in REFUSED:
            with self.subTest(arguments=arguments):
                done = self.run_command(ADDRESS_URL, *arguments)
                self.assert_refused(done, USAGE, *words)
                self.assert_folder_holds()

    def test_host_names_need_a_name_server(self):
        for url in NAMES:
            with self.subTest(url=url):
                self.assert_refused(self.run_command(*STATIC, url), USAGE,
                                    "a static address without DNS", f"'{url}'")
                self.print_script(*STATIC, "--dns", "192.0.2.53", url)
                self.print_script("--vlan", "42", url)
        for url in NO_NAMES:
            with self.subTest(url=url):
                self.print_script(*STATIC, url)

    def test_image(self):
        self.build("--vlan", "42", "--nic", "net1", URL)


if __name__ == "__main__":
    unittest.main()
