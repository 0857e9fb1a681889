"""The HTML report in Chromium."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe

from browser.report_data import (
    COMPLIANT_ACCOUNT,
    DOCUMENT,
    METADATA,
    UNREAD_ACCOUNT,
    insert_account_region,
    insert_instances,
    insert_node,
    insert_patches,
    organization,
    write_report,
)
from systems_manager_organization.compliance.model.columns import NODES, NOT_READ, SEVERITIES
from systems_manager_organization.compliance.output.page import ReportMetadata
from tools.bench.page import measure

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from playwright.sync_api import Browser

    from browser.conftest import Open
    from browser.report_page import ReportPage

_SCREENSHOTS = Path(__file__).parents[2] / ".cache/browser"
_SIZES = {"phone": (390, 844), "desktop": (1440, 900)}
_HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&<!--"

_WHOLE = replace(METADATA, document=DOCUMENT)

_NONE = "\N{EN DASH}"


@pytest.fixture(scope="module")
def tables() -> DuckDBPyConnection:
    """40 accounts and 600 nodes; tests do not change them."""
    return organization(40, 600)


@pytest.fixture(scope="module")
def small(tables: DuckDBPyConnection, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(tables, tmp_path_factory.mktemp("small") / "page.html")


@pytest.fixture(scope="module")
def every_view(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same nodes with patches, instances that are not managed, owners, a trend and an exception."""
    return write_report(_everything(), tmp_path_factory.mktemp("every-view") / "page.html", _WHOLE)


def _everything(accounts: int = 40, nodes: int = 600) -> DuckDBPyConnection:
    tables = organization(accounts, nodes)
    insert_patches(tables, 3)
    insert_instances(tables, 120)
    tables.execute("ALTER TABLE nodes ADD COLUMN owner varchar DEFAULT ''")
    tables.execute("UPDATE nodes SET owner = 'shop' WHERE platform_type = 'Windows'")
    return tables


def _numbers(tables: DuckDBPyConnection, query: str) -> list[int]:
    return [number for (number,) in tables.execute(query).fetchall()]


def test_totals(open_page: Open, tables: DuckDBPyConnection, small: Path) -> None:
    page = open_page(small)
    (well,) = _numbers(tables, "SELECT count(*) FROM nodes WHERE status = 'COMPLIANT'")
    sums = ", ".join(f"sum(noncompliant_{name})" for name in SEVERITIES)
    patches = tables.execute(f"SELECT {sums} FROM nodes").fetchall()[0]

    assert page.tab.inner_text(".headline") == f"{well} of 600 managed nodes are compliant"
    assert page.tab.inner_text(".card[data-status=NOT_READ]").split("\n") == ["3", "accounts not read, 3 in part"]
    assert page.tab.locator("#patches b").all_inner_texts() == [str(number) for number in patches]
    assert page.count == "600 nodes"
    assert "2026-01-31 23:59:59 UTC" in page.tab.inner_text(".about")


def test_sorting(open_page: Open, tables: DuckDBPyConnection, small: Path) -> None:
    page = open_page(small)
    assert page.column("Status")[0] == "Noncompliant"

    assert page.sort("High") == "descending"
    most = _numbers(tables, "SELECT noncompliant_high FROM nodes ORDER BY 1 DESC LIMIT 50")
    assert page.column("High") == [str(number) for number in most]
    assert page.sort("High") == "ascending"
    assert page.column("High") == ["0"] * 50

    assert page.sort("Node") == "ascending"
    names = [name for (name,) in tables.execute("SELECT computer_name FROM nodes ORDER BY 1 DESC LIMIT 50").fetchall()]
    assert page.sort("Node") == "descending"
    assert [cell.split("\n")[0] for cell in page.column("Node")] == names

    assert page.sort("Severity") == "ascending"
    assert page.column("Severity")[0] == "Critical"
    assert page.sort("Severity") == "descending"
    assert page.column("Severity")[0] == _NONE
    assert page.sort("Severity") == "none"
    assert page.column("Status")[0] == "Noncompliant"
    titles = page.tab.locator("#nodes-table thead th").all_inner_texts()
    assert [page.sort(title) in ("ascending", "descending") for title in titles] == [True] * len(titles)


def test_sorting_by_fractions(open_page: Open, tmp_path: Path) -> None:
    with organization(30, 600) as tables:
        insert_patches(tables)
        tables.execute("UPDATE patches_read SET epss = hash(title) % 1000 / 1000 WHERE starts_with(title, 'curl')")
        page = open_page(write_report(tables, tmp_path / "report.html", ReportMetadata("", "api", document=DOCUMENT)))
        query = "SELECT max(epss) AS epss FROM patches GROUP BY patch_id, title"
        scores = [_score(row) for (row,) in tables.execute(f"{query} ORDER BY epss DESC NULLS LAST").fetchall()]
        assert len(set(scores)) > 20
    assert page.sort("EPSS", "by-patch") == "descending"
    assert page.column("EPSS", "by-patch") == scores[:50]
    assert page.sort("EPSS", "by-patch") == "ascending"
    assert page.column("EPSS", "by-patch") == scores[::-1][:50]
    page.sort("Compliant, %", "trend")
    assert page.column("Compliant, %", "trend") == ["74.1", "71.5", _NONE]


def _score(epss: float | None) -> str:
    return _NONE if epss is None else f"{epss:.2f}"


def test_search_and_filters(open_page: Open, tables: DuckDBPyConnection, small: Path) -> None:
    page = open_page(small)
    page.search("HOST-59", "11 of 600 nodes")
    page.choose("Platform", "Windows")
    page.wait_for_count("2 of 600 nodes")
    assert sorted(cell.split("\n")[0] for cell in page.column("Node")) == ["host-592", "host-596"]
    page.tab.get_by_role("button", name="Clear filters").click()
    page.wait_for_count("600 nodes")

    page.choose("Organizational unit", "Root/Workloads/Production")
    (below,) = _numbers(
        tables, "SELECT count(*) FROM nodes WHERE organizational_unit LIKE 'Root/Workloads/Production%'"
    )
    page.wait_for_count(f"{below} of 600 nodes")
    assert all(cell.startswith("Root/Workloads/Production") for cell in page.column("Organizational unit"))
    page.tab.locator(".card[data-status=NON_COMPLIANT] button").click()
    assert set(page.column("Status")) == {"Noncompliant"}

    page.search("no such node", "0 of 600 nodes")


def test_map_of_accounts(open_page: Open, small: Path) -> None:
    page = open_page(small)
    unread = page.tab.locator(f"[data-account='{UNREAD_ACCOUNT}']")
    assert "not read" in (unread.get_attribute("aria-label") or "")
    assert "unread" in (unread.get_attribute("class") or "")
    # The gauge of a compliant account is empty; an unread account has none.
    well = page.tab.locator(f"[data-account='{COMPLIANT_ACCOUNT}']")
    assert "100 %" in well.inner_text()
    gauges = [one.evaluate("cell => cell.style.getPropertyValue('--cell-bad')") for one in (well, unread)]
    assert gauges == ["0%", ""]

    well.click()
    assert {cell.split("\n")[1] for cell in page.column("Account")} == {COMPLIANT_ACCOUNT}
    assert well.get_attribute("aria-pressed") == "true"
    well.click()
    assert page.count == "600 nodes"
    page.tab.locator("[data-unit='Root/Workloads/Test']").click()
    assert set(page.column("Organizational unit")) == {"Root/Workloads/Test"}

    unread.click()
    assert page.count == "0 of 600 nodes"
    assert UNREAD_ACCOUNT in page.tab.inner_text("#unread-table")


def test_keyboard(open_page: Open, small: Path) -> None:
    page = open_page(small)
    keyboard = page.tab.keyboard
    reached = "document.activeElement.dataset.account"
    for _ in range(40):
        keyboard.press("Tab")
        if page.tab.evaluate(reached):
            break
    first = page.tab.evaluate(reached)
    keyboard.press("ArrowRight")
    keyboard.press("ArrowDown")
    keyboard.press("ArrowUp")
    keyboard.press("ArrowLeft")
    assert page.tab.evaluate(reached) == first
    assert page.tab.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    keyboard.press("Enter")
    assert {cell.split("\n")[1] for cell in page.column("Account")} == {first}

    for _ in range(60):
        keyboard.press("Tab")
        if page.tab.evaluate("document.activeElement.closest('th')?.textContent") == "Region":
            break
    keyboard.press("Space")
    assert page.tab.locator("th[aria-sort=ascending]").inner_text() == "Region"


def test_every_view_by_keyboard_alone(open_page: Open, every_view: Path) -> None:
    page = open_page(every_view)
    press = page.tab.keyboard.press
    sections = []
    for title in page.tab.locator("#views button").all_inner_texts():
        _reach(page, f"closest('#views button')?.textContent === {json.dumps(title)}", "Shift+Tab")
        press("Enter")
        sections.append(page.tab.evaluate("document.activeElement.id"))
    assert sections == ["nodes", "by-patch", "unmanaged", "owners", "trend", "exceptions", "unread"]

    # A patch, its nodes, one of them, and back.
    _reach(page, "closest('#views button')?.textContent === 'Patches'", "Shift+Tab")
    press("Enter")
    _reach(page, "closest('#by-patch-table tbody button') !== null")
    press("Enter")
    assert page.tab.evaluate("document.activeElement.id") == "nodes"
    assert re.fullmatch(r"\d+ of 600 nodes", page.count)
    _reach(page, "closest('#nodes-table tbody .link') !== null")
    press("Enter")
    dialog = page.tab.get_by_role("dialog")
    assert "kernel.x86_64" in dialog.inner_text()
    # What is behind the dialog is out of reach.
    for _ in range(10):
        press("Tab")
        assert page.tab.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )
    press("Escape")
    assert page.tab.evaluate("document.activeElement.className") == "link"

    # What was found is announced, also of a search within a view.
    _reach(page, "closest('#unmanaged [type=search]') !== null")
    page.tab.keyboard.type("worker-11")
    page.tab.locator("#unmanaged-table [role=status]").get_by_text("11 of 120 instances", exact=True).wait_for()
    _reach(page, "closest('#unmanaged-table th button')?.textContent === 'Cause'")
    press("Space")
    assert page.tab.locator("#unmanaged-table th[aria-sort=ascending]").inner_text() == "Cause"


def _reach(page: ReportPage, condition: str, key: str = "Tab") -> None:
    """Press the key until the focus is on what the condition is true of, and see where it is on the way."""
    for _ in range(400):
        page.tab.keyboard.press(key)
        if page.tab.evaluate(f"document.activeElement.{condition}"):
            assert page.tab.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
            return
    raise AssertionError(f"{key} does not reach {condition}")


def test_pagination(open_page: Open, small: Path) -> None:
    page = open_page(small)
    first = page.column("Node")
    page.tab.locator("#nodes-table").get_by_role("button", name="Next").click()
    assert "Page 2 of 12" in page.tab.inner_text("#nodes-table .pager")
    assert not set(first) & set(page.column("Node"))


def test_csv_of_filtered_nodes(open_page: Open, small: Path, tmp_path: Path) -> None:
    page = open_page(small)
    page.search("host-59", "11 of 600 nodes")
    with page.tab.expect_download() as download:
        page.tab.get_by_role("button", name="Download as CSV").click()
    download.value.save_as(tmp_path / "nodes.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "nodes.csv").read_text(encoding="utf-8"))))
    assert {row["computer_name"] for row in rows} == {"host-59", *(f"host-59{digit}" for digit in range(10))}
    assert set(rows[0]) <= {column.name for column in NODES}


def test_names_are_escaped(open_page: Open, tmp_path: Path) -> None:
    tables = organization(4, 12)
    insert_node(
        tables, COMPLIANT_ACCOUNT, node_id="mi-1", computer_name=_HOSTILE, status="COMPLIANT", patch_group="=1+1"
    )
    insert_account_region(
        tables,
        account_id="200000000000",
        account_name=_HOSTILE,
        organizational_unit=f"Root/{_HOSTILE}",
        region="us-east-1",
        state=NOT_READ,
        code="ACCESS_DENIED",
        reason=_HOSTILE,
    )
    tables.execute("INSERT INTO problems VALUES ('MALFORMED_OBJECT', $1, $1)", [_HOSTILE])
    page = open_page(
        write_report(tables, tmp_path / "page.html", ReportMetadata(METADATA.generated_at, "s3", _HOSTILE))
    )
    page.search("mi-1", "1 of 13 nodes")

    assert page.column("Node") == [f"{_HOSTILE}\nmi-1"]
    for element in (".about", "#unread-table", "#problems-table"):
        assert _HOSTILE in page.tab.inner_text(element)
    assert page.tab.locator("img").count() == 0
    assert page.tab.locator("script").count() == 5


def test_empty_tables(open_page: Open, tmp_path: Path) -> None:
    page = open_page(write_report(organization(0, 0), tmp_path / "page.html"))
    assert page.tab.inner_text(".headline") == "0 of 0 managed nodes are compliant"
    assert page.count == "0 nodes"


def test_accounts_without_javascript(small: Path, open_page: Open) -> None:
    browser = open_page(small).tab.context.browser
    assert browser
    tab = browser.new_page(java_script_enabled=False)
    tab.goto(small.as_uri())
    assert "600 managed nodes" in tab.inner_text(".headline")
    assert tab.locator("noscript tbody tr").count() == 40
    assert "not read" in tab.locator("noscript tr", has_text=UNREAD_ACCOUNT).inner_text()
    tab.close()


def test_patches_and_the_nodes_of_one(open_page: Open, every_view: Path) -> None:
    page = open_page(every_view)
    query = "SELECT count(*) FROM nodes WHERE status = 'NON_COMPLIANT' AND platform_type = 'Linux'"
    (linux,) = _numbers(_everything(), query)
    assert re.fullmatch(r"\d+ patches", page.tab.inner_text("#by-patch-table [role=status]"))
    first = page.column("Patch", "by-patch")[0]
    assert first == "kernel.x86_64:0:6.1.7-1\nkernel.x86_64"
    assert page.column("CVEs", "by-patch")[0] == "CVE-2026-10476, CVE-2026-20476"
    assert [page.column(title, "by-patch")[0] for title in ("Overdue nodes", "Nodes")] == [str(linux)] * 2

    page.tab.get_by_role("button", name=f"{linux} nodes with kernel.x86_64:0:6.1.7-1").click()
    assert page.count == f"{linux} of 600 nodes"
    assert set(page.column("Status")) == {"Noncompliant"}
    assert page.tab.evaluate("document.activeElement.id") == "nodes"
    # The address leads to the same.
    assert "patch=kernel.x86_64" in page.tab.url
    again = open_page(every_view, fragment=page.tab.url.partition("#")[2])
    assert again.count == page.count
    again.tab.get_by_role("button", name="Nodes with any patches").click()
    assert again.count == "600 nodes"

    page.tab.locator("#by-patch").get_by_role("searchbox").fill("CVE-2026-2")
    page.tab.locator("#by-patch-table [role=status]").filter(has_text=re.compile("^1 of")).wait_for()


def test_one_node(open_page: Open, every_view: Path) -> None:
    page = open_page(every_view)
    page.choose("Owner", "shop")
    page.choose("Status", "NON_COMPLIANT")
    page.tab.locator("#nodes-table tbody .link").first.click()
    dialog = page.tab.get_by_role("dialog")
    assert "1 patch\nKB5034441 2026-01 Cumulative Update; Missing; Critical" in dialog.inner_text().replace(
        "\n\n", "\n"
    )
    page.tab.keyboard.press("Escape")
    assert not dialog.is_visible()
    # Back where it was opened.
    assert page.tab.evaluate("document.activeElement.className") == "link"


def test_coverage_owners_trend_and_exceptions(open_page: Open, every_view: Path) -> None:
    page = open_page(every_view)
    assert page.tab.locator("#views button").all_inner_texts() == [
        *("Nodes", "Patches", "Not managed", "Owners", "Trend", "Exceptions", "Not read"),
    ]
    page.tab.locator("#unmanaged").get_by_role("searchbox").fill("worker-11")
    page.tab.locator("#unmanaged-table [role=status]").get_by_text("11 of 120 instances", exact=True).wait_for()
    assert set(page.column("Cause", "unmanaged")) == {"NO_CREDENTIALS"}
    assert sorted(page.column("Owner", "owners")) == ["Unknown", "shop"]
    assert page.column("Compliant, %", "trend") == ["71.5", "74.1", _NONE]
    assert page.column("State", "exceptions") == ["Expired"]
    page.tab.locator("#views").get_by_role("button", name="Trend").click()
    assert page.tab.evaluate("document.activeElement.id") == "trend"


def test_an_address_with_filters(open_page: Open, small: Path) -> None:
    page = open_page(small, fragment="platform=Windows&search=host-59&severity=no-such")
    assert page.count == "2 of 600 nodes"
    page.choose("Platform", "")
    page.wait_for_count("11 of 600 nodes")
    assert page.tab.url.endswith("#search=host-59")
    # What the report does not have: all nodes.
    assert open_page(small, fragment="patch=nothing").count == "600 nodes"


def test_printed(open_page: Open, every_view: Path) -> None:
    """On white paper, also where the screen is dark: without what only a screen is for."""
    page = open_page(every_view, scheme="dark", fragment="search=host-59")
    seen = "getComputedStyle(document.documentElement).backgroundColor"
    dark = page.tab.evaluate(seen)
    page.tab.emulate_media(media="print", color_scheme="dark")
    assert page.tab.evaluate(seen) != dark
    assert page.tab.evaluate("getComputedStyle(document.body).color.match(/\\d+/g).every((part) => part < 100)")
    for screen_only in ("#views", "#filters", "#nodes-table .pager"):
        assert not page.tab.locator(screen_only).is_visible(), screen_only
    for view in ("nodes", "by-patch", "unmanaged", "owners", "trend", "exceptions", "unread"):
        assert page.tab.locator(f"#{view}-table tbody tr").first.is_visible(), view
    # What is filtered is what is printed.
    assert len(page.column("Node")) == 11
    assert page.tab.pdf()[:5] == b"%PDF-"


# axe-core has the rule on the size of targets off by default.
_AXE = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", list(_SIZES))
@pytest.mark.parametrize(("accounts", "nodes"), [(40, 600), (500, 1000)])
def test_accessibility(open_page: Open, tmp_path: Path, accounts: int, nodes: int, device: str, scheme: str) -> None:
    """WCAG 2.2 AA by axe-core, without horizontal scrolling. Screenshots are in .cache/browser."""
    tables = _everything(accounts, nodes)
    tables.execute("INSERT INTO problems VALUES ('MALFORMED_OBJECT', 'key/of/an/object.json', 'It is not JSON.')")
    width, height = _SIZES[device]
    page = open_page(write_report(tables, tmp_path / "page.html", _WHOLE), width=width, height=height, scheme=scheme)
    _SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.tab.screenshot(path=_SCREENSHOTS / f"{accounts}-accounts-{device}-{scheme}.png", full_page=True)

    _assert_accessible(page)
    page.choose("Status", "NON_COMPLIANT")
    page.tab.locator("#nodes-table tbody .link").first.click()
    _assert_accessible(page)


def _assert_accessible(page: ReportPage) -> None:
    found = Axe().run(page.tab, options=_AXE)
    assert found.violations_count == 0, found.generate_report()
    assert "target-size" in {rule["id"] for rule in found.response["passes"]}
    assert page.tab.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_200_000_nodes(open_page: Open, browser: Browser, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tables = organization(2500, 200_000, regions=4)
    insert_patches(tables)
    file = write_report(tables, tmp_path / "page.html")
    page = open_page(file)
    assert page.count == "200,000 nodes"
    page.sort("Node")
    assert page.column("Node")[0].startswith("host-0\n")
    page.search("host-19999", "11 of 200,000 nodes")
    page.close()
    with capsys.disabled():
        print(f"\n{file.stat().st_size / 1e6:.1f} MB; milliseconds: {measure(browser, file)}")
