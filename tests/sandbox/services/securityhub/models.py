"""Security Hub of one account and Region: which findings it takes, keeps and gives."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from moto.securityhub.exceptions import SecurityHubClientError
from moto.securityhub.models import Finding, SecurityHubBackend, securityhub_backends

from sandbox.clock import clock
from sandbox.services.moto_internals import backend_of

__all__ = ["SandboxSecurityHubBackend", "securityhub_backend_of", "securityhub_backends"]

# "... can't be updated ... by finding providers": botocore model `securityhub`, BatchImportFindings.
_NOT_UPDATABLE = ("Note", "UserDefinedFields", "VerificationState", "Workflow")
# https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub_limits.html
_KEPT = timedelta(days=90)


class SandboxSecurityHubBackend(SecurityHubBackend):
    """moto's findings. `refused` has ids of findings that are refused, with the message."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.refused: dict[str, str] = {}

    def get_findings(  # type: ignore[override]
        self,
        filters: dict[str, Any] | None = None,
        sort_criteria: list[dict[str, str]] | None = None,
        max_results: int | None = None,
        next_token: str | None = None,
    ) -> tuple[list[dict[str, Any]], str | None]:
        """Return the findings that match every filter; of a filter any value. Only EQUALS is known here."""
        self._require_enabled()
        oldest = clock.now() - _KEPT
        self.findings = [one for one in self.findings if _time(one.data["UpdatedAt"]) > oldest]
        found = [one.data for one in self.findings if _matches(one.data, filters or {})]
        begin, size = int(next_token or 0), int(max_results or 100)
        following = begin + size
        return found[begin:following], str(following) if following < len(found) else None

    def batch_import_findings(self, findings: list[dict[str, Any]]) -> tuple[int, int, list[dict[str, Any]]]:
        """Import the findings of this account.

        "the account that calls BatchImportFindings must be the same as AwsAccountId" for a default product ARN (model).
        ASSUMPTION(security-hub-import): the codes of what is refused, and that an update that is not later is no
        failure: https://docs.aws.amazon.com/securityhub/latest/userguide/finding-update-batchimportfindings.html
        """
        self._require_enabled()
        failed = []
        arn = f"arn:aws:securityhub:{self.region_name}:{self.account_id}:product/{self.account_id}/default"
        for finding in findings:
            message = self.refused.get(finding["Id"], "")
            code = "InvalidInput"
            if finding["AwsAccountId"] != self.account_id or finding["ProductArn"] != arn:
                code, message = "InvalidAccess", "The account may not import findings for this product."
            if message:
                failed.append({"Id": finding["Id"], "ErrorCode": code, "ErrorMessage": message})
            else:
                self._import(finding)
        return len(failed), len(findings) - len(failed), failed

    def _import(self, finding: dict[str, Any]) -> None:
        existing = next((one for one in self.findings if one.id == finding["Id"]), None)
        if existing is None:
            defaults = {"RecordState": "ACTIVE", "Workflow": {"Status": "NEW"}}
            self.findings.append(Finding(finding["Id"], {**defaults, **finding}))
        elif _time(finding["UpdatedAt"]) > _time(existing.data["UpdatedAt"]):
            existing.data.update({key: value for key, value in finding.items() if key not in _NOT_UPDATABLE})

    def _require_enabled(self) -> None:
        if not self.enabled:
            raise SecurityHubClientError(
                "InvalidAccessException", f"Account {self.account_id} is not subscribed to AWS Security Hub"
            )


def securityhub_backend_of(account_id: str, region: str) -> SandboxSecurityHubBackend:
    """Return Security Hub of an account and Region."""
    return backend_of(securityhub_backends, SandboxSecurityHubBackend, account_id, region)


def _matches(finding: dict[str, Any], filters: dict[str, Any]) -> bool:
    return all(
        any(given["Comparison"] == "EQUALS" and finding.get(key) == given["Value"] for given in values)
        for key, values in filters.items()
    )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
