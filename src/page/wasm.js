// SPDX-License-Identifier: GPL-3.0-only
// C code, compiled: how texts and files go into it, and sentences come out.

// What the C library would ask of a system. Nothing done here calls it: if something did, it
// would be told that there is no such thing (WASI's errno nosys).
const noSystem = () => 52;

/** A sentence of the C code: what is wrong, in the words of the command. */
export class Refusal extends Error {}

export class Wasm {
  exports;

  /** Start it, from the bytes of the compiled code; asked has the functions that it asks the page for. */
  async start(bytes, asked = {}) {
    const module = await WebAssembly.compile(bytes);
    const imports = { env: {}, page: asked, wasi_snapshot_preview1: {} };
    for (const { module: from, name } of WebAssembly.Module.imports(module))
      imports[from][name] ??= from === "env" ? () => { throw new Error(name); } : noSystem;
    this.exports = (await WebAssembly.instantiate(module, imports)).exports;
    this.exports._initialize();
    return this;
  }

  /** Its bytes at an address; good until it takes more memory. */
  view(address, size) {
    return new Uint8Array(this.exports.memory.buffer, address >>> 0, size);
  }

  /** The text at an address. */
  textAt(address) {
    const bytes = this.view(address, this.exports.memory.buffer.byteLength - (address >>> 0));
    return new TextDecoder().decode(bytes.slice(0, bytes.indexOf(0)));
  }

  /** The address of a copy of bytes, to be released. */
  copy(bytes) {
    const address = this.exports.allocate(bytes.length);
    if (!address) throw new Refusal("out of memory");
    this.view(address, bytes.length).set(bytes);
    return address;
  }

  #copyText(text) {
    return this.copy(new TextEncoder().encode(`${text}\0`));
  }

  /** Call a function with texts and numbers: what it returned, and the bytes of what it said. */
  ask(name, ...values) {
    const texts = [];
    const passed = values.map((value) => {
      if (typeof value === "number") return value;
      texts.push(this.#copyText(value));
      return texts.at(-1);
    });
    const result = this.exports[name](...passed);
    for (const text of texts) this.exports.release(text);
    return { result, said: this.view(this.exports.text(), this.exports.text_size()).slice() };
  }

  /** The same: what it said as text, or as a refusal. */
  call(name, ...values) {
    const { result, said } = this.ask(name, ...values);
    const text = new TextDecoder().decode(said);
    if (result) throw new Refusal(text || "out of memory");
    return text;
  }

  /** Hand over a file. */
  putFile(name, bytes) {
    if (/\0/.test(name)) throw new Refusal("a name with a zero in it");
    const address = this.copy(bytes);
    const text = this.#copyText(name);
    const result = this.exports.put_file(text, address, bytes.length);
    this.exports.release(text);
    if (!result) return;
    this.exports.release(address);
    throw new Refusal("too many files");
  }

  dropFile(name) {
    const text = this.#copyText(name);
    this.exports.drop_file(text);
    this.exports.release(text);
  }
}
