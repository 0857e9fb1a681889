"""The roles that have a policy in docs/iam."""

from __future__ import annotations

PLAN, APPLY, ADMINISTRATION, MEMBER = "management-plan", "management-apply", "administrator-account", "member"
COMPLIANCE, REPORT = "compliance-reporting", "compliance-report"
DELIVERY, MEMBER_SECURITY_HUB = "compliance-report-delivery", "member-security-hub"
SETTINGS, CONSOLE, AUTOMATION = "account-settings", "unified-console", "automation-across-accounts"
PREFERENCES, NODE_ACCESS = "session-manager-preferences", "just-in-time-node-access"
SCHEDULE = "compliance-schedule"
ADMINISTRATOR_PLAN, COMPLIANCE_PLAN = "administrator-plan", "compliance-plan"
OF_THE_ADMINISTRATOR = (
    ADMINISTRATOR_PLAN,
    COMPLIANCE_PLAN,
    ADMINISTRATION,
    COMPLIANCE,
    SCHEDULE,
    CONSOLE,
    AUTOMATION,
    PREFERENCES,
    NODE_ACCESS,
)
ROLES = (PLAN, APPLY, REPORT, DELIVERY, SETTINGS, *OF_THE_ADMINISTRATOR, MEMBER, MEMBER_SECURITY_HUB)
BESIDE = {APPLY: PLAN, DELIVERY: REPORT, MEMBER_SECURITY_HUB: MEMBER}
"""Whose policy a role has beside its own."""
