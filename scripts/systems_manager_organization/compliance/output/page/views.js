// The views beside the nodes: patches, what is not managed, owners, the trend, exceptions, and one node.

const find = (id) => document.getElementById(id);

// Rows of which few are looked at: they are read when they are needed first.
const lazy = (read) => {
  let value;
  return () => (value ??= read());
};

const nodesOfPatches = lazy(() => parse("patch-nodes-data"));

function go(id) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  find(id).focus({ preventScroll: true });
  find(id).scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" });
}

// A table with a search field above it, of `columns`; `searched`: names of those that are searched.
function searchable(id, columns, heads, noun, label, searched) {
  const length = Object.values(columns)[0].length;
  const table = new Table(find(`${id}-table`), heads, noun, label);
  const field = make("input", { type: "search", autocomplete: "off" });
  const show = () => {
    const needle = field.value.trim().toLowerCase();
    const passes = searched.map((name) => columns[name].where((value) => String(value).toLowerCase().includes(needle)));
    table.show(filtered(length, needle ? [(row) => passes.some((pass) => pass(row))] : []), length);
  };
  let waiting = 0;
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, 150);
  });
  const form = make("form", { className: "filters", onsubmit: (event) => event.preventDefault() });
  form.setAttribute("role", "search");
  form.setAttribute("aria-label", label);
  form.append(make("label", { className: "wide" }, `Search ${label.toLowerCase()}`, field));
  find(`${id}-table`).prepend(form);
  show();
  find(id).hidden = false;
}

const KINDS = {
  ...{ Account: "whole", Instance: "whole", Region: "whole", Code: "whole", Cause: "whole" },
  ...{ Evidence: "roomy", Reason: "long", Message: "long", Remedy: "long" },
};

// The heads of columns that are shown as they are; `cells`: other texts, by the name of the column.
const headsOf = (names, columns, cells = {}) =>
  names.map((name) => ({
    title: name,
    column: columns[name],
    kind: typeof columns[name].at(0) === "number" ? "number" : (KINDS[name] ?? ""),
    cell: (row) => {
      const value = cells[name]?.(columns[name].at(row)) ?? columns[name].at(row);
      return value === "" || value == null ? "–" : value;
    },
  }));

// A table of the report that is not of nodes; `names` are titles.
function aside(id, rows, names, noun, label, cells) {
  if (!rows.length) return;
  new Table(find(`${id}-table`), headsOf(names, columnsOf(rows, names), cells), noun, label).show(
    Array.from(rows.keys()),
    rows.length,
  );
  find(id).hidden = false;
}

const STATE = {
  MISSING: "Missing",
  FAILED: "Failed",
  INSTALLED_PENDING_REBOOT: "Waits for a reboot",
  INSTALLED_REJECTED: "Rejected",
  AVAILABLE_SECURITY_UPDATE: "Not approved",
};
const states = (text) => text.split(", ").map((one) => STATE[one] ?? one).join(", ");

class Patches {
  // `choose`: called with the row of the patch whose nodes are to be seen.
  constructor(columns, choose) {
    this.columns = columns;
    this.length = columns.patch_id.length;
    if (!this.length) return;
    const head = (title, name, cell, kind = "") => ({
      title,
      column: columns[name],
      kind,
      cell: cell ?? ((row) => columns[name].at(row) || "–"),
    });
    const cves = (row) => {
      const found = columns.cve_ids.at(row);
      return found === "unknown" ? "Unknown" : found.replaceAll(",", ", ");
    };
    const heads = [
      head("Patch", "title", (row) => two(columns.title.at(row) || columns.patch_id.at(row), columns.patch_id.at(row))),
      head("Nodes", "nodes", (row) => this.#button(row, choose), "number"),
      head("State", "state", (row) => states(columns.state.at(row))),
      head("Vendor severity", "vendor_severity"),
      head("Baseline level", "compliance_level"),
      head("CVEs", "cve_ids", cves, "long"),
      head("Known exploited", "known_exploited", (row) => columns.known_exploited.at(row) || "–"),
      head("EPSS", "epss", (row) => columns.epss.at(row)?.toFixed(2) ?? "–", "number"),
      head("First seen", "first_seen", undefined, "whole"),
      head("Due", "due_at", undefined, "whole"),
      head("Overdue nodes", "overdue_nodes", (row) => tally(columns.overdue_nodes.at(row)), "number"),
      head("Accepted nodes", "accepted_nodes", (row) => tally(columns.accepted_nodes.at(row)), "number"),
    ];
    searchable("by-patch", columns, heads, "patch", "Patches", ["patch_id", "title", "cve_ids", "state", "vendor_severity"]);
  }

  name(row) {
    const [id, title] = [this.columns.patch_id.at(row), this.columns.title.at(row)];
    return title.includes(id) ? title : `${id} ${title}`.trim();
  }

  // The row of a name; -1 if there is none.
  row(name) {
    return Array.from({ length: this.length }, (_, row) => row).findIndex((row) => this.name(row) === name);
  }

  ofNode(node) {
    return nodesOfPatches().flatMap((nodes, row) => (nodes.includes(node) ? [row] : []));
  }

  describe(row) {
    const { state, due_at: due, overdue_nodes: overdue, vendor_severity: severity } = this.columns;
    const facts = [states(state.at(row)), severity.at(row), due.at(row) && `due ${due.at(row)}`];
    return [this.name(row), ...facts.filter(Boolean)].join("; ") + (overdue.at(row) ? " (overdue somewhere)" : "");
  }

  #button(row, choose) {
    const count = this.columns.nodes.at(row);
    const button = make("button", { type: "button", className: "link", textContent: number.format(count) });
    button.setAttribute("aria-label", `${counted(count, "node")} with ${this.name(row)}`);
    button.addEventListener("click", () => choose(row));
    return button;
  }
}

// One node: everything that is known of it, and its patches.
function showNode(row, columns, patches) {
  const dialog = find("node");
  const facts = Object.entries(columns).flatMap(([name, column]) => {
    const value = column.at(row);
    const label = name.replaceAll("_", " ");
    return value === "" ? [] : [make("dt", { textContent: label }), make("dd", { textContent: value })];
  });
  const found = patches.length ? patches.ofNode(row) : [];
  const items = found.map((patch) => make("li", { textContent: patches.describe(patch) }));
  const close = make("button", { type: "button", textContent: "Close", onclick: () => dialog.close() });
  dialog.replaceChildren(
    make("h2", { id: "node-title", textContent: columns.computer_name.at(row) || columns.node_id.at(row) }),
    make("dl", {}, ...facts),
    ...(items.length ? [make("h3", { textContent: counted(items.length, "patch") }), make("ul", {}, ...items)] : []),
    make("div", { className: "actions" }, close),
  );
  dialog.showModal();
}

const VIEWS = {
  nodes: "Nodes",
  "by-patch": "Patches",
  unmanaged: "Not managed",
  owners: "Owners",
  trend: "Trend",
  exceptions: "Exceptions",
  unread: "Not read",
  problems: "Parsing errors",
};

// What there is to see, for a jump; one alone needs none.
function fillViews() {
  const there = Object.entries(VIEWS).filter(([id]) => !find(id).hidden);
  find("views").append(
    ...there.map(([id, label]) => make("button", { type: "button", textContent: label, onclick: () => go(id) })),
  );
  find("views").hidden = there.length < 2;
}
