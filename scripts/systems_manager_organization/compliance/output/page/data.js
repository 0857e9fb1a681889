// The data of the page: columns, and the rows that filters leave, in the order of a column.

const parse = (id) => JSON.parse(document.getElementById(id).textContent);

const ARRAYS = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array };

// Numbers in Base64, as page_data.py writes them.
function numbersOf(text, size) {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < bytes.length; index += 1) bytes[index] = binary.charCodeAt(index);
  return new ARRAYS[size](bytes.buffer);
}

// As page_data.py has them: `codes` are indexes of `values`.
class Column {
  constructor({ values, numbers, bytes }) {
    const decoded = numbers === undefined ? undefined : numbersOf(numbers, bytes);
    this.values = values ?? decoded;
    this.codes = values && decoded;
  }

  get length() {
    return (this.codes ?? this.values).length;
  }

  at(row) {
    return this.codes ? this.values[this.codes[row]] : this.values[row];
  }

  // A whole number for each row that compares as its value does: scores have fractions, and nothing comes first.
  ranks() {
    if (this.codes) return this.codes;
    if (ArrayBuffer.isView(this.values)) return this.values;
    this.ranked ??= ranked(this.values.map((value) => value ?? -Infinity));
    return this.ranked;
  }

  // Whether a row's value matches: evaluated once for each distinct value, not for each row.
  where(passes) {
    if (!this.codes) return (row) => passes(this.values[row]);
    const passing = this.values.map(passes);
    return (row) => passing[this.codes[row]];
  }
}

function ranked(values) {
  const rows = Array.from(values.keys()).sort((a, b) => (values[a] < values[b] ? -1 : values[a] > values[b] ? 1 : 0));
  const ranks = new Uint32Array(values.length);
  let rank = 0;
  rows.forEach((row, position) => {
    if (position && values[row] !== values[rows[position - 1]]) rank += 1;
    ranks[row] = rank;
  });
  return ranks;
}

const columnsOf = (rows, names) =>
  Object.fromEntries(names.map((name, index) => [name, new Column({ values: rows.map((row) => row[index]) })]));

const columnsOfJson = (id) =>
  Object.fromEntries(Object.entries(parse(id)).map(([name, column]) => [name, new Column(column)]));

function filtered(length, passes) {
  const rows = [];
  for (let row = 0; row < length; row += 1) {
    if (passes.every((pass) => pass(row))) rows.push(row);
  }
  return rows;
}

// Rank and position in one number: numbers are sorted far faster than rows by a function that compares.
function sorted(rows, column, descending) {
  const ranks = column.ranks();
  const count = rows.length;
  const sign = descending ? -1 : 1;
  const keys = Float64Array.from(rows, (row, position) => sign * ranks[row] * count + position).sort();
  return Array.from(keys, (key) => rows[((key % count) + count) % count]);
}

const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

// Spreadsheets take for a formula what begins like one: https://owasp.org/www-community/attacks/CSV_Injection
function csvField(value) {
  const text = typeof value === "string" && FORMULA.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function csvParts(columns, rows) {
  const names = Object.keys(columns);
  const lines = [names.join(",")];
  for (const row of rows) lines.push(names.map((name) => csvField(columns[name].at(row))).join(","));
  return lines.map((line) => `${line}\n`);
}
