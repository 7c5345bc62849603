// SPDX-License-Identifier: GPL-3.0-only
import { Refusal } from "./wasm.js";

// The form: what is in its fields as settings of the command, and what is wrong with them.

export const find = (id) => document.getElementById(id);

/** An element with text in it, which is never markup. */
export function element(name, text = "", attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** The sentence of a refusal; what is no refusal is a fault of ours, and the module may be broken. */
export function sentence(error) {
  if (error instanceof Refusal) return error.message;
  console.error(error);
  return `the page failed, reload it: ${error.message}`;
}

const ARCHS = { bios: "BIOS", x86_64: "UEFI x86-64", arm64: "UEFI arm64", riscv64: "UEFI riscv64" };
export const archName = (name) => ARCHS[name] ?? name;

/** Hand a blob to the user as a file. */
export function save(blob, name) {
  const link = element("a", "", { download: name, href: URL.createObjectURL(blob) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

/** Select what an element says and copy it, if the browser lets us; whether it did. */
export async function copy(from) {
  const range = document.createRange();
  range.selectNodeContents(from);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
  // Where the page comes from plain HTTP there is no clipboard but by this old command.
  if (!navigator.clipboard) return document.execCommand("copy");
  return navigator.clipboard.writeText(from.textContent).then(() => true, () => false);
}

export class Form {
  #controls = [...document.querySelectorAll("[data-setting]")];
  #module;
  #archs; // chosen at first
  #hidden = []; // settings that have no field
  #given = []; // and the certificate that the page came with, which one from a file replaces

  constructor(module, defaults) {
    this.#module = module;
    for (const { name, chosen } of defaults.archs) {
      const label = element("label");
      const box = element("input", "", { type: "checkbox", value: name });
      box.checked = chosen;
      label.append(box, archName(name));
      find("archs").append(label);
    }
    for (const control of this.#controls) {
      const problem = element("p", "", { id: `${control.id}-problem`, class: "problem", "aria-live": "polite" });
      control.setAttribute("aria-describedby", problem.id);
      control.after(problem);
    }
    // What was asked for stays asked for, also where it is what nobody asked for.
    this.#archs = defaults.settings.some(([name]) => name === "arch") ? null : this.#chosen();
    for (const [name, value] of defaults.settings) this.#start(name, value);
  }

  #start(name, value) {
    const control = this.#controls.find((each) => each.dataset.setting === name);
    if (name === "arch") return;
    if (!control) this.#hidden.push([name, value]);
    else if (control.type === "file") this.#given.push([name, value]);
    else if ("several" in control.dataset && control.value) control.value += ` ${value}`;
    else if (control.tagName !== "SELECT" || [...control.options].some((option) => option.value === value))
      control.value = value;
    if (control?.value && control.type !== "file") control.closest("details")?.setAttribute("open", "");
  }

  #chosen() {
    return [...find("archs").querySelectorAll("input:checked")].map((box) => box.value).join(",");
  }

  // "ca.pem", or "ca.pem#2" for the second in it.
  #settingsOfFile(name, control) {
    const number = find("number").value.trim();
    return control.files.length ? [[name, control.files[0].name + (number && `#${number}`)]] : this.#given;
  }

  #settingsOf(control) {
    const name = control.dataset.setting;
    if (control.type === "file") return this.#settingsOfFile(name, control);
    const value = name === "script" ? control.value : control.value.trim();
    const values = "several" in control.dataset ? value.split(/[\s,;]+/) : [value];
    return values.filter((each) => each !== "").map((each) => [name, each]);
  }

  /** All settings; the URL and the network of a list's rows may stand in the list. */
  settings() {
    const archs = this.#chosen();
    return [...this.#hidden, ...(archs === this.#archs ? [] : [["arch", archs]]),
      ...this.#controls.flatMap((control) => this.#settingsOf(control))];
  }

  /** Those of them that are not about one machine, and the URL: of lists. */
  settingsOfList() {
    const machine = [...find("network").querySelectorAll("[data-setting]"), find("script")];
    const names = new Set(machine.map((control) => control.dataset.setting));
    return this.settings().filter(([name]) => !names.has(name) && name !== "format");
  }

  /** Those of one machine: of images that are changed. */
  settingsOfMachine() {
    const image = [...find("image").querySelectorAll("[data-setting]")];
    const names = new Set([...image.map((control) => control.dataset.setting), "arch", "ipxe"]);
    return this.settings().filter(([name]) => !names.has(name));
  }

  fileName() {
    return find("name").value.trim() || `boots-from.${find("format").value || "iso"}`;
  }

  #say(control, text) {
    find(`${control.id}-problem`).textContent = text;
    if (text) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
  }

  #showTrust(text) {
    find("trust").textContent = text ? `For https it ${text}` : "";
  }

  // What is wrong with a field by itself, and with no other.
  #check(control) {
    try {
      const settings = this.#settingsOf(control);
      this.#module.reset(settings);
      if (control.id === "url" && settings.length) this.#module.preview();
      if (control.type === "file") this.#showTrust(this.#module.trust());
      this.#say(control, "");
      return true;
    } catch (error) {
      if (control.type === "file") this.#showTrust("");
      this.#say(control, sentence(error));
      return false;
    }
  }

  /** Look at all fields; the script that will run, or "" where it cannot be said. */
  check() {
    find("problem").textContent = "";
    const isGood = this.#controls.map((control) => this.#check(control)).every(Boolean);
    if (!isGood || (!find("url").value.trim() && !find("script").value)) return "";
    try {
      this.#module.reset(this.settings());
      return this.#module.preview();
    } catch (error) {
      find("problem").textContent = sentence(error);
      return "";
    }
  }

  /** Make the image that is asked for, or say why there is none, and go there. */
  make() {
    this.check();
    const wrong = this.#controls.find((control) => control.getAttribute("aria-invalid"));
    wrong?.closest("details")?.setAttribute("open", "");
    wrong?.focus();
    if (wrong) return null;
    try {
      this.#module.reset(this.settings());
      return this.#module.make();
    } catch (error) {
      find("problem").textContent = sentence(error);
      if (!find("url").value.trim() && !find("script").value) find("url").focus();
      return null;
    }
  }
}
