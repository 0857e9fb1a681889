// A table of many rows: a page of them at a time, sorted by a button in the head of each column.

const PAGE = 50;
const number = new Intl.NumberFormat("en-US");

function make(tag, properties = {}, ...children) {
  const { dataset = {}, attributes = {}, ...others } = properties;
  const element = Object.assign(document.createElement(tag), others);
  Object.assign(element.dataset, dataset);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const counted = (count, noun) =>
  `${number.format(count)} ${noun}${count === 1 ? "" : noun.endsWith("ch") ? "es" : "s"}`;

// `heads`: {title, column, cell(row) to what is in the cell, kind: a class}; `noun`: what a row is.
class Table {
  constructor(element, heads, noun, label) {
    this.heads = heads;
    this.noun = noun;
    this.rows = [];
    this.total = 0;
    this.page = 0;
    this.by = null;
    this.descending = false;
    this.status = make("p", { className: "count", attributes: { role: "status" } });
    this.body = make("tbody");
    this.ths = heads.map((head, index) => this.#head(head, index));
    const table = make("table", {}, make("thead", {}, make("tr", {}, ...this.ths)), this.body);
    table.setAttribute("aria-label", label);
    this.scroll = make("div", { className: "scroll", tabIndex: 0 }, table);
    this.scroll.setAttribute("role", "group");
    this.scroll.setAttribute("aria-label", label);
    this.back = make("button", { type: "button", textContent: "Previous", onclick: () => this.#turn(-1) });
    this.next = make("button", { type: "button", textContent: "Next", onclick: () => this.#turn(1) });
    this.where = make("span", {});
    this.pager = make("nav", { className: "pager" }, this.back, this.where, this.next);
    this.pager.setAttribute("aria-label", `Pages of ${label}`);
    element.append(this.status, this.scroll, this.pager);
  }

  // `rows` in the order that holds where nothing is sorted by.
  show(rows, total) {
    this.rows = rows;
    this.total = total;
    this.page = 0;
    this.#order();
  }

  #head({ title, kind = "" }, index) {
    const button = make("button", { type: "button", textContent: title, onclick: () => this.#sort(index) });
    return make("th", { className: kind, attributes: { scope: "col", "aria-sort": "none" } }, button);
  }

  // Counts begin with the largest, and a third press gives back the order of before.
  #sort(index) {
    const first = this.heads[index].kind === "number";
    if (this.by !== index) {
      this.by = index;
      this.descending = first;
    } else if (this.descending === first) this.descending = !first;
    else this.by = null;
    this.page = 0;
    this.#order();
  }

  #order() {
    const { by, descending, rows } = this;
    this.shown = by === null ? rows : sorted(rows, this.heads[by].column, descending);
    this.ths.forEach((th, index) => {
      th.setAttribute("aria-sort", index !== by ? "none" : descending ? "descending" : "ascending");
    });
    this.#draw();
  }

  #turn(pages) {
    this.page += pages;
    this.#draw();
    this.scroll.scrollTop = 0;
    const button = pages < 0 ? this.back : this.next;
    if (button.disabled) (pages < 0 ? this.next : this.back).focus();
  }

  #draw() {
    const pages = Math.max(1, Math.ceil(this.shown.length / PAGE));
    const rows = this.shown.slice(this.page * PAGE, (this.page + 1) * PAGE);
    this.body.replaceChildren(...rows.map((row) => this.#row(row)));
    const all = this.rows.length === this.total;
    this.status.textContent = all
      ? counted(this.total, this.noun)
      : `${number.format(this.rows.length)} of ${counted(this.total, this.noun)}`;
    this.where.textContent = `Page ${number.format(this.page + 1)} of ${number.format(pages)}`;
    this.back.disabled = this.page === 0;
    this.next.disabled = this.page >= pages - 1;
    this.pager.hidden = pages === 1;
  }

  #row(row) {
    return make(
      "tr",
      {},
      ...this.heads.map(({ cell, kind = "" }) => make("td", { className: kind }, ...[cell(row)].flat())),
    );
  }
}
