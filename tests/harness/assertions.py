"""Assertions about plans, AWS calls and snapshots of the organization."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from harness.results import TerraformError
from sandbox.server.calls import is_read_only

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from harness.results import Plan
    from harness.terraform import Terraform
    from sandbox import Call, Sandbox


def assert_clean_destroy(
    terraform: Terraform,
    sandbox: Sandbox,
    before: Mapping[str, Any],
    *,
    allowed_calls: Collection[str],
    retained: Collection[str] = (),
    warnings: Collection[str] = (),
) -> None:
    """Assert that a second plan is empty, destroy, and compare the organization with the snapshot from before.

    Parameters
    ----------
    before: `sandbox.snapshot()` taken before the first apply
    allowed_calls: patterns of allowed AWS calls, "service:Operation", with * and ?; read-only calls are always allowed
    retained: patterns of the differences that destroy leaves, as `differences` names them; each must occur
    warnings: summaries of the warnings that the empty plan may have

    Raises AssertionError.
    """
    assert_plan_empty(plan_read_only(terraform, sandbox), warnings=warnings)
    terraform.destroy()
    assert_calls(sandbox.calls, allowed_calls)
    assert_same(before, sandbox.snapshot(), retained=retained)


def plan_read_only(terraform: Terraform, sandbox: Sandbox) -> Plan:
    """Plan, and assert that all AWS calls of the plan are read-only. Raises AssertionError."""
    known = len(sandbox.calls)
    plan = terraform.plan()
    assert_calls(sandbox.calls[known:], ())
    return plan


def assert_plan_empty(plan: Plan, *, warnings: Collection[str] = ()) -> None:
    """Assert that a plan has no changes, and no warnings except these. Raises AssertionError."""
    unexpected = [str(warning) for warning in plan.warnings if warning.summary not in warnings]
    assert plan.is_empty, f"The plan is not empty:\n{plan}"
    assert not unexpected, "The plan has warnings:\n" + "\n".join(unexpected)


def plan_errors(terraform: Terraform) -> str:
    """The details of the errors of a plan. Raises AssertionError when the plan succeeds."""
    try:
        terraform.plan()
    except TerraformError as error:
        return "\n".join(diagnostic.detail for diagnostic in error.report.errors)
    raise AssertionError("The plan succeeds.")


def assert_calls(calls: Iterable[Call], allowed: Collection[str]) -> None:
    """Assert that every call is read-only or matches a pattern of `allowed`. Raises AssertionError."""
    called = {f"{call.service}:{call.operation}" for call in calls if not is_read_only(call.operation)}
    wrong = sorted(name for name in called if not _matches(name, allowed))
    assert not wrong, f"Calls that are not allowed: {', '.join(wrong)}"


def assert_same(before: Mapping[str, Any], after: Mapping[str, Any], *, retained: Collection[str] = ()) -> None:
    """Assert that the snapshots differ exactly in what `retained` matches. Raises AssertionError."""
    found = differences(before, after)
    unexpected = [f"{path}: {found[path]}" for path in found if not _matches(path, retained)]
    missing = [pattern for pattern in retained if not any(fnmatchcase(path, pattern) for path in found)]
    assert not unexpected, "Unexpected differences:\n" + "\n".join(unexpected)
    assert not missing, f"Expected differences that are missing: {', '.join(missing)}"


def assert_no_violations(sandbox: Sandbox) -> None:
    """Assert that all requests and responses conform to AWS's service models. Raises AssertionError."""
    violations = "\n".join(map(str, sandbox.violations))
    assert not violations, f"Violations of AWS's service models:\n{violations}"


def differences(before: object, after: object) -> dict[str, str]:
    """The differences between two JSON documents, by path: keys joined with "/".

    The key of a list element is its value if it is a string, its arn, id or name if it is an object that has
    one, and its index otherwise; order matters only in the last case.
    """
    return dict(_differences(before, after, ""))


def _differences(before: object, after: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(before, list) and isinstance(after, list):
        before, after = _keyed(before), _keyed(after)
    if isinstance(before, dict) and isinstance(after, dict):
        for key in [*before, *(key for key in after if key not in before)]:
            yield from _member(before, after, key, f"{path}/{key}" if path else str(key))
    elif before != after:
        yield path, f"was {before!r}, is {after!r}"


def _keyed(items: list[Any]) -> dict[str, Any]:
    keys = [_key(item) for item in items]
    if None in keys or len(set(keys)) < len(keys):
        return {str(index): item for index, item in enumerate(items)}
    return dict(zip(map(str, keys), items, strict=True))


def _key(item: object) -> str | None:
    if isinstance(item, str):
        return item
    if isinstance(item, dict):
        return next((item[name] for name in ("arn", "id", "name") if isinstance(item.get(name), str)), None)
    return None


def _member(before: dict[Any, Any], after: dict[Any, Any], key: object, path: str) -> Iterator[tuple[str, str]]:
    if key in before and key in after:
        yield from _differences(before[key], after[key], path)
    elif isinstance(value := before.get(key, after.get(key)), list) and value:
        # A list that is added or removed is compared element by element, so that `retained` can match each.
        yield from _differences(before.get(key, []), after.get(key, []), path)
    elif key in before:
        yield path, f"removed: {before[key]!r}"
    else:
        yield path, f"added: {after[key]!r}"


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
