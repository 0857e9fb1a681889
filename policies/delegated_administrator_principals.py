"""CKV_SSMORG_1: services with a delegated administrator.

Not in YAML: there, a principal that Checkov cannot resolve in source code (`each.value`) would fail.
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrate_delegated_admin.html
"""

from __future__ import annotations

import re
from typing import Any

from checkov.common.bridgecrew.severities import BcSeverities, Severities
from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

PRINCIPALS = (
    "member.org.stacksets.cloudformation.amazonaws.com",
    "resource-explorer-2.amazonaws.com",
    "ssm-quicksetup.amazonaws.com",
    "ssm.amazonaws.com",
)

_PRINCIPAL = re.compile(r"[a-z0-9*?.-]+\.amazonaws\.com|[*?]+")


class DelegatedAdministratorPrincipals(BaseResourceCheck):
    def __init__(self) -> None:
        super().__init__(
            name="Only the services of this module have a delegated administrator",
            id="CKV_SSMORG_1",
            categories=[CheckCategories.IAM],
            supported_resources=["aws_organizations_delegated_administrator"],
            guideline=(
                f"Register an administrator for {', '.join(PRINCIPALS)} only. An administrator of another service has "
                "that service's access to every account: add its principal to the list of this policy first. "
                "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrate_delegated_admin.html"
            ),
        )
        self.severity = Severities[BcSeverities.HIGH]

    def scan_resource_conf(self, conf: dict[str, list[Any]]) -> CheckResult:
        """No result for an unresolved principal, as in source code with `for_each`: the plan has it."""
        self.evaluated_keys = ["service_principal"]
        principal = str((conf.get("service_principal") or [""])[0])
        if principal in PRINCIPALS:
            return CheckResult.PASSED
        return CheckResult.FAILED if _PRINCIPAL.fullmatch(principal) else CheckResult.UNKNOWN


check = DelegatedAdministratorPrincipals()
