"""Names and messages of others, on every way out: a thousand that would steer a terminal, a spreadsheet or a reader."""

from __future__ import annotations

import csv
import io
import json
import random
from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from rich.console import Console

from systems_manager_organization.aws.error_translation import translate_errors
from systems_manager_organization.cli.application import Command, Program
from systems_manager_organization.cli.options import validated
from systems_manager_organization.cli.terminal import Terminal, render_strings
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


@cache
def _tables() -> DuckDBPyConnection:
    nodes = [node(number)._replace(computer_name=text) for number, text in enumerate(ENCODABLE)]
    account = replace(result(SHOP, TOKYO), account_name=ENCODABLE[0], organizational_unit=ENCODABLE[1])
    return tables([(account, nodes)])


def _report(**query: str) -> Report:
    return Report(_tables(), ReportOptions.of(validated(query, KEYS)), "2026-01-05T09:00:00Z")


@pytest.mark.parametrize("on_terminal", [False, True])
@pytest.mark.parametrize("grouping", ["node", "account"])
def test_the_report_for_people(grouping: str, *, on_terminal: bool) -> None:
    terminal, stdout, stderr = _terminal(on_terminal=on_terminal)
    render_report(_report(by=grouping), terminal)
    if not on_terminal:
        assert_plain(stdout.getvalue(), len(ENCODABLE) + 3 if grouping == "node" else 4)
    # Of rich's own sequences none moves the cursor or sets the title.
    assert "\x1b]" not in stdout.getvalue()
    assert "\x1b[2J" not in stdout.getvalue()
    assert_plain(stderr.getvalue())


def _rows(output: str) -> Sequence[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(output)))


def test_csv_has_no_formula_and_no_second_line() -> None:
    terminal, stdout, _ = _terminal()
    render_report(_report(format="csv"), terminal)
    assert_plain(stdout.getvalue(), len(ENCODABLE) + 1)
    rows = _rows(stdout.getvalue())
    assert len(rows) == len(ENCODABLE)
    assert [value for row in rows for value in row.values() if value.startswith(FORMULAS)] == []
    by_id = {row["node_id"]: row["computer_name"] for row in rows}
    for number, text in enumerate(ENCODABLE):
        assert by_id[node(number).node_id].startswith("'") or not text.startswith(FORMULAS)


def test_json_and_parquet_keep_the_original(tmp_path: Path) -> None:
    terminal, stdout, _ = _terminal()
    render_report(_report(format="json"), terminal)
    found = {item["node_id"]: item["computer_name"] for item in json.loads(stdout.getvalue())["nodes"]}
    assert_plain(stdout.getvalue())
    assert list(found.values()) == ENCODABLE
    path = tmp_path / "nodes.parquet"
    render_report(_report(format="parquet", output=str(path)), terminal)
    with duckdb.connect() as connection:
        rows = connection.execute("SELECT computer_name FROM read_parquet(?) ORDER BY node_id", [str(path)]).fetchall()
    assert [row[0] for row in rows] == ENCODABLE


def test_the_page_has_no_markup_of_others(tmp_path: Path) -> None:
    terminal, _, _ = _terminal()
    path = tmp_path / "page.html"
    render_report(_report(format="json", html=str(path)), terminal)
    page = path.read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "<!--" not in page.partition("<body")[2]
