"""A report as JUnit XML: a suite for each account and Region, a case for each node.

The elements are those that Jenkins and CI systems read: https://github.com/testmoapp/junitxml
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TextIO
from xml.sax.saxutils import escape, quoteattr

from systems_manager_organization.compliance.analysis.accepted import ACCEPTED_NODES
from systems_manager_organization.compliance.model.columns import (
    ACCOUNT_NOT_ACTIVE,
    COMPLIANT,
    NON_COMPLIANT,
    NOT_READ,
    NOT_REPORTING,
    SEVERITIES,
)
from systems_manager_organization.compliance.store.tables import documents
from systems_manager_organization.plain_text import plain_line

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_ACCEPTED = "ACCEPTED"
_SEVERITIES = ", ".join(f"noncompliant_{name.lower()}" for name in SEVERITIES)
# An account and Region that was not read is one case, an error. The numbers of a suite are on each of its rows: it is
# written as it is read.
_CASES = f"""
WITH cases AS (
  SELECT account_regions.account_id, account_name, account_regions.region, coalesce(node_id, '') AS node_id,
    coalesce(computer_name, '') AS computer_name,
    CASE WHEN state = '{NOT_READ}' THEN '{NOT_READ}'
      WHEN accepted AND status = '{NON_COMPLIANT}' THEN '{_ACCEPTED}' ELSE status END AS result,
    code, reason, operation_ended_at, {_SEVERITIES}
  FROM account_regions
  LEFT JOIN (SELECT * EXCLUDE (account_name, organizational_unit) FROM nodes) AS nodes USING (account_id, region)
  LEFT JOIN (SELECT *, true AS accepted FROM ({ACCEPTED_NODES})) AS accepted_nodes USING (account_id, region, node_id)
  WHERE node_id IS NOT NULL OR state = '{NOT_READ}'
)
SELECT *,
  count(*) OVER suite AS tests,
  count(*) FILTER (result = '{NON_COMPLIANT}') OVER suite AS failures,
  count(*) FILTER (result = '{NOT_READ}' AND code <> '{ACCOUNT_NOT_ACTIVE}') OVER suite AS errors,
  count(*) FILTER (result IN ('{NOT_REPORTING}', '{_ACCEPTED}') OR code = '{ACCOUNT_NOT_ACTIVE}') OVER suite AS skipped
FROM cases
WINDOW suite AS (PARTITION BY account_id, region)
ORDER BY account_id, region, node_id
"""


def write_junit(tables: DuckDBPyConnection, head: str, file: TextIO) -> None:
    """`head`: what the numbers are of, for a person."""
    file.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name={_attribute(head)}>\n')
    last = None
    for case in documents(tables, _CASES):
        suite = f"{case['account_id']} {case['account_name']}, {case['region']}"
        if suite != last:
            file.write("</testsuite>\n" if last else "")
            numbers = " ".join(f'{name}="{case[name]}"' for name in ("tests", "failures", "errors", "skipped"))
            file.write(f"<testsuite name={_attribute(suite)} {numbers}>\n")
            last = suite
        name = f"{case['node_id']} {case['computer_name']}".strip() or "all nodes"
        file.write(f"<testcase classname={_attribute(suite)} name={_attribute(name)}>{_result(case)}</testcase>\n")
    file.write("</testsuite>\n</testsuites>\n" if last else "</testsuites>\n")


def _result(case: dict[str, Any]) -> str:
    if case["result"] == COMPLIANT:
        return ""
    if case["code"] == ACCOUNT_NOT_ACTIVE:
        return f"<skipped message={_attribute(case['reason'])}/>"
    if case["result"] == NOT_READ:
        text = escape(plain_line(case["reason"]))
        return f"<error type={_attribute(case['code'])} message={_attribute(case['code'])}>{text}</error>"
    ended = case["operation_ended_at"]
    if case["result"] == NOT_REPORTING:
        return f"<skipped message={_attribute(f'not reporting: last scanned {ended}' if ended else 'never scanned')}/>"
    if case["result"] == _ACCEPTED:
        return '<skipped message="noncompliant, and every patch is accepted by an exception"/>'
    numbers = ((case[f"noncompliant_{name.lower()}"], name.lower()) for name in SEVERITIES)
    patches = ", ".join(f"{number} {name}" for number, name in numbers if number) or "no patch of a known severity"
    return f'<failure type="{NON_COMPLIANT}" message={_attribute(f"noncompliant patches: {patches}")}/>'


def _attribute(text: str) -> str:
    return quoteattr(plain_line(text))
