// SPDX-License-Identifier: GPL-3.0-only
// What the tests of a page share: the command, and the module out of a page that it wrote.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Certificates } from "../../src/page/certificates.js";
import { Module } from "../../src/page/module.js";
import { decompress, unpack } from "../../src/page/pack.js";

const PROGRAM = process.env.BOOTS_FROM;
export const URL = "http://192.0.2.1/boot";

export const folder = mkdtempSync(join(tmpdir(), "boots-from-web-"));
process.on("exit", () => rmSync(folder, { recursive: true }));

/** Run the command; its standard output. */
export const run = (...words) =>
  execFileSync(PROGRAM, words, { cwd: folder, maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "pipe"] });

/** What the command says of something it refuses, without its name and the hint. */
export function refusal(...words) {
  const done = spawnSync(PROGRAM, words, { cwd: folder, encoding: "latin1" });
  if (done.status === 0) throw new Error(`not refused: ${words.join(" ")}`);
  return done.stderr.replace(/^boots-from: /, "").replace(/ \(see boots-from --help\)\n$|\n$/, "");
}

/** What the command says line by line, refused or not. */
export const lines = (...words) =>
  spawnSync(PROGRAM, words, { cwd: folder, encoding: "latin1" }).stderr.trimEnd().split("\n");

/** Write a file into the folder the command runs in. */
export function put(name, bytes) {
  writeFileSync(join(folder, name), bytes);
  return bytes;
}

/** The command writes a page with these options. */
export function writePage(...words) {
  run("page", "-q", "-o", "page.html", ...words);
  return readFileSync(join(folder, "page.html"));
}

const part = (html, id) => new RegExp(`<script id="${id}"[^>]*>([^<]*)</script>`).exec(html)[1];

export const defaultsOf = (html) => JSON.parse(part(html.toString("latin1"), "defaults"));

/** The modules of a page, with the files that the page gives them. */
export async function loadModule(html) {
  const text = html.toString("latin1");
  const files = await unpack(part(text, "pack"));
  const [code, more] = await Promise.all(
    ["module", "certificates"].map((id) => decompress(part(text, id), "gzip")));
  const module = await Module.load(code);
  module.certificates = await Certificates.load(more);
  for (const [name, bytes] of files) module.putFile(name, bytes);
  return { module, files, sizes: [code.length, more.length] };
}

/** The bytes of what the module made. */
export const bytesOf = (module) => Buffer.concat(module.pieces().map((piece) => piece.bytes));

/** Settings as words of a command line. */
export const words = (settings) => [
  ...settings.filter(([name]) => name !== "url").flatMap(([name, value]) => [`--${name}`, value]),
  ...settings.filter(([name]) => name === "url").map(([, value]) => value),
];
