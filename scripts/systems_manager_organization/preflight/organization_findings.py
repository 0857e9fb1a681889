"""Findings for an organization or an account in which Systems Manager cannot be set up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from systems_manager_organization.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from systems_manager_organization.aws.session import AwsSession


def organization_findings(aws: AwsSession, organization: Mapping[str, Any]) -> Iterator[Finding]:
    """`organization`: of DescribeOrganization, which every account of the organization may call."""
    if organization["MasterAccountId"] != aws.account_id:
        yield Finding(
            "NOT_MANAGEMENT_ACCOUNT",
            aws.account_id,
            f"the credentials belong to account {aws.account_id}, but the management account of this organization is "
            f"{organization['MasterAccountId']}.",
            "Use credentials of the management account.",
        )
    elif organization["FeatureSet"] != "ALL":
        yield Finding(
            "ALL_FEATURES_DISABLED",
            organization["Id"],
            f"the organization's feature set is {organization['FeatureSet']}, but trusted access, delegated "
            "administrators and Quick Setup require all features.",
            "Enable them (every invited account must approve): aws organizations enable-all-features",
        )
