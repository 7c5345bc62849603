// SPDX-License-Identifier: GPL-3.0-only
// A .zip of files that are stored as they are (PKWARE's APPNOTE, 4.3), with the 64-bit records
// where its size asks for them. Files are blobs: nothing is copied that a browser keeps.

const DATE = 0x21; // 1980-01-01, the first there is: the same files give the same bytes
const MAX32 = 0xffffffff;

// Fields of 2, 4 or 8 bytes, little-endian.
function record(...fields) {
  const bytes = new DataView(new ArrayBuffer(fields.reduce((sum, [size]) => sum + size, 0)));
  let at = 0;
  for (const [size, value] of fields) {
    if (size === 2) bytes.setUint16(at, value, true);
    else if (size === 4) bytes.setUint32(at, value, true);
    else bytes.setBigUint64(at, BigInt(value), true);
    at += size;
  }
  return bytes.buffer;
}

export class Zip {
  #parts = [];
  #directory = [];
  #size = 0;
  #directorySize = 0;
  #count = 0;

  // What a file's two headers have in common, from "version needed to extract" on.
  static #fields(crc, size, name, extra) {
    return [[2, 45], [2, 0x800], [2, 0], [2, 0], [2, DATE], [4, crc], [4, size], [4, size],
      [2, name.length], [2, extra]];
  }

  /** Add a file of less than 4 GiB, by its parts. */
  add(fileName, crc, size, parts) {
    const name = new TextEncoder().encode(fileName);
    const isFar = this.#size >= MAX32;
    const extra = isFar ? record([2, 1], [2, 8], [8, this.#size]) : new ArrayBuffer(0);
    const local = record([4, 0x04034b50], ...Zip.#fields(crc, size, name, 0));
    const central = record([4, 0x02014b50], [2, 45], ...Zip.#fields(crc, size, name, extra.byteLength),
      [2, 0], [2, 0], [2, 0], [4, 0], [4, isFar ? MAX32 : this.#size]);
    this.#parts.push(new Blob([local, name, ...parts]));
    this.#directory.push(central, name, extra);
    this.#size += local.byteLength + name.length + size;
    this.#directorySize += central.byteLength + name.length + extra.byteLength;
    this.#count++;
  }

  blob() {
    const end = this.#size + this.#directorySize;
    const isLarge = end >= MAX32 || this.#count >= 0xffff;
    const large = isLarge
      ? [record([4, 0x06064b50], [8, 44], [2, 45], [2, 45], [4, 0], [4, 0], [8, this.#count],
          [8, this.#count], [8, this.#directorySize], [8, this.#size]),
        record([4, 0x07064b50], [4, 0], [8, end], [4, 1])]
      : [];
    const count = isLarge ? 0xffff : this.#count;
    const last = record([4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count],
      [4, isLarge ? MAX32 : this.#directorySize], [4, isLarge ? MAX32 : this.#size], [2, 0]);
    return new Blob([...this.#parts, ...this.#directory, ...large, last], { type: "application/zip" });
  }
}
