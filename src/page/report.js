// SPDX-License-Identifier: GPL-3.0-only
import { archName, element } from "./form.js";

// The report of inspect, for people: all of it is text, whatever the image says.

const KINDS = { iso: "ISO image", disk: "disk or stick", fat: "file system", program: "program", unknown: "nothing known" };

function table(head, rows) {
  const box = element("div", "", { class: "table", tabindex: "0", role: "region", "aria-label": head[0] });
  const made = element("table");
  const top = element("tr");
  for (const text of head) top.append(element("th", text, { scope: "col" }));
  made.append(element("thead"), element("tbody"));
  made.tHead.append(top);
  for (const row of rows) {
    const line = element("tr");
    for (const text of row) line.append(element("td", text));
    made.tBodies[0].append(line);
  }
  box.append(made);
  return box;
}

function list(texts) {
  const made = element("ul");
  for (const text of texts) made.append(element("li", text));
  return made;
}

const places = (program) => [...new Set(program.files.map((file) => file.path))].join(", ") || "the file";

const signatureText = ({ state, signer, problem }) =>
  (state === "good" ? `signed by ${signer}` : `signature of ${signer || "nobody known"}: ${problem}`);

/** The scripts in it, each once. */
export function scriptsOf(report) {
  const scripts = [report.autoexec?.script, ...report.programs.map((program) => program.slot?.script)];
  return [...new Set(scripts.filter(Boolean))];
}

/** The URL that its script boots, or "". */
export function urlOf(report) {
  for (const script of scriptsOf(report)) {
    const found = /^(?:chain --autofree|sanboot(?: \S+)*?) (\S+)/m.exec(script);
    if (found) return found[1];
  }
  return "";
}

/** The elements that show a report. */
export function show(report) {
  const shown = [element("p", `${KINDS[report.kind] ?? report.kind}, ${report.size.toLocaleString("en")} bytes`
    + (report.iso9660 ? `, labelled ${report.iso9660.label}` : ""))];
  if (urlOf(report)) shown.push(element("p", `Boots ${urlOf(report)}`, { class: "good" }));
  if (report.problems.length) shown.push(element("h3", "Problems"), list(report.problems));
  shown.push(table(["Boot path", "What boots"], report.boot_paths.map((path) => [
    `${archName(path.arch)}, ${path.medium === "usb" ? "stick" : "CD"}`, path.text])));
  if (report.programs.length)
    shown.push(table(["Program", "What it is"], report.programs.map((program) => [places(program),
      [program.name, program.version, program.arch && archName(program.arch), program.problem,
        ...(program.signatures ?? []).map(signatureText)].filter(Boolean).join(", ")])));
  for (const [i, script] of scriptsOf(report).entries()) {
    const box = element("details");
    const name = i ? `Script ${i + 1}` : "Script";
    box.append(element("summary", name), element("pre", script, { tabindex: "0", role: "region", "aria-label": name }));
    shown.push(box);
  }
  if (report.notes.length) shown.push(element("h3", "Notes"), list(report.notes));
  return shown;
}
