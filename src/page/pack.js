// SPDX-License-Identifier: GPL-3.0-only
// What the page carries: the compiled code and what images are made of, deflated.

/** Of text in base64: a map of names to bytes. */
export async function unpack(text) {
  const packed = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const numbers = new DataView(bytes.buffer);
  const files = new Map();
  for (let at = 0; at < bytes.length; ) {
    const nameEnd = at + 8 + numbers.getUint32(at, true);
    const end = nameEnd + numbers.getUint32(at + 4, true);
    const name = new TextDecoder().decode(bytes.subarray(at + 8, nameEnd));
    files.set(name, bytes.subarray(nameEnd, end));
    at = end;
  }
  return files;
}
