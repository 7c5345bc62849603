// SPDX-License-Identifier: GPL-3.0-only
// The module of a page under Node, held against the command: the same bytes, reports and
// sentences, and no trap whatever it is given.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";

import { zipPlan } from "../../src/page/list.js";
import { Refusal } from "../../src/page/wasm.js";
import { URL, bytesOf, defaultsOf, folder, lines, loadModule, put, refusal, run, words, writePage } from "./page.mjs";

const html = writePage(URL);
const { module, files, sizes } = await loadModule(html);

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
  assert.ok(sizes[0] < 300 * 1024 && sizes[1] < 600 * 1024, sizes.join(" and "));
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

// ---- Certificates ----

const openssl = (...words) => execFileSync("openssl", words, { cwd: folder, stdio: "ignore" });

// A self-signed certificate with a new key: NAME.pem and NAME-key.pem.
function certify(name, key, ...words) {
  openssl("genpkey", "-out", `${name}-key.pem`, "-algorithm", ...key);
  openssl("req", "-x509", "-key", `${name}-key.pem`, "-days", "900", "-subj", `/CN=${name}`, "-out", `${name}.pem`, ...words);
}

const RSA = ["RSA"];
const EC = (curve) => ["EC", "-pkeyopt", `ec_paramgen_curve:${curve}`];

// Files to trust, good and bad, and the words that are given for each.
function writeCertificates() {
  certify("rsa", RSA);
  certify("p256", EC("P-256"));
  certify("k1", EC("secp256k1"));
  certify("ed", ["ED25519"]);
  certify("ed448", ["ED448"]);
  certify("pss", ["RSA-PSS"]);
  certify("padded", RSA, "-sigopt", "rsa_padding_mode:pss");
  certify("md5", RSA, "-md5");
  certify("utf8", RSA, "-utf8", "-subj", "/CN=L\u00e4b <b>");
  const read = (name) => readFileSync(join(folder, name));
  openssl("x509", "-in", "rsa.pem", "-outform", "DER", "-out", "rsa.der");
  openssl("crl2pkcs7", "-nocrl", "-certfile", "rsa.pem", "-outform", "DER", "-out", "rsa.p7b");
  openssl("crl2pkcs7", "-nocrl", "-certfile", "rsa.pem", "-out", "rsa-p7b.pem");
  const keys = ["-inkey", "rsa-key.pem", "-in", "rsa.pem", "-passout", "pass:x"];
  openssl("pkcs12", "-export", ...keys, "-out", "rsa.p12");
  openssl("pkcs12", "-export", "-legacy", ...keys, "-out", "old.p12");
  openssl("req", "-new", "-key", "rsa-key.pem", "-subj", "/CN=x", "-out", "request.pem");
  openssl("req", "-in", "request.pem", "-outform", "DER", "-out", "request.der");
  openssl("rsa", "-in", "rsa-key.pem", "-pubout", "-out", "public.pem");
  for (const name of ["rsa", "p256", "ed", "ed448", "pss"])
    openssl("pkcs8", "-topk8", "-nocrypt", "-in", `${name}-key.pem`, "-outform", "DER", "-out", `${name}-key.der`);
  openssl("pkcs8", "-topk8", "-in", "rsa-key.pem", "-passout", "pass:x", "-outform", "DER", "-out", "locked.der");
  put("three.pem", Buffer.concat([read("rsa.pem"), read("p256.pem"), read("rsa.pem")]));
  put("both.pem", Buffer.concat([read("rsa-key.pem"), read("rsa.pem")]));
  put("joined.pem", read("rsa.pem").toString().replaceAll("\n", ""));
  put("bare.txt", read("rsa.der").toString("base64"));
  put("cut.pem", read("rsa.pem").subarray(0, 500));
  put("cut.der", read("rsa.der").subarray(0, 400));
  put("empty.pem", "");
  put("text.pem", "no certificate\n");
  put("large.pem", Buffer.alloc((1 << 20) + 1));
  put("own#2", read("rsa.pem"));
  return ["rsa.pem", "rsa.der", "rsa.p7b", "rsa-p7b.pem", "p256.pem", "k1.pem", "ed.pem", "ed448.pem", "pss.pem", "padded.pem",
    "md5.pem", "utf8.pem", "rsa.p12", "old.p12", "request.pem", "request.der", "public.pem", "rsa-key.der", "p256-key.der",
    "ed-key.der", "ed448-key.der", "pss-key.der", "locked.der", "rsa-key.pem", "three.pem", "three.pem#1", "three.pem#2",
    "three.pem#4", "three.pem#x", "rsa.pem#1", "rsa.pem#2", "both.pem", "joined.pem", "bare.txt", "cut.pem", "cut.der",
    "empty.pem", "text.pem", "large.pem", "own#2", "own#2#1"];
}

test("a certificate's image, or the sentence, is the command's", () => {
  let good = 0;
  for (const path of writeCertificates()) {
    const file = existsSync(join(folder, path)) ? path : path.replace(/#[^#]*$/, "");
    module.certificates.putFile(file, readFileSync(join(folder, file)));
    const set = [["trust", path], ["url", "https://192.0.2.1/boot"]];
    const said = refused(() => {
      module.reset(set);
      module.make();
    });
    if (said === null) {
      assert.ok(bytesOf(module).equals(run("-q", "-o", "-", ...words(set))), path);
      assert.match(module.trust(), /^trusts only CN=/);
      good++;
    } else if (path === "three.pem#x") assert.match(said, /the page does not have this file/);
    else assert.equal(said, refusal("-q", "-o", "x.iso", ...words(set)), path);
    module.certificates.dropFile(file);
  }
  assert.ok(good >= 8, `${good}`);
});

test("a certificate that nobody gave", () => {
  module.reset([["trust", "nowhere.pem"], ["url", URL]]);
  assert.match(refused(() => module.make()), /^trust: 'nowhere.pem': the page does not have this file/);
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

// Whoever signed: another key's, another digest, the bytes changed, the signature too.
function* signed() {
  const whole = run("-q", "-o", "-", "--format", "efi", "--arch", "x86_64", URL);
  put("plain.efi", whole);
  const sign = (name, out, input = "plain.efi", ...words) => {
    execFileSync("osslsigncode", ["sign", "-certs", `${name}.pem`, "-key", `${name}-key.pem`, ...words, "-in", input, "-out", out],
      { cwd: folder, stdio: "ignore" });
    return readFileSync(join(folder, out));
  };
  certify("signer", RSA, "-subj", "/CN=L\u00e4b/O=\u0001x", "-utf8");
  certify("other", RSA);
  certify("ec", EC("P-384"));
  const good = sign("signer", "good.efi");
  yield ["good.efi", good];
  yield ["twice.efi", sign("other", "twice.efi", "good.efi", "-nest")];
  for (const digest of ["sha1", "sha384", "md5"]) yield [`${digest}.efi`, sign("signer", `${digest}.efi`, "plain.efi", "-h", digest)];
  yield ["ec.efi", sign("ec", "ec.efi")];
  run("-q", "-o", "ours.iso", "--arch", "all", "--sign-key", "signer-key.pem", "--sign-cert", "signer.pem", URL);
  yield ["ours.iso", readFileSync(join(folder, "ours.iso"))];
  // In the program, and all over the signature, which stands at the end.
  for (const at of [1000, ...Array.from({ length: 40 }, (_, i) => good.length - 1 - 37 * i)]) {
    const damaged = Buffer.from(good);
    damaged[at] ^= 0x55;
    yield [`signed-${at}.efi`, damaged];
  }
}

test("signatures are the command's", () => {
  const states = new Set();
  for (const [name, bytes] of signed()) {
    put(name, bytes);
    module.putFile(name, bytes);
    const report = module.inspect(name);
    assert.equal(report, run("inspect", "--json", name).toString("latin1"), name);
    for (const state of report.match(/"state": *"\w+"/g) ?? []) states.add(state);
    module.dropFile(name);
  }
  assert.ok(states.size >= 2, [...states].join());
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
    module.certificates.putFile("input", bytes);
    module.certificates.facts("input");
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
