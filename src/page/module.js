// SPDX-License-Identifier: GPL-3.0-only
import { Wasm, Refusal } from "./wasm.js";

// The module that makes images: settings and files go in, sentences, JSON and images come out.

const NOBODY = 1; // has given a certificate, so there is nothing that could read one

export class Module extends Wasm {
  /** What it asks about certificates and signatures: to be set before it has to do with any. */
  certificates = null;
  #answer;

  static async load(bytes) {
    const module = new Module();
    await module.start(bytes, {
      certificate: (path, size) => module.#askCertificate(path, size),
      answer: (address) => module.view(address, module.#answer.length).set(module.#answer),
      signatures: (...words) => module.#askSignatures(...words),
    });
    module.reset();
    return module;
  }

  #askCertificate(path, size) {
    if (!this.certificates) return NOBODY;
    const { result, said } = this.certificates.facts(this.textAt(path));
    this.#answer = said;
    new DataView(this.exports.memory.buffer).setUint32(size, said.length, true);
    return result;
  }

  #askSignatures(file, fileSize, to, size) {
    const signatures = this.certificates.signatures(this.view(file, fileSize), size);
    if (signatures) this.view(to, size).set(signatures);
    return signatures ? 1 : 0;
  }

  /** Forget all settings, and take these: pairs of a name and a value. */
  reset(settings = []) {
    this.exports.reset();
    for (const [name, value] of settings) this.set(name, value);
  }

  set(name, value) {
    if (/\0/.test(value)) throw new Refusal(`--${name}: a zero byte`);
    this.call("set", name, value);
  }

  preview() {
    return this.call("preview");
  }

  /** Which certificate is trusted, in a line; "" where it is none of the user's. */
  trust() {
    return this.call("trust");
  }

  /** Make the image that is set: {archs, format, size, command, warnings}. */
  make() {
    return JSON.parse(this.call("make", Math.floor(Date.now() / 1000)));
  }

  /** The report of a file that was handed over, as JSON text. */
  inspect(name) {
    return this.call("inspect", name);
  }

  /** Change a file that was handed over; returns the command line that does the same. */
  repoint(name) {
    return this.call("repoint", name);
  }

  /** Check a list: {bad, remarks, rows: [{line, host, file, problem}]}. */
  plan(hosts, pattern) {
    return JSON.parse(this.call("plan", hosts, pattern));
  }

  makeRow(row) {
    this.call("make_row", row);
  }

  #pieces(address, count) {
    const list = new DataView(this.exports.memory.buffer, address, 16 * count);
    return Array.from({ length: count }, (_, i) => ({
      offset: Number(list.getBigUint64(16 * i, true)),
      bytes: this.view(list.getUint32(16 * i + 8, true), list.getUint32(16 * i + 12, true)),
    }));
  }

  /** The result's pieces, one behind the other; good until the next call. */
  pieces() {
    return this.#pieces(this.exports.pieces(), this.exports.n_pieces());
  }

  /** Of a list: the pieces of what all images have, and what a row lays over that. */
  templatePieces() {
    return this.#pieces(this.exports.template_pieces(), this.exports.n_template_pieces());
  }

  patches() {
    return this.#pieces(this.exports.patches(), this.exports.n_patches());
  }

  /** Of the result. */
  sha256() {
    return this.call("sha256");
  }

  crc32() {
    return this.exports.crc32() >>> 0;
  }
}
