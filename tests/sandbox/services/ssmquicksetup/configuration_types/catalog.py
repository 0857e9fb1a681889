"""The types of configuration, as AWS's documents have them; what they do not have has its source beside it.

https://docs.aws.amazon.com/quick-setup/latest/APIReference/API_ConfigurationDefinitionInput.html, called the reference
below.
"""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.services.ssmquicksetup import documents
from sandbox.services.ssmquicksetup.exceptions import ValidationException

PATCH_POLICY = "AWSQuickSetupType-PatchPolicy"
HOST_MANAGEMENT = "AWSQuickSetupType-SSMHostMgmt"
UNIFIED_CONSOLE = "AWSQuickSetupType-SSM"
_DISTRIBUTOR = "AWSQuickSetupType-Distributor"

_DEPLOYMENT_POLICY = "AWSQuickSetupDeploymentRolePolicy"
# https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-getting-started.html, step 5.
_EXECUTION_POLICIES = {
    PATCH_POLICY: ("AWSQuickSetupPatchPolicyDeploymentRolePolicy",),
    "AWSQuickSetupType-SSM": ("AWSQuickSetupSSMDeploymentRolePolicy",),
    "AWSQuickSetupType-JITNA": (_DEPLOYMENT_POLICY, "AWSQuickSetupJITNADeploymentRolePolicy"),
}


@dataclass(frozen=True)
class ConfigurationType:
    """A type of configuration."""

    name: str
    # ASSUMPTION(quick-setup-type-version): the number; AWS's pages show none. ListQuickSetupTypes returns them.
    latest_version: str = "1.0"

    @property
    def deploys_to_management_account(self) -> bool:
        """Whether a deployment to units has a stack in the management account: that of a patch policy alone.

        It then requires the two local roles, "when you are running an organizational deployment for a patch policy"
        (the reference), and no other account may start it:
        https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-patch-manager.html.
        """
        return any(account == "MA" for account, _ in documents.steps_of(self.name, is_local=False))

    @property
    def deploys_to_administrator(self) -> bool:
        """Whether a deployment to units has a stack in the account of DelegatedAccountId."""
        return any(account == "DA" for account, _ in documents.steps_of(self.name, is_local=False))

    @property
    def administered_service(self) -> str | None:
        """What that account has to administer, None if the document asks for nothing."""
        entries = documents.entries_of(self.name, is_local=False)
        return next((entry["administered_service"] for entry in entries if entry["account"] == "DA"), None)

    @property
    def execution_policies(self) -> tuple[str, ...]:
        """The managed policies of the local execution role."""
        return _EXECUTION_POLICIES.get(self.name, (_DEPLOYMENT_POLICY,))

    @property
    def local_only(self) -> frozenset[str]:
        """Parameters of which the reference says: "Don't specify a value ... if you're deploying to OUs".

        It says so of patch policies too, but AWS's example sends it to units:
        https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-api.html
        """
        return frozenset({"TargetType"}) if self.name in {HOST_MANAGEMENT, _DISTRIBUTOR} else frozenset()


TYPES = {name: ConfigurationType(name) for name in documents.type_names()}

REGIONS = tuple(sorted({region for name in TYPES for region in documents.regions_of(name)}))


def type_named(name: str) -> ConfigurationType:
    """Return the type. Raises ValidationException when there is none of that name."""
    if name not in TYPES:
        raise ValidationException(f"The configuration type {name} is not one that the sandbox has: {', '.join(TYPES)}.")
    return TYPES[name]


def version_of(configuration_type: ConfigurationType, requested: str | None) -> str:
    """Return the version to deploy: the requested one, or the latest."""
    return configuration_type.latest_version if requested in {None, "LATEST"} else str(requested)
