// SPDX-License-Identifier: GPL-3.0-only
// The module of a page under Node, held against the command: the same bytes, reports and
// sentences, and no trap whatever it is given.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";

import { Refusal } from "../../src/page/module.js";
import { zipPlan } from "../../src/page/list.js";
import { URL, bytesOf, defaultsOf, folder, lines, loadModule, put, refusal, run, words, writePage } from "./page.mjs";

const html = writePage(URL);
const { module, files } = await loadModule(html);

const refused = (call) => {
  try {
    call();
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
  return null;
};

const LONG = `#!ipxe\n${"echo a line of a script that is too large for a slot\n".repeat(200)}`;

const SETS = [
  [],
  [["arch", "bios"]],
  [["arch", "all"]],
  [["arch", "riscv64,arm64"], ["layout", "gpt"]],
  ...["isohybrid", "gpt", "mbr", "cd"].map((layout) => [["layout", layout], ["arch", "bios,x86_64"]]),
  ...["esp", "lkrn"].map((format) => [["format", format]]),
  [["format", "efi"], ["arch", "x86_64"]],
  [["label", "a"]],
  [["label", "Lab-1_with.32-characters-in-all_"]],
  [["script-room", "64K"]],
  [["script-room", "1M"], ["arch", "all"], ["layout", "mbr"]],
  [["script-room", "300000"], ["format", "esp"]],
  [["ip", "192.0.2.7/24"], ["gateway", "192.0.2.1"], ["dns", "192.0.2.2"], ["dns", "192.0.2.3"]],
  [["ip", "2001:db8::7/64"], ["vlan", "4094"], ["nic", "52:54:00:12:34:56"]],
  [["ip", "192.0.2.7"], ["netmask", "255.255.255.0"], ["hostname", "web-1"]],
  [["retries", "9"], ["nic", "net2"]],
].map((set) => [...set, ["url", URL]]);

test("the page: its size, and the same bytes for the same options", () => {
  assert.ok(html.length <= 3500000, `${html.length} bytes`);
  assert.ok(files.get("boots-from.wasm").length < 300 * 1024);
  assert.deepEqual(writePage(URL), html);
  assert.notDeepEqual(writePage("http://192.0.2.2/boot"), html);
});

test("images are the command's", () => {
  for (const set of SETS) {
    module.reset(set);
    const made = module.make();
    const bytes = bytesOf(module);
    const wanted = run("-q", "-o", "-", ...words(set));
    assert.ok(bytes.equals(wanted), made.command);
    assert.equal(made.size, wanted.length);
    assert.equal(module.sha256(), createHash("sha256").update(wanted).digest("hex"));
    assert.equal(module.preview(), run("--print-script", ...words(set)).toString("latin1"));
    /* What is shown to be copied does the same. */
    const shell = execFileSync("sh", ["-c", `set -- ${made.command.replace(/^boots-from/, "")}; printf '%s\\0' "$@"`]);
    assert.deepEqual(shell.toString().split("\0").slice(0, -1), words(set));
  }
});

test("an own script, in the slot and in a file", () => {
  for (const text of ["#!ipxe\nshell\n", "shell", LONG]) {
    put("script.ipxe", text);
    module.reset([["script", text]]);
    assert.equal(module.make().command, "boots-from --script script.ipxe");
    assert.ok(bytesOf(module).equals(run("-q", "-o", "-", "--script", "script.ipxe")));
  }
});

test("a URL with quotes' worth of characters stays one word", () => {
  const url = "http://192.0.2.1/boot?mac=${net0/mac:hexhyp}&s=$(id);'x'";
  module.reset([["url", url.replaceAll("'", "")]]);
  assert.match(module.make().command, /^boots-from '[^']*'$/);
});

test("sentences are the command's", () => {
  const wrong = [
    ["url", "my-bootserver.example/boot"], ["url", "htp://a/b"], ["url", "http://a/b c"], ["url", "ftp://a/b"],
    ["url", ""], ["url", "http://"], ["ip", "192.0.2.300/24"], ["ip", "192.0.2.7"], ["gateway", "192.0.2.1"],
    ["vlan", "4095"], ["nic", "eth0"], ["dns", "a"], ["retries", "10"], ["hostname", "a b"], ["netmask", "x"],
    ["arch", "amiga"], ["layout", "gtp"], ["label", "a b"], ["label", ""], ["format", "img"],
    ["script-room", "2M"], ["trust", ""],
  ];
  for (const [name, value] of wrong) {
    const set = name === "url" ? [[name, value]] : [[name, value], ["url", URL]];
    const said = refused(() => {
      module.reset(set);
      module.make();
    });
    assert.equal(said, refusal("-q", "-o", "x.iso", ...words(set)), JSON.stringify(set));
  }
});

test("what a page does not do is refused", () => {
  for (const [name, value] of [["trust", "ca.pem"], ["shim", "shim.efi"], ["prebuilt", "folder"]])
    assert.notEqual(refused(() => {
      module.reset([[name, value], ["url", URL]]);
      module.make();
    }), null);
  for (const option of ["--sign-key", "--sign-cert", "--sign-passphrase", "--shim", "--mokmanager"])
    assert.match(refusal("page", option, "a"), /: is not for a page/);
});

// ---- Finished images ----

// Ours in every format, damaged ones, and what else there is.
function* images() {
  const whole = run("-q", "-o", "-", "--arch", "all", URL);
  yield ["whole.iso", whole];
  for (const format of ["efi", "lkrn", "esp"])
    yield [`boots-from.${format}`, run("-q", "-o", "-", "--format", format, ...(format === "efi" ? ["--arch", "arm64"] : []), URL)];
  yield ["large.iso", run("-q", "-o", "-", "--script-room", "64K", URL)];
  for (let at = 0; at < 120000; at += 1999) {
    const damaged = Buffer.from(whole);
    damaged[at] ^= 0xff;
    yield [`flipped-${at}.iso`, damaged];
  }
  for (const size of [0, 1, 511, 512, 32768, 36864, 100000, 1000001, 2000000]) yield [`cut-${size}.iso`, whole.subarray(0, size)];
  for (const name of files.keys()) yield [name.replace(":", "-"), Buffer.from(files.get(name))];
}

test("inspect's JSON is the command's, of damaged images too", () => {
  let count = 0;
  for (const [name, bytes] of images()) {
    put(name, bytes);
    module.putFile(name, bytes);
    assert.equal(module.inspect(name), run("inspect", "--json", name).toString("latin1"), name);
    module.dropFile(name);
    count++;
  }
  assert.ok(count > 70);
});

test("repoint's bytes are the command's", () => {
  const url = "tftp://192.0.2.9/other";
  for (const [name, words] of [["a.iso", []], ["b.iso", ["--script-room", "64K", "--arch", "all"]],
    ["c.efi", ["--format", "efi", "--arch", "x86_64"]], ["d.lkrn", ["--format", "lkrn"]], ["e.esp", ["--format", "esp"]]]) {
    run("-q", "-o", name, ...words, URL);
    module.putFile(name, readFileSync(join(folder, name)));
    module.reset([["vlan", "7"], ["url", url]]);
    assert.equal(module.repoint(name), `boots-from repoint --vlan 7 ${name} ${url}`);
    run("repoint", "-q", "--vlan", "7", name, url);
    assert.ok(bytesOf(module).equals(readFileSync(join(folder, name))), name);
    module.dropFile(name);
  }
});

test("what cannot be changed is refused in the command's words", () => {
  for (const [name, bytes] of [["cut.iso", run("-q", "-o", "-", URL).subarray(0, 1000000)], ["text.iso", Buffer.from("text")]]) {
    put(name, bytes);
    module.putFile(name, bytes);
    const said = refused(() => {
      module.reset([["url", URL]]);
      module.repoint(name);
    });
    assert.equal(`'${name}': ${said}`, refusal("repoint", "-q", name, URL));
  }
});

// ---- Lists ----

const LIST = `host,ip,vlan,url,rack
web1,192.0.2.11/24,,,a1
web2,192.0.2.12/24,7,,a2
web3,192.0.2.300/24,,,a3
WEB1,192.0.2.14/24,,,a4
../web5,,,,a5
web6,,4095,,a6
web7,,,http://192.0.2.1/own,a7
web8,,,htp://x/,a8
`;
const PATTERN = "http://192.0.2.1/{host}?rack={rack}";

test("a list: verdicts are the command's, and so are the images in the .zip", async () => {
  put("hosts.csv", LIST);
  module.putFile("hosts.csv", Buffer.from(LIST));
  module.reset([["arch", "bios,x86_64"], ["url", PATTERN]]);
  const plan = module.plan("hosts.csv", "{host}.iso");
  const said = lines("batch", "--check", "--hosts", "hosts.csv", PATTERN).map((line) => line.replace(/^boots-from: /, ""));
  const problems = plan.rows.map((row) => row.problem).filter(Boolean);
  assert.equal(problems.length, plan.bad);
  assert.equal(plan.bad, 6);
  for (const problem of problems) assert.ok(said.includes(problem), problem);
  for (const line of plan.remarks.trimEnd().split("\n")) assert.ok(said.includes(line), line);

  put("boots-from.zip", Buffer.from(await (await zipPlan(module, plan, () => {})).arrayBuffer()));
  execFileSync("python3", ["-m", "zipfile", "-t", "boots-from.zip"], { cwd: folder });
  execFileSync("python3", ["-m", "zipfile", "-e", "boots-from.zip", "unzipped"], { cwd: folder });
  lines("batch", "-q", "--keep-going", "-d", "images", "--hosts", "hosts.csv", "--arch", "bios,x86_64", PATTERN);
  assert.deepEqual(readdirSync(join(folder, "unzipped")).sort(), readdirSync(join(folder, "images")).sort());
  for (const name of ["web2.iso", "web7.iso"])
    assert.ok(readFileSync(join(folder, "unzipped", name)).equals(readFileSync(join(folder, "images", name))), name);
});

test("a list that names scripts takes them from among the files", () => {
  module.putFile("list.csv", Buffer.from("host,script\none,one.ipxe\ntwo,missing.ipxe\n"));
  module.putFile("one.ipxe", Buffer.from("#!ipxe\nshell\n"));
  module.reset([]);
  const { rows } = module.plan("list.csv", "{host}.iso");
  assert.equal(rows[0].problem, null);
  assert.match(rows[1].problem, /'missing.ipxe': the page does not have this file/);
});

// ---- A page's own options ----

test("options are what the form starts with, and hostile ones stay text", () => {
  const label = "</script><b>";
  put("own.ipxe", `echo ${label}\n`);
  const { settings, archs } = defaultsOf(writePage("--arch", "bios,riscv64", "--script", "own.ipxe"));
  assert.deepEqual(settings, [["arch", "bios,riscv64"], ["script", `echo ${label}\n`]]);
  assert.deepEqual(archs.filter((arch) => arch.chosen).map((arch) => arch.name), ["bios", "riscv64"]);
  const own = defaultsOf(writePage("--ip", "192.0.2.7/24", "--dns", "192.0.2.1", "--dns", "192.0.2.2", URL));
  assert.deepEqual(own.settings, [["ip", "192.0.2.7/24"], ["dns", "192.0.2.1"], ["dns", "192.0.2.2"], ["url", URL]]);
});

test("a page with a certificate: all its images trust it", async () => {
  const days = (count) => ["-newkey", "rsa:2048", "-nodes", "-x509", "-keyout", "key.pem", "-days", String(count)];
  for (const [subject, count] of [["/CN=Lab <CA>", 900], ["/CN=old", 7]]) {
    execFileSync("openssl", ["req", ...days(count), "-subj", subject, "-out", "ca.pem"], { cwd: folder, stdio: "ignore" });
    const page = writePage("--trust", "ca.pem", URL);
    const own = (await loadModule(page)).module;
    assert.match(defaultsOf(page).trust, /^trusts only CN=/);
    for (const set of [[], [["arch", "all"], ["layout", "gpt"]], [["format", "lkrn"]], [["script-room", "64K"]]]) {
      own.reset([...set, ["trust", "ca.pem"], ["url", "https://192.0.2.1/boot"]]);
      const made = own.make();
      const words = [...set.flatMap(([name, value]) => [`--${name}`, value]), "--trust", "ca.pem", "https://192.0.2.1/boot"];
      assert.ok(bytesOf(own).equals(run("-q", "-o", "-", ...words)), made.command);
      const said = lines("-q", "-o", "x.img", ...words).filter(Boolean);
      assert.deepEqual(said, made.warnings.map((warning) => `boots-from: warning: ${warning}`));
    }
    run("-q", "-o", "t.iso", "--trust", "ca.pem", "https://192.0.2.1/boot");
    own.putFile("t.iso", readFileSync(join(folder, "t.iso")));
    own.reset([["trust", "ca.pem"], ["url", "https://192.0.2.2/other"]]);
    own.repoint("t.iso");
    run("repoint", "-q", "--trust", "ca.pem", "t.iso", "https://192.0.2.2/other");
    assert.ok(bytesOf(own).equals(readFileSync(join(folder, "t.iso"))));
  }
  assert.match(refusal("page", "--trust", "hosts.csv"), /--trust|trust: /);
});

test("a page for wrong options is not written", () => {
  for (const option of [["--vlan", "4095"], ["--layout", "x"], ["--ip", "192.0.2.7/24", "http://name/"], ["htp://a/"]])
    assert.notEqual(refusal("page", "-o", "none.html", ...option), "");
  assert.ok(!existsSync(join(folder, "none.html")));
});

// ---- Whatever there is ----

const walk = (path) => (statSync(path).isDirectory() ? readdirSync(path).flatMap((name) => walk(join(path, name))) : [path]);

test("the corpus goes through without a trap", () => {
  const inputs = process.env.CORPUS.split(":").flatMap(walk);
  assert.ok(inputs.length > 100, `${inputs.length}`);
  for (const path of inputs) {
    const bytes = readFileSync(path);
    const text = bytes.toString("latin1").replaceAll("\0", "");
    module.putFile("input", bytes);
    refused(() => module.inspect("input"));
    refused(() => {
      module.reset([["url", URL]]);
      module.repoint("input");
    });
    refused(() => {
      module.reset([["url", PATTERN]]);
      module.plan("input", "{host}.iso");
    });
    for (const name of ["url", "script"])
      refused(() => {
        module.reset([[name, text]]);
        module.preview();
      });
  }
  module.reset([["url", URL]]);
  assert.ok(module.make().size > 0, "it still works");
});
