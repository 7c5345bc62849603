// SPDX-License-Identifier: GPL-3.0-only
// The C code, compiled: texts and files go in, sentences, JSON and images come out.

// What the C library would ask of a system. Nothing done here calls it: if something did, it
// would be told that there is no such thing (WASI's errno nosys).
const noSystem = new Proxy({}, { get: () => () => 52, has: () => true });

/** A sentence of the C code: what is wrong, in the words of the command. */
export class Refusal extends Error {}

export class Module {
  #exports;

  constructor(instance) {
    this.#exports = instance.exports;
    this.#exports._initialize();
    this.reset();
  }

  /** From the bytes of the compiled code. */
  static async load(bytes) {
    const module = await WebAssembly.compile(bytes);
    const imports = {};
    for (const { module: from, name } of WebAssembly.Module.imports(module))
      (imports[from] ??= {})[name] = noSystem[name];
    return new Module(await WebAssembly.instantiate(module, imports));
  }

  #view(address, size) {
    return new Uint8Array(this.#exports.memory.buffer, address, size);
  }

  #copy(bytes) {
    const address = this.#exports.allocate(bytes.length);
    if (!address) throw new Refusal("out of memory");
    this.#view(address, bytes.length).set(bytes);
    return address;
  }

  // Call a function with texts, and take what it says.
  #call(name, ...values) {
    const texts = [];
    const passed = values.map((value) => {
      if (typeof value === "number") return value;
      const text = this.#copy(new TextEncoder().encode(`${value}\0`));
      texts.push(text);
      return text;
    });
    const result = this.#exports[name](...passed);
    for (const text of texts) this.#exports.release(text);
    const said = this.#view(this.#exports.text() >>> 0, this.#exports.text_size());
    const text = new TextDecoder().decode(said.slice());
    if (result) throw new Refusal(text || "out of memory");
    return text;
  }

  /** Hand over a file. */
  putFile(name, bytes) {
    if (/\0/.test(name)) throw new Refusal("a name with a zero in it");
    const address = this.#copy(bytes);
    const text = this.#copy(new TextEncoder().encode(`${name}\0`));
    const result = this.#exports.put_file(text, address, bytes.length);
    this.#exports.release(text);
    if (!result) return;
    this.#exports.release(address);
    throw new Refusal("too many files");
  }

  dropFile(name) {
    const text = this.#copy(new TextEncoder().encode(`${name}\0`));
    this.#exports.drop_file(text);
    this.#exports.release(text);
  }

  /** Forget all settings, and take these: pairs of a name and a value. */
  reset(settings = []) {
    this.#exports.reset();
    for (const [name, value] of settings) this.set(name, value);
  }

  set(name, value) {
    if (/\0/.test(value)) throw new Refusal(`--${name}: a zero byte`);
    this.#call("set", name, value);
  }

  preview() {
    return this.#call("preview");
  }

  /** Make the image that is set: {archs, format, size, command, warnings}. */
  make() {
    return JSON.parse(this.#call("make", Math.floor(Date.now() / 1000)));
  }

  /** The report of a file that was handed over, as JSON text. */
  inspect(name) {
    return this.#call("inspect", name);
  }

  /** Change a file that was handed over; returns the command line that does the same. */
  repoint(name) {
    return this.#call("repoint", name);
  }

  /** Check a list: {bad, remarks, rows: [{line, host, file, problem}]}. */
  plan(hosts, pattern) {
    return JSON.parse(this.#call("plan", hosts, pattern));
  }

  makeRow(row) {
    this.#call("make_row", row);
  }

  #pieces(address, count) {
    const list = new DataView(this.#exports.memory.buffer, address, 16 * count);
    return Array.from({ length: count }, (_, i) => ({
      offset: Number(list.getBigUint64(16 * i, true)),
      bytes: this.#view(list.getUint32(16 * i + 8, true), list.getUint32(16 * i + 12, true)),
    }));
  }

  /** The result's pieces, one behind the other; good until the next call. */
  pieces() {
    return this.#pieces(this.#exports.pieces(), this.#exports.n_pieces());
  }

  /** Of a list: the pieces of what all images have, and what a row lays over that. */
  templatePieces() {
    return this.#pieces(this.#exports.template_pieces(), this.#exports.n_template_pieces());
  }

  patches() {
    return this.#pieces(this.#exports.patches(), this.#exports.n_patches());
  }

  /** Of the result. */
  sha256() {
    return this.#call("sha256");
  }

  crc32() {
    return this.#exports.crc32() >>> 0;
  }
}
