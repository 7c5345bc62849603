// SPDX-License-Identifier: GPL-3.0-only
import { Certificates } from "./certificates.js";
import { Module } from "./module.js";
import { decompress, unpack } from "./pack.js";
import { Refusal } from "./wasm.js";
import { Form, archName, copy, element, find, save, sentence } from "./form.js";
import { showHosts } from "./hosts.js";
import { show, urlOf } from "./report.js";
import { showNoPlan, showPlan, zipPlan } from "./list.js";

// The page: its parts brought to life, and what happens between them.

const FILE_MAX = 1 << 30; // a file that is dropped is in memory as a whole

class Page {
  #module;
  #form;
  #own; // names of the files it came with
  #code; // of what reads certificates and signatures, which is started when there is one
  #reading = null; // that of a certificate which goes on
  #image = null; // the name of the one that was dropped
  #hosts = null; // of the list
  #plan = null;
  #isSaving = false;

  constructor(module, code, own, defaults) {
    this.#module = module;
    this.#code = code;
    this.#own = own;
    this.#form = new Form(module, defaults);
    find("form").addEventListener("input", (event) => {
      if (event.target !== find("certificate")) this.#look();
    });
    find("certificate").addEventListener("change", () => {
      this.#reading = this.#takeCertificate();
    });
    find("form").addEventListener("submit", async (event) => {
      event.preventDefault();
      await this.#reading;
      this.#make();
    });
    find("copy").addEventListener("click", () => copy(find("command")));
    find("change").addEventListener("click", () => this.#change());
    find("save-all").addEventListener("click", () => this.#saveAll());
    find("files").addEventListener("change", (event) => this.#take([...event.target.files]));
    this.#listenForDrops();
    this.#look();
    find("save").disabled = false;
  }

  #listenForDrops() {
    const over = (isOver) => (event) => {
      event.preventDefault();
      document.body.classList.toggle("over", isOver);
    };
    document.addEventListener("dragover", over(true));
    document.addEventListener("dragleave", over(false));
    document.addEventListener("drop", (event) => {
      over(false)(event);
      this.#take([...event.dataTransfer.files]);
    });
  }

  #look() {
    find("preview").textContent = this.#form.check();
    if (this.#hosts && !this.#isSaving) this.#look_at_list();
  }

  // ---- Certificates and signatures ----

  async #startCertificates() {
    this.#module.certificates ??= await Certificates.load(await decompress(this.#code, "gzip"));
    return this.#module.certificates;
  }

  // Where it cannot be read the module does not have it, and says so.
  async #takeCertificate() {
    const [file] = find("certificate").files;
    find("problem").textContent = "";
    try {
      if (file) (await this.#startCertificates()).putFile(file.name, await this.#read(file));
    } catch (error) {
      find("certificate").value = "";
      this.#look();
      find("problem").textContent = sentence(error);
      return;
    }
    this.#look();
  }

  // ---- One image ----

  #blob() {
    return new Blob(this.#module.pieces().map((piece) => piece.bytes), { type: "application/octet-stream" });
  }

  #make() {
    const made = this.#form.make();
    if (!made) return;
    const name = this.#form.fileName();
    const facts = [["Boots on", made.archs.map(archName).join(", ")],
      ...made.warnings.map((warning) => ["Warning", warning])];
    this.#finish(name, made.command, facts, made.format);
  }

  #finish(name, command, facts, format) {
    const blob = this.#blob();
    facts = [["Size", `${blob.size.toLocaleString("en")} bytes`], ["SHA-256", this.#module.sha256()], ...facts];
    save(blob, name);
    find("result-title").textContent = `Saved ${name}`;
    find("facts").replaceChildren(...facts.flatMap(([key, value]) => [element("dt", key), element("dd", value)]));
    find("command").textContent = command;
    find("next").replaceChildren(...next(name, format).map((text) => element("li", text)));
    find("result").hidden = false;
    find("result-title").focus();
  }

  // ---- Files ----

  async #take(files) {
    find("drop-problem").textContent = "";
    try {
      await this.#startCertificates();
      for (const file of files) this.#module.putFile(file.name, await this.#read(file));
      for (const file of files) this.#open(file.name);
    } catch (error) {
      find("drop-problem").textContent = sentence(error);
    }
    find("files").value = "";
  }

  async #read(file) {
    if (file.size > FILE_MAX)
      throw new Refusal(`'${file.name}': ${file.size} bytes are too many for a page: ask boots-from inspect`);
    if (this.#own.has(file.name))
      throw new Refusal(`'${file.name}': the page has a file of this name itself: rename yours`);
    // A folder is dropped like a file, and cannot be read.
    return new Uint8Array(await file.arrayBuffer().catch((error) => {
      throw new Refusal(`'${file.name}': cannot read: ${error.message}`);
    }));
  }

  #open(name) {
    if (/\.(csv|tsv|txt)$/i.test(name)) {
      this.#hosts = name;
      this.#look_at_list();
      find("list").hidden = false;
      find("list-title").focus();
    } else if (!/\.ipxe$/i.test(name)) this.#report(name);
  }

  #report(name) {
    if (this.#image && this.#image !== name) this.#module.dropFile(this.#image);
    this.#image = name;
    const report = JSON.parse(this.#module.inspect(name));
    find("report-title").textContent = name;
    find("report-body").replaceChildren(...show(report));
    find("change-problem").textContent = "";
    find("report").hidden = false;
    if (!find("url").value) find("url").value = urlOf(report);
    this.#look();
    find("report-title").focus();
  }

  async #change() {
    find("change-problem").textContent = "";
    await this.#reading;
    try {
      this.#module.reset(this.#form.settingsOfMachine());
      const command = this.#module.repoint(this.#image);
      this.#finish(this.#image, command, [["Changed", "its script, and nothing else"]], "iso");
    } catch (error) {
      find("change-problem").textContent = sentence(error);
    }
  }

  // ---- Lists ----

  #look_at_list() {
    this.#plan = null;
    find("list-problem").textContent = "";
    find("saved").textContent = "";
    try {
      this.#module.reset(this.#form.settingsOfList());
      this.#plan = this.#module.plan(this.#hosts, "{host}.iso");
      showPlan(this.#hosts, this.#plan);
    } catch (error) {
      showNoPlan(this.#hosts, error);
    }
  }

  async #saveAll() {
    this.#look_at_list();
    if (!this.#plan) return;
    const progress = find("progress");
    this.#hold(true);
    progress.max = this.#plan.rows.length;
    try {
      const blob = await zipPlan(this.#module, this.#plan, async (done) => {
        progress.value = done;
        await new Promise((resolve) => setTimeout(resolve));
      });
      save(blob, "boots-from.zip");
      find("saved").textContent = `Saved boots-from.zip, ${blob.size.toLocaleString("en")} bytes`;
    } catch (error) {
      find("list-problem").textContent = sentence(error);
    }
    this.#hold(false);
  }

  // While images are made the form stays as it is: they are made of what is in the module.
  #hold(isHeld) {
    this.#isSaving = isHeld;
    find("progress").hidden = !isHeld;
    for (const each of document.querySelectorAll("input, select, textarea, button")) each.disabled = isHeld;
  }
}

const quoted = (name) => (/^[\w.+-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`);

function next(name, format) {
  if (format !== "iso")
    return [`Put ${name} where your boot loader or firmware looks for it, or serve it over the network.`];
  return [
    `Stick, Linux or macOS: dd if=${quoted(name)} of=/dev/sdX bs=4M conv=fsync`,
    `Stick, Windows: write ${name} with Rufus, in DD image mode or ISO mode`,
    `BMC, iKVM or virtual machine: attach ${name} as a virtual CD`,
  ];
}

// The text of an element that the page needs only once.
function take(id) {
  const text = find(id).textContent;
  find(id).remove();
  return text;
}

async function start() {
  showHosts(JSON.parse(find("served").textContent));
  const module = await Module.load(await decompress(take("module"), "gzip"));
  const files = await unpack(take("pack"));
  for (const [name, bytes] of files) module.putFile(name, bytes);
  const code = take("certificates");
  new Page(module, code, new Set(files.keys()), JSON.parse(find("defaults").textContent));
}

try {
  await start();
} catch (error) {
  // What it takes has been in browsers since 2023.
  find("problem").textContent = `This browser cannot run the page (${error.message}): take a newer one, or the command boots-from`;
}
