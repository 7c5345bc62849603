// SPDX-License-Identifier: GPL-3.0-only
// What the page carries, compressed: the compiled code, and what images are made of.

// As base/base85.h has them.
const digits = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?~_>()[]{}@%$#";

// The bytes of text in base 85: of each five digits four, of the last n digits n - 1.
function decode(text) {
  const values = new Uint8Array(128);
  for (let i = 0; i < digits.length; i++) values[digits.charCodeAt(i)] = i;
  const size = Math.floor((text.length * 4) / 5);
  const filled = text.padEnd(Math.ceil(text.length / 5) * 5, digits.at(-1));
  const bytes = new DataView(new ArrayBuffer((filled.length / 5) * 4));
  for (let from = 0, to = 0; from < filled.length; from += 5, to += 4) {
    let group = 0;
    for (let i = 0; i < 5; i++) group = group * 85 + values[filled.charCodeAt(from + i)];
    bytes.setUint32(to, group);
  }
  return new Uint8Array(bytes.buffer, 0, size);
}

async function inflate(bytes, format) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream(format));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Of text in base 85: the bytes, which were compressed in this format. */
export function decompress(text, format) {
  return inflate(decode(text), format);
}

/** Of a pack's text: a map of names to bytes. */
export async function unpack(text) {
  const bytes = decode(text);
  const numbers = new DataView(bytes.buffer);
  const files = [];
  for (let at = 0; at < bytes.length; ) {
    const nameEnd = at + 8 + numbers.getUint32(at, true);
    const end = nameEnd + numbers.getUint32(at + 4, true);
    const name = new TextDecoder().decode(bytes.subarray(at + 8, nameEnd));
    files.push(inflate(bytes.subarray(nameEnd, end), "deflate").then((file) => [name, file]));
    at = end;
  }
  return new Map(await Promise.all(files));
}
