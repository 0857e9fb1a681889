// The map: organizational units as they nest, and in each a cell for every account of it.
// A cell is a gauge, so that colour is never all there is: filled from below by noncompliant nodes, then by those that
// do not report.

const TILES = 60; // up to so many accounts have room for their names
const SQUARES = 400; // up to so many have room for a square that a finger meets

class Account {
  constructor([id, name, unit, regions, regionsRead, compliant, noncompliant, silent]) {
    Object.assign(this, { id, name, unit, regions, regionsRead, compliant, noncompliant, silent });
    this.nodes = compliant + noncompliant + silent;
  }

  get kind() {
    if (!this.regionsRead) return "unread";
    return this.nodes ? "known" : "empty";
  }

  // The worst first; the compliance of what was not read is unknown.
  get order() {
    if (this.kind !== "known") return this.kind === "unread" ? 0.5 : 3;
    if (this.noncompliant) return -this.noncompliant / this.nodes;
    return this.silent ? 0.25 * (1 - this.silent / this.nodes) : 2;
  }

  get short() {
    if (this.kind === "unread") return "not read";
    return this.nodes ? `${percent(this.compliant, this.nodes)} of ${counted(this.nodes, "node")}` : "no nodes";
  }

  get description() {
    const read = this.regionsRead < this.regions ? `; ${this.regionsRead} of ${this.regions} Regions read` : "";
    return `${this.name || this.id} (${this.id}): ${this.kind === "unread" ? "not read" : describeNodes(this) + read}`;
  }
}

// Rounded down: only what is complete is 100 %.
const percent = (part, whole) => `${Math.floor((part * 1000) / whole) / 10} %`;

function describeNodes({ nodes, compliant, noncompliant, silent }) {
  if (!nodes) return "no managed nodes";
  const others = [
    noncompliant && `${number.format(noncompliant)} noncompliant`,
    silent && `${number.format(silent)} not reporting`,
  ];
  return [`${number.format(compliant)} of ${counted(nodes, "node")} compliant`, ...others.filter(Boolean)].join(", ");
}

// Units by path, with what is in them and below.
function unitTree(accounts) {
  const root = { path: "", units: new Map(), accounts: [] };
  for (const account of accounts) {
    let unit = root;
    for (const name of account.unit.split("/")) {
      const path = unit.path ? `${unit.path}/${name}` : name;
      if (!unit.units.has(name)) unit.units.set(name, { path, name, units: new Map(), accounts: [] });
      unit = unit.units.get(name);
    }
    unit.accounts.push(account);
  }
  return root;
}

const within = (unit) => [...unit.accounts, ...[...unit.units.values()].flatMap(within)];

function unitSums(accounts) {
  const sum = (name) => accounts.reduce((total, account) => total + account[name], 0);
  const unread = accounts.filter((account) => account.kind === "unread").length;
  return {
    nodes: sum("nodes"),
    compliant: sum("compliant"),
    noncompliant: sum("noncompliant"),
    silent: sum("silent"),
    unread,
  };
}

class OrganizationMap {
  // `choose`: called with {unit} or {account} when one is pressed.
  constructor(element, detail, accounts, choose) {
    this.detail = detail;
    this.choose = choose;
    this.tiles = accounts.length <= TILES;
    element.className = `map ${this.tiles ? "tiles" : accounts.length <= SQUARES ? "squares" : "dots"}`;
    element.append(...[...unitTree(accounts).units.values()].map((unit) => this.#unit(unit)));
    this.cells = [...element.querySelectorAll(".cell")];
    this.units = [...element.querySelectorAll(".unit-name")];
    if (this.cells.length) this.cells[0].tabIndex = 0;
    element.addEventListener("keydown", (event) => this.#move(event));
    for (const name of ["pointerover", "focusin"]) element.addEventListener(name, (event) => this.#showDescription(event));
    this.#showText("");
  }

  // Shows what the table is filtered by.
  mark({ unit, account }) {
    for (const cell of this.cells) cell.setAttribute("aria-pressed", String(cell.dataset.account === account));
    for (const name of this.units) name.setAttribute("aria-pressed", String(name.dataset.unit === unit));
  }

  #unit(unit) {
    const accounts = within(unit);
    const sums = unitSums(accounts);
    const unread = sums.unread ? `, ${number.format(sums.unread)} not read` : "";
    const description = `${unit.path}: ${counted(accounts.length, "account")}${unread}; ${describeNodes(sums)}`;
    const share = sums.nodes ? percent(sums.compliant, sums.nodes) : sums.unread ? "not read" : "no nodes";
    const name = make(
      "button",
      { type: "button", className: "unit-name", dataset: { unit: unit.path, description } },
      make("span", { textContent: unit.name }),
      make("span", { className: "share", textContent: share }),
    );
    name.setAttribute("aria-label", description);
    name.addEventListener("click", () => this.choose({ unit: unit.path }));
    const section = make("div", { className: "unit" }, name);
    section.style.setProperty("--accounts", accounts.length);
    if (unit.accounts.length)
      section.append(
        make(
          "div",
          { className: "cells" },
          ...unit.accounts.toSorted((a, b) => a.order - b.order).map((one) => this.#cell(one)),
        ),
      );
    if (unit.units.size)
      section.append(make("div", { className: "units" }, ...[...unit.units.values()].map((one) => this.#unit(one))));
    return section;
  }

  #cell(account) {
    const partly = account.regionsRead && account.regionsRead < account.regions ? " partly" : "";
    const cell = make("button", {
      type: "button",
      tabIndex: -1,
      className: `cell ${account.kind}${partly}`,
      dataset: { account: account.id, description: account.description },
    });
    cell.setAttribute("aria-label", account.description);
    if (account.nodes) {
      cell.style.setProperty("--cell-bad", share(account.noncompliant, account.nodes));
      cell.style.setProperty("--cell-silent", share(account.noncompliant + account.silent, account.nodes));
    }
    if (this.tiles) {
      const text = [
        make("b", { textContent: account.name || account.id }),
        make("span", { textContent: account.short }),
      ];
      cell.append(make("i", { className: "gauge" }), make("span", { className: "text" }, ...text));
    }
    cell.addEventListener("click", () => this.choose({ account: account.id }));
    return cell;
  }

  #showDescription(event) {
    const description = event.target.closest("[data-description]")?.dataset.description;
    if (description) this.#showText(description);
  }

  #showText(description) {
    this.detail.textContent = description || "Choose a unit or an account to see its nodes.";
  }

  // One stop for Tab, however many accounts: arrows go from one to the next.
  #move(event) {
    const from = this.cells.indexOf(document.activeElement);
    if (from < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const last = this.cells.length - 1;
    const to = {
      ArrowLeft: () => Math.max(0, from - 1),
      ArrowRight: () => Math.min(last, from + 1),
      ArrowUp: () => this.#neighborInColumn(from, -1),
      ArrowDown: () => this.#neighborInColumn(from, 1),
      Home: () => 0,
      End: () => last,
    }[event.key]?.();
    if (to === undefined) return;
    event.preventDefault();
    this.cells[from].tabIndex = -1;
    this.cells[to].tabIndex = 0;
    this.cells[to].focus();
  }

  // The cell above or below, wherever it is.
  #neighborInColumn(from, direction) {
    const here = this.cells[from].getBoundingClientRect();
    let [best, least] = [from, Infinity];
    this.cells.forEach((cell, index) => {
      const there = cell.getBoundingClientRect();
      const down = (there.top - here.top) * direction;
      const distance = down * 4 + Math.abs(there.left - here.left);
      if (down >= here.height / 2 && distance < least) [best, least] = [index, distance];
    });
    return best;
  }
}

// What is there is seen, however little of it: a pixel or two of the smallest cell.
const share = (part, whole) => `${part ? Math.max(12, Math.round((part * 100) / whole)) : 0}%`;
