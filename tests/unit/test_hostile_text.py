"""Names and messages of others, on every way out: a thousand that would steer a terminal, a spreadsheet or a reader."""

from __future__ import annotations

import csv
import io
import json
import random
import re
from collections import Counter
from dataclasses import replace
from functools import cache, partial
from itertools import count
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import duckdb
import pytest
from rich.console import Console

from systems_manager_organization.aws.error_translation import translate_errors
from systems_manager_organization.cli.application import Command, Program
from systems_manager_organization.cli.options import validated
from systems_manager_organization.cli.terminal import Terminal, render_strings
from systems_manager_organization.compliance.model.columns import INSTANCES
from systems_manager_organization.compliance.output.options.keys import KEYS
from systems_manager_organization.compliance.output.options.report_options import ReportOptions
from systems_manager_organization.compliance.output.preparation import Report
from systems_manager_organization.compliance.output.render import render_report
from systems_manager_organization.errors import QueryError, ScriptError
from systems_manager_organization.plain_text import MAX_LENGTH, plain_text
from systems_manager_organization.preflight.finding_table import table
from systems_manager_organization.quick_setup.cloud9 import Environment
from tools.docs.known_issues import page
from unit.compliance_tables import SHOP, TOKYO, node, result, tables
from unit.conftest import TerminalText

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from duckdb import DuckDBPyConnection

# Each is a way that others have used; the rest of a text is drawn from all of Unicode.
_PARTS = (
    "\x1b]0;title\x07",
    "\x1b[2J\x1b[1;1H",
    "\x9b31m",
    "\r",
    "\n",
    "\nERROR FORGED all: nothing is wrong",
    "\u2028",
    "\u202eevil\u2066",
    "\x00",
    "\x7f",
    "\ud800",
    "=cmd|' /C calc'!A0",
    "+1",
    "-1",
    "@SUM(1)",
    "\t=1",
    "\uff1d1+1",
    '";=1,',
    "<script>alert(1)</script>",
    "</script><!--",
    "[red]markup[/red]",
    "日本語",
    "x" * 300,
)
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def _texts() -> list[str]:
    generator = random.Random(18)  # noqa: S311 - the same texts in every run

    def part() -> str:
        return generator.choice(_PARTS) if generator.random() < 0.7 else chr(generator.randrange(0x110000))

    return ["".join(part() for _ in range(generator.randint(1, 6))) for _ in range(1000)]


TEXTS = _texts()
# DuckDB and files hold what UTF-8 can encode.
ENCODABLE = [text.encode("utf-8", "replace").decode().replace("\x00", "\x01") for text in TEXTS]


def assert_plain(output: str, lines: int | None = None) -> None:
    """Nothing but printable characters and ends of lines; `lines`: how many there must be."""
    printed = output.split("\n")
    assert [line for line in printed if not line.isprintable()] == []
    if lines is not None:
        assert len(printed) == lines + 1


def _terminal(*, on_terminal: bool = False) -> tuple[Terminal, io.StringIO, io.StringIO]:
    stdout, stderr = TerminalText() if on_terminal else io.StringIO(), io.StringIO()
    return Terminal(io.StringIO(), stdout, stderr), stdout, stderr


def test_a_line_of_a_terminal_stays_one_line() -> None:
    terminal, stdout, stderr = _terminal()
    for text in TEXTS:
        terminal.echo(text)
        terminal.echo(text, err=True)
    assert_plain(stdout.getvalue(), len(TEXTS))
    assert_plain(stderr.getvalue(), len(TEXTS))


def _fail(text: str, *_: object) -> str:
    raise QueryError(text)


def _same(command: Command[str]) -> Command[str]:
    return command


def test_errors_and_warnings_on_standard_error() -> None:
    _, _, stderr = _terminal()
    for text in TEXTS:
        command: Command[str] = Command("fail", "", "", "", (), cli_handler=partial(_fail, text))  # type: ignore[arg-type]
        loaders = {"fail": partial(_same, command)}
        program: Program[str] = Program("x.py", "", loaders, lambda value, _: value, reads_standard_input=False)
        assert program.main(["fail"], io.StringIO(), io.StringIO(), stderr) == 1
    assert_plain(stderr.getvalue(), len(TEXTS))


def test_messages_of_aws_are_short_and_on_one_line() -> None:
    from botocore.exceptions import ClientError

    for text in (*TEXTS, "x" * 100_000):
        with pytest.raises(ScriptError) as raised, translate_errors("ssm:GetDocument", account_id="", region=""):
            raise ClientError({"Error": {"Code": "Denied", "Message": text}}, "GetDocument")
        assert_plain(str(raised.value), 0)
        assert len(str(raised.value)) < MAX_LENGTH + 200
        assert_plain(str(Environment("id", text)), 0)
        assert len(plain_text(text)) <= MAX_LENGTH + 3


def _findings() -> list[dict[str, str]]:
    return [
        {"severity": "error", "code": "CODE", "subject": text, "message": f"It is {text}.", "remedy": text}
        for text in TEXTS
    ]


def test_what_terraform_prints_of_a_plan() -> None:
    given = {"schema_version": "1", "findings": json.dumps(_findings()), "existing": json.dumps({"a": {"b": TEXTS}})}
    for value in json.loads(render_strings(given, on_terminal=False)).values():
        assert all(text.isprintable() for text in _leaves(json.loads(value)))
    assert_plain(render_strings({"message": "\x1b[2J\nforged: x"}, on_terminal=True), 0)


def _leaves(document: Any) -> list[str]:
    if isinstance(document, dict):
        return [text for value in document.values() for text in _leaves(value)]
    if isinstance(document, list):
        return [text for value in document for text in _leaves(value)]
    return [str(document)]


def test_the_table_of_findings() -> None:
    stdout = io.StringIO()
    Console(file=stdout, width=200, markup=False).print(table(_findings()))
    assert_plain(stdout.getvalue())


def test_markdown_of_a_page_in_the_documentation() -> None:
    entry = {"pattern": "x", "explanation": "It failed.", "remedy": "See https://example.com/a_b.", "source": ""}
    length = len(page([{**entry, "text": "x"}]).split("\n"))
    for text in (*TEXTS, "``` `", "`", "[a](b)"):
        lines = page([{**entry, "text": text}]).split("\n")
        assert_plain("\n".join(lines), length - 1)
        (line,) = [line for line in lines if line.endswith("(no public report)")]
        fence = line.split(" ")[0]
        inside = line.removeprefix(fence).removesuffix(" (no public report)").removesuffix(fence)
        assert (set(fence), fence in inside) == ({"`"}, False)


# Of a node, an instance and a patch, what a vendor or a person wrote.
_OF_NODES = ("computer_name", "platform_name", "platform_version", "patch_group", "baseline_id")
_OF_INSTANCES = ("name", "cause", "evidence", "remedy")
_OF_PATCHES = (
    *("patch_id", "title", "classification", "vendor_severity", "compliance_level", "cve_ids"),
    *("accepted_by", "accepted_reason"),
)
_PATCHES = {"patches": "missing"}


@cache
def _tables() -> DuckDBPyConnection:
    """A node, its instance and a patch of it for each text, which stands in every column of these."""
    nodes = []
    for number, text in enumerate(ENCODABLE):
        texts: dict[str, Any] = dict.fromkeys(_OF_NODES, text)
        nodes.append(node(number, (1,))._replace(**texts))
    account = replace(result(SHOP, TOKYO), account_name=ENCODABLE[0], organizational_unit=ENCODABLE[1])
    found = tables([(account, nodes)])
    columns = (SHOP, ENCODABLE[0], ENCODABLE[1], TOKYO)
    for number, text in enumerate(ENCODABLE):
        node_id = node(number).node_id
        texts = dict.fromkeys(_OF_INSTANCES, text) | {"status": "MANAGED", "tags": json.dumps([f"Team={text}"])}
        names = [column.name for column in INSTANCES[4:]]
        instance = [node_id if name == "node_id" else texts.get(name, "") for name in names]
        found.table("instances").insert([*columns, *instance])
        values = (SHOP, TOKYO, node_id, *([text] * len(_OF_PATCHES)), "MISSING", "2026-12-31")
        names = [*("account_id", "region", "node_id"), *_OF_PATCHES, "state", "accepted_until"]
        found.execute(
            f"INSERT INTO patches_read ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})", list(values)
        )
    return found


_copies = count()


def _copy(original: DuckDBPyConnection) -> DuckDBPyConnection:
    """A report changes its tables."""
    name = f"copy_{next(_copies)}"
    original.execute(f"ATTACH ':memory:' AS {name}; COPY FROM DATABASE memory TO {name}")
    cursor = original.cursor()
    cursor.execute(f"USE {name}")
    return cursor


def _report(**query: str) -> Report:
    return Report(_copy(_tables()), ReportOptions.of(validated(query, KEYS)), "2026-01-05T09:00:00Z", "aws")


@pytest.mark.parametrize("on_terminal", [False, True])
@pytest.mark.parametrize("query", [{"by": "node"}, {"by": "account"}, _PATCHES, {**_PATCHES, "by": "node"}])
def test_the_report_for_people(query: dict[str, str], *, on_terminal: bool) -> None:
    terminal, stdout, stderr = _terminal(on_terminal=on_terminal)
    render_report(_report(**query), terminal)
    if not on_terminal:
        lines = {"node": len(ENCODABLE) + 3, "account": 4}.get(query["by"]) if query.keys() == {"by"} else None
        assert_plain(stdout.getvalue(), lines)
    # Of rich's own sequences none moves the cursor or sets the title.
    assert "\x1b]" not in stdout.getvalue()
    assert "\x1b[2J" not in stdout.getvalue()
    assert_plain(stderr.getvalue())


def _rows(output: str) -> Sequence[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(output)))


@pytest.mark.parametrize("query", [{"owner_tag": "Team"}, {**_PATCHES, "by": "node"}, _PATCHES])
def test_csv_has_no_formula_and_no_second_line(query: dict[str, str]) -> None:
    terminal, stdout, _ = _terminal()
    render_report(_report(**query, format="csv"), terminal)
    rows = _rows(stdout.getvalue())
    # The same patch is one: of texts that are there twice, and of what differs in its letters' case only.
    assert len(rows) == (len(set(ENCODABLE)) if query == _PATCHES else len(ENCODABLE))
    assert_plain(stdout.getvalue(), len(rows) + 1)
    assert [value for row in rows for value in row.values() if value.startswith(FORMULAS)] == []
    by_id = {row["node_id"]: row for row in rows} if "node_id" in rows[0] else {}
    names = {"computer_name", "platform_name", "title", "patch_id", "accepted_reason", "owner"} & rows[0].keys()
    for number, text in enumerate(ENCODABLE if by_id else ()):
        row = by_id[node(number).node_id]
        assert all(row[name].startswith("'") or not text.startswith(FORMULAS) for name in names)


def test_json_and_parquet_keep_the_original(tmp_path: Path) -> None:
    terminal, stdout, _ = _terminal()
    render_report(_report(**_PATCHES, owner_tag="Team", format="json"), terminal)
    document = json.loads(stdout.getvalue())
    assert_plain(stdout.getvalue())
    for name in (*_OF_NODES, "owner"):
        assert [item[name] for item in document["nodes"]] == ENCODABLE, name
    of_patches = {item["node_id"]: item for item in document["patches"]}
    for name in (*_OF_PATCHES, "owner"):
        assert [of_patches[node(number).node_id][name] for number in range(len(ENCODABLE))] == ENCODABLE, name

    path = tmp_path / "patches.parquet"
    query = {**_PATCHES, "by": "node", "owner_tag": "Team", "format": "parquet", "output": str(path)}
    render_report(_report(**query), terminal)
    with duckdb.connect() as connection:
        columns = ", ".join((*_OF_PATCHES, "owner"))
        rows = connection.execute(f"SELECT {columns} FROM read_parquet(?) ORDER BY node_id", [str(path)]).fetchall()
    assert [set(row) for row in rows] == [{text} for text in ENCODABLE]


@pytest.mark.parametrize("query", [{"by": "node"}, {**_PATCHES, "by": "node"}])
def test_markdown_has_a_row_for_each(query: dict[str, str]) -> None:
    terminal, stdout, _ = _terminal()
    render_report(_report(**query, format="markdown"), terminal)
    assert_plain(stdout.getvalue())
    table = [line for line in stdout.getvalue().splitlines() if line.startswith("|")]
    cells = [len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) for line in table]
    assert len(set(cells)) == 1
    left_out = re.search(r"(\d+) more rows", stdout.getvalue())
    assert len(table) - 2 + int(left_out[1] if left_out else 0) == len(ENCODABLE)
    assert re.search(r"(?<!\\)<", stdout.getvalue()) is None


def test_junit_and_ocsf_can_be_read() -> None:
    terminal, stdout, _ = _terminal()
    render_report(_report(format="junit"), terminal)
    assert_plain(stdout.getvalue())
    (suite,) = ET.fromstring(stdout.getvalue())  # noqa: S314 - it is our own
    assert len(suite) == len(ENCODABLE)

    terminal, stdout, _ = _terminal()
    render_report(_report(**_PATCHES, owner_tag="Team", format="ocsf"), terminal)
    assert_plain(stdout.getvalue())
    events = [json.loads(line) for line in stdout.getvalue().splitlines()]
    assert Counter(event["class_uid"] for event in events)[2003] == len(ENCODABLE)


def test_the_page_has_no_markup_of_others(tmp_path: Path) -> None:
    terminal, _, _ = _terminal()
    path = tmp_path / "page.html"
    render_report(_report(**_PATCHES, owner_tag="Team", format="json", html=str(path)), terminal)
    page = path.read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "<!--" not in page.partition("<body")[2]
