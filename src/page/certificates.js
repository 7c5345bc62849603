// SPDX-License-Identifier: GPL-3.0-only
import { Wasm } from "./wasm.js";

// The module that reads certificates and signatures: it has libcrypto, and the other asks it.

export class Certificates extends Wasm {
  static async load(bytes) {
    return new Certificates().start(bytes);
  }

  /** The facts of a certificate whose file was put here, or why there are none: {result, said}. */
  facts(path) {
    return this.ask("certificate", path);
  }

  /** The signatures of a program, as size bytes; null where there was no memory. */
  signatures(program, size) {
    const address = this.copy(program);
    const found = this.exports.signatures(address, program.length, size);
    this.exports.release(address);
    return found ? this.view(found, size) : null;
  }
}
