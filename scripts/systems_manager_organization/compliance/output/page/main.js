// Puts the page together: the picture, the filters, the tables. Filters are in the address, which can be passed on.

const report = parse("report-data");
const accounts = report.accounts.map((fields) => new Account(fields));
const byId = new Map(accounts.map((account) => [account.id, account]));
const columns = columnsOfJson("nodes-data");
const nodeCount = columns.node_id.length;

const STATUS = { COMPLIANT: "Compliant", NON_COMPLIANT: "Noncompliant", NOT_REPORTING: "Not reporting" };
const SHORT = { INFORMATIONAL: "Info", UNSPECIFIED: "Unspecified" };
const SEARCHED = [
  "node_id",
  "computer_name",
  "account_id",
  "account_name",
  "organizational_unit",
  "region",
  "platform_name",
  "patch_group",
];
const title = (word) => word.charAt(0) + word.slice(1).toLowerCase();

const two = (first, second) =>
  first && first !== second ? [make("b", { textContent: first }), make("small", { textContent: second })] : second;
const text = (head, name) => ({ title: head, column: columns[name], cell: (row) => columns[name].at(row) || "–" });
// A path may go on in another line behind each of its names.
const broken = (path) => path.split("/").flatMap((name, index) => (index ? ["/", make("wbr"), name] : [name]));
const tally = (value) => make("span", { className: value ? "" : "zero", textContent: number.format(value) });
const count = (head, name) => ({ ...text(head, name), kind: "number", cell: (row) => tally(columns[name].at(row)) });

function statusCell(row) {
  const status = columns.status.at(row);
  return make("span", { className: `pill ${status}`, textContent: STATUS[status] });
}

function severityCell(row) {
  const severity = columns.severity.at(row);
  return severity ? make("span", { className: `mark ${severity}`, textContent: title(severity) }) : "–";
}

function nodeCell(row) {
  const [name, id] = [columns.computer_name.at(row), columns.node_id.at(row)];
  const button = make("button", { type: "button", className: "link", textContent: name || id });
  button.setAttribute("aria-haspopup", "dialog");
  button.addEventListener("click", () => showNode(row, columns, patches));
  return name && name !== id ? [button, make("small", { textContent: id })] : button;
}

const NODE_HEADS = [
  { ...text("Node", "computer_name"), cell: nodeCell },
  { ...text("Account", "account_name"), cell: (row) => two(columns.account_name.at(row), columns.account_id.at(row)) },
  {
    ...text("Organizational unit", "organizational_unit"),
    kind: "roomy",
    cell: (row) => broken(columns.organizational_unit.at(row)),
  },
  { ...text("Region", "region"), kind: "whole" },
  {
    ...text("Platform", "platform_name"),
    kind: "roomy",
    cell: (row) => `${columns.platform_name.at(row)} ${columns.platform_version.at(row)}`.trim() || "–",
  },
  ...(columns.owner ? [text("Owner", "owner")] : []),
  { ...text("Status", "status"), cell: statusCell },
  { ...text("Severity", "severity"), cell: severityCell },
  ...Object.keys(report.patches).map((severity) =>
    count(SHORT[severity] ?? title(severity), `noncompliant_${severity.toLowerCase()}`),
  ),
  count("Missing", "missing"),
  count("Failed", "failed"),
  count("Reboot", "installed_pending_reboot"),
  count("Rejected", "installed_rejected"),
  {
    ...text("Last operation", "operation_ended_at"),
    cell: (row) => two(columns.operation.at(row), columns.operation_ended_at.at(row)) || "–",
  },
];

const nodesTable = new Table(find("nodes-table"), NODE_HEADS, "node", "Managed nodes");
const patches = new Patches(columnsOfJson("patches-data"), choosePatch);
const map = new OrganizationMap(find("map"), find("detail"), accounts, choose);

// A filter: its label, its choices [value, label], and a predicate on rows for a chosen value.
const some = (name, label = (value) => value) => {
  const column = columns[name];
  const values = column.codes ? column.values : [...new Set(column.values)].sort();
  return values.filter(Boolean).map((value) => [value, label(value)]);
};
const is = (name) => (value) => columns[name].where((one) => one === value);
const paths = [
  ...new Set(accounts.flatMap(({ unit }) => unit.split("/").map((_, end, names) => names.slice(0, end + 1).join("/")))),
].sort();
const FILTERS = {
  unit: [
    "Organizational unit",
    paths.map((path) => [path, path]),
    (path) => columns.organizational_unit.where((one) => `${one}/`.startsWith(`${path}/`)),
  ],
  account: ["Account", accounts.map(({ id, name }) => [id, `${name} ${id}`.trim()]), is("account_id")],
  region: ["Region", some("region"), is("region")],
  platform: ["Platform", some("platform_type"), is("platform_type")],
  status: ["Status", some("status", (value) => STATUS[value]), is("status")],
  severity: ["Severity", some("severity", title), is("severity")],
  ...(columns.owner && { owner: ["Owner", some("owner"), is("owner")] }),
};
const fields = {};
let patch = -1; // the row of the patch whose nodes are seen; -1: all nodes

function searching(text) {
  const needle = text.toLowerCase();
  const passes = SEARCHED.map((name) => columns[name].where((value) => value.toLowerCase().includes(needle)));
  return (row) => passes.some((pass) => pass(row));
}

function apply() {
  const chosen = Object.entries(fields).filter(([, field]) => field.value.trim());
  const passes = chosen.map(([name, field]) =>
    name === "search" ? searching(field.value.trim()) : FILTERS[name][2](field.value),
  );
  if (patch >= 0) {
    const found = new Uint8Array(nodeCount);
    for (const row of nodesOfPatches()[patch]) found[row] = 1;
    passes.push((row) => found[row]);
  }
  nodesTable.show(filtered(nodeCount, passes), nodeCount);
  showPatch();
  writeAddress();
  map.mark({ unit: fields.unit.value || undefined, account: fields.account.value || undefined });
  for (const card of document.querySelectorAll(".card button")) {
    card.setAttribute("aria-pressed", String(fields.status.value === card.parentElement.dataset.status));
  }
}

function choosePatch(row) {
  patch = row;
  apply();
  go("nodes");
}

function showPatch() {
  const element = find("chosen-patch");
  element.hidden = patch < 0;
  if (patch < 0) return element.replaceChildren();
  const all = make("button", { type: "button", textContent: "Nodes with any patches", onclick: () => choosePatch(-1) });
  element.replaceChildren(`Only nodes with ${patches.name(patch)}. `, all);
}

// `#status=NON_COMPLIANT&patch=kernel.x86_64%3A6.1`
function writeAddress() {
  const chosen = Object.entries(fields).map(([name, field]) => [name, field.value.trim()]);
  if (patch >= 0) chosen.push(["patch", patches.name(patch)]);
  const address = String(new URLSearchParams(chosen.filter(([, value]) => value)));
  if (address !== location.hash.slice(1)) history.replaceState(null, "", `#${address}`);
}

function readAddress() {
  const chosen = new URLSearchParams(location.hash.slice(1));
  for (const [name, field] of Object.entries(fields)) field.value = chosen.get(name) ?? "";
  patch = chosen.has("patch") ? patches.row(chosen.get("patch")) : -1;
  apply();
}

// Pressed on the map: shows what was chosen, or all again.
function choose({ unit = "", account = "" }) {
  const again = fields.unit.value === unit && fields.account.value === account;
  fields.unit.value = again ? "" : unit;
  fields.account.value = again ? "" : account;
  apply();
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (!again) find("nodes").scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" });
}

function fillFilters() {
  fields.search = make("input", {
    type: "search",
    placeholder: "Node, account, unit, patch group …",
    autocomplete: "off",
  });
  const labels = [make("label", { className: "wide" }, "Search", fields.search)];
  for (const [name, [label, choices]] of Object.entries(FILTERS)) {
    fields[name] = make(
      "select",
      {},
      new Option("All", ""),
      ...choices.map(([value, text]) => new Option(text, value)),
    );
    labels.push(make("label", {}, label, fields[name]));
  }
  const clear = make("button", { type: "reset", textContent: "Clear filters" });
  const save = make("button", { type: "button", textContent: "Download as CSV", onclick: download });
  const form = find("filters");
  form.append(...labels, make("div", { className: "actions" }, clear, save));
  let waiting = 0;
  const soon = (event) => {
    clearTimeout(waiting);
    waiting = setTimeout(apply, event.target === fields.search ? 150 : 0);
  };
  form.addEventListener("input", soon);
  form.addEventListener("reset", (event) => {
    patch = -1;
    soon(event);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
}

function download() {
  const url = URL.createObjectURL(new Blob(csvParts(columns, nodesTable.shown), { type: "text/csv" }));
  make("a", { href: url, download: "patch-compliance.csv" }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

function bar(label, value, largest, kind) {
  const fill = make("i", { className: kind });
  fill.style.setProperty("--share", `${largest ? (value * 100) / largest : 0}%`);
  return make("li", {}, make("span", { textContent: label }), make("b", { textContent: number.format(value) }), fill);
}

function fillPicture() {
  const legend = {
    compliant: "Compliant",
    noncompliant: "Noncompliant",
    silent: "Not reporting",
    unread: "Not read",
    partly: "Read in part",
    empty: "No nodes",
  };
  find("legend").append(
    ...Object.entries(legend).map(([kind, label]) => make("li", {}, make("i", { className: `swatch ${kind}` }), label)),
  );
  const patches = Object.entries(report.patches);
  const most = Math.max(...patches.map(([, value]) => value));
  find("patches").append(...patches.map(([severity, value]) => bar(title(severity), value, most, severity)));
  const silent = accounts.filter((account) => account.silent).sort((a, b) => b.silent - a.silent);
  const all = silent.reduce((total, account) => total + account.silent, 0);
  const few = silent.slice(0, 6);
  find("silent-note").textContent = all
    ? `${counted(all, "node")} in ${counted(silent.length, "account")}: never scanned, or too long ago.` +
      (few.length < silent.length ? ` Those with the most:` : "")
    : "Every node that was read reports.";
  find("silent").append(
    ...few.map((account) => bar(account.name || account.id, account.silent, few[0].silent, "NOT_REPORTING")),
  );
  for (const card of document.querySelectorAll(".card")) {
    const { status } = card.dataset;
    const press = status === "NOT_READ" ? () => find("unread").scrollIntoView() : () => toggleStatus(status);
    const button = make("button", { type: "button", onclick: press }, ...card.childNodes);
    if (status === "NOT_READ" && !report.unread.length) button.disabled = true;
    card.append(button);
  }
}

function toggleStatus(status) {
  fields.status.value = fields.status.value === status ? "" : status;
  apply();
}

for (const id of ["picture", "nodes"]) find(id).hidden = false;
fillFilters();
fillPicture();
readAddress();
addEventListener("hashchange", readAddress);
aside(
  "unread",
  report.unread,
  ["Account", "Name", "Organizational unit", "Regions", "Code", "Reason"],
  "row",
  "Not read",
);
aside("problems", report.problems, ["Code", "Subject", "Message"], "problem", "Parsing errors");
const UNMANAGED = ["Instance", "Name", "Account", "Account name", "Region", "Platform", "State", "Cause", "Evidence", "Remedy"];
if (report.unmanaged.length) {
  const found = columnsOf(report.unmanaged, UNMANAGED);
  searchable("unmanaged", found, headsOf(UNMANAGED, found), "instance", "Not managed", UNMANAGED);
}
aside("owners", report.owners, ["Owner", "Nodes", "Compliant", "Noncompliant", "Not reporting"], "owner", "Owners", {
  Owner: (owner) => owner || "Unknown",
});
const POINTS = {
  report_date: "Day",
  nodes: "Nodes",
  compliant_percent: "Compliant, %",
  noncompliant: "Noncompliant",
  not_reporting: "Not reporting",
  patches: "Patches",
  overdue_patches: "Overdue",
};
const points = report.trend.map((point) => Object.keys(POINTS).map((name) => point[name]));
aside("trend", points, Object.values(POINTS), "snapshot", "Trend");
const accepted = report.exceptions.map(({ accepts, owner, reason, expires, expired }) => [
  ...[accepts, owner, reason, expires],
  expired ? "Expired" : "In force",
]);
aside("exceptions", accepted, ["Accepts", "Owner", "Reason", "Expires", "State"], "exception", "Exceptions");
fillViews();
document.documentElement.dataset.ready = "true";
