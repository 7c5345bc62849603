// SPDX-License-Identifier: GPL-3.0-only
import { copy, element, find } from "./form.js";

// The hosts of the server that the page comes from: what a BMC mounts, and what was taken of it.

const ROWS_MAX = 1000;

// Not 100 % as long as a byte is missing.
function amount({ bytes, complete }, size) {
  const cut = complete ? "" : "; the last answer was cut off";
  if (bytes === size) return `whole, ${bytes.toLocaleString("en")} bytes${cut}`;
  const percent = (Math.floor((1000 * bytes) / size) / 10).toFixed(1);
  return `${bytes.toLocaleString("en")} bytes, ${percent} %${cut}`;
}

function when(time) {
  return element("time", time.replace("T", " ").replace("Z", " UTC"), { datetime: time });
}

class Hosts {
  #served;

  constructor(served) {
    this.#served = served;
    find("hosts-find").addEventListener("input", () => this.#show());
    if (served.links) {
      find("hosts-link").textContent = "What makes its link";
      find("hosts-help").textContent = "An image is given to whoever has a link to it. FILE is the secret that the "
        + "server has, URL where a BMC reaches the server.";
    }
    find("to-hosts").firstElementChild.textContent = this.#count(served.hosts.length);
    find("to-hosts").hidden = false;
    find("hosts").hidden = false;
    this.#show();
  }

  #count(n) {
    return `${n.toLocaleString("en")} host${n === 1 ? "" : "s"}`;
  }

  // Relative to the page, which a proxy may have put below a folder.
  #link(host) {
    return this.#served.links ? `boots-from link --secret FILE --base URL ${host}`
      : new URL(`${host}.iso`, location.href).href;
  }

  #row({ host, last }) {
    const row = element("tr");
    const code = element("code", this.#link(host));
    const button = element("button", "Copy", { type: "button", "aria-label": `Copy what stands for ${host}` });
    button.addEventListener("click", () => this.#copy(code));
    const link = element("td", "", { class: "link" });
    link.append(code, " ", button);
    const time = element("td", last ? "" : "never");
    if (last) time.append(when(last.time));
    row.append(element("th", host, { scope: "row" }), link, time,
      element("td", last ? amount(last, this.#served.size) : ""),
      element("td", last ? last.client.replace(/:\d+$/, "") : ""));
    return row;
  }

  #show() {
    const words = find("hosts-find").value.trim().toLowerCase();
    const found = this.#served.hosts.filter(({ host }) => host.toLowerCase().includes(words));
    const shown = found.slice(0, ROWS_MAX);
    find("hosts-rows").replaceChildren(...shown.map((host) => this.#row(host)));
    find("hosts-said").textContent = this.#count(found.length)
      + (shown.length < found.length ? `, the first ${ROWS_MAX.toLocaleString("en")} are shown: find others by name` : "");
  }

  async #copy(code) {
    const isCopied = await copy(code);
    find("hosts-said").textContent = isCopied ? `Copied ${code.textContent}`
      : `Selected, to be copied with the keyboard: ${code.textContent}`;
  }
}

/** Show what a server says; nothing where none does, or the page was saved since. */
export function showHosts(served) {
  if (served && location.protocol.startsWith("http")) new Hosts(served);
}
