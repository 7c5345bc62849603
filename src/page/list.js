// SPDX-License-Identifier: GPL-3.0-only
import { element, find, sentence } from "./form.js";
import { Zip } from "./zip.js";

// A list of hosts: what is wrong with each row, and an image for each that is good.

const LINES_MAX = 2000; // of the table; those that are wrong come first

function line(row) {
  const made = element("tr");
  made.append(element("td", String(row.line)), element("td", row.host), element("td", row.file),
    element("td", row.problem ?? "good", { class: row.problem ? "problem" : "good" }));
  return made;
}

/** Show what a plan says. */
export function showPlan(name, plan) {
  const good = plan.rows.length - plan.bad;
  find("list-title").textContent = `${name}: ${good} of ${plan.rows.length} can be made`;
  find("remarks").textContent = plan.remarks;
  const rows = plan.rows.length > LINES_MAX
    ? [...plan.rows].sort((a, b) => Number(!a.problem) - Number(!b.problem)).slice(0, LINES_MAX) : plan.rows;
  find("rows").replaceChildren(...rows.map(line));
  if (rows.length < plan.rows.length) find("remarks").textContent += `Only ${LINES_MAX} rows are shown.`;
  find("save-all").textContent = `Save ${good} image${good === 1 ? "" : "s"} (.zip)`;
  find("save-all").disabled = good === 0;
}

// All images have the template's bytes in common: of each, only what is laid over is new.
function rowParts(module, template) {
  const parts = [];
  let at = 0;
  for (const { offset, bytes } of module.patches()) {
    parts.push(template.slice(at, offset), bytes.slice());
    at = offset + bytes.length;
  }
  return [...parts, template.slice(at)];
}

/** Make the images of a plan, which the module still has; a blob. */
export async function zipPlan(module, plan, tell) {
  const template = new Blob(module.templatePieces().map((piece) => piece.bytes));
  const zip = new Zip();
  for (const [i, row] of plan.rows.entries()) {
    if (row.problem) continue;
    module.makeRow(i);
    zip.add(row.file, module.crc32(), template.size, rowParts(module, template));
    if (i % 16 === 0) await tell(i);
  }
  return zip.blob();
}

/** A sentence in the place of a list. */
export function showNoPlan(name, error) {
  find("list-title").textContent = name;
  find("remarks").textContent = "";
  find("rows").replaceChildren();
  find("list-problem").textContent = sentence(error);
  find("save-all").disabled = true;
}
