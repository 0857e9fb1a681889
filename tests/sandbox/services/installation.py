"""Installs the services in moto, and resets the state that moto's own reset keeps."""

from __future__ import annotations

import moto.cloudformation.models
import moto.ssm.models
from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data

from sandbox.services import athena, cloud9, glue, ssmguiconnect, ssmquicksetup
from sandbox.services.account.models import SandboxAccountBackend, account_backends
from sandbox.services.cloudformation.models import SandboxCloudFormationBackend, cloudformation_backends
from sandbox.services.cloudformation.stack_sets.deployments import account_moved
from sandbox.services.cloudformation.stack_sets.member_stacks import injected_failures as stack_instance_failures
from sandbox.services.cloudformation.stacks import Stack
from sandbox.services.cloudformation.templates import know_new_types
from sandbox.services.codebuild.models import SandboxCodeBuildBackend, codebuild_backends
from sandbox.services.ec2.models import SandboxEC2Backend, ec2_backends
from sandbox.services.iam.managed_policy_resource import ManagedPolicyResource
from sandbox.services.iam.models import SandboxIAMBackend, iam_backends
from sandbox.services.iam.role_resource import RoleResource
from sandbox.services.kms.models import SandboxKMSBackend, kms_backends
from sandbox.services.moto_internals import add_service, replace_backend
from sandbox.services.organizations.membership import account_moved_hooks
from sandbox.services.organizations.models import Organization, deregistration_hooks, organizations_backends
from sandbox.services.ram.models import SandboxRAMBackend, ram_backends
from sandbox.services.s3.models import SandboxS3Backend, s3_backends
from sandbox.services.securityhub.models import SandboxSecurityHubBackend, securityhub_backends
from sandbox.services.sns.models import SandboxSNSBackend, sns_backends
from sandbox.services.ssm.automation.resource_types import AssociationResource, LifecycleAutomationResource
from sandbox.services.ssm.documents import Document
from sandbox.services.ssm.models import SandboxSSMBackend, delete_organization_syncs, ssm_backends
from sandbox.services.ssm.resource_data_syncs.resource_type import ResourceDataSyncResource
from sandbox.services.ssm.resource_data_syncs.sync import SYSTEMS_MANAGER_PRINCIPAL
from sandbox.services.ssm.service_setting_resource import ServiceSettingResource
from sandbox.services.ssmguiconnect.preferences_resource import PreferencesResource
from sandbox.services.ssmquicksetup.behavior import Behavior, behavior
from sandbox.services.ssmquicksetup.configuration_types.server_parameters import server_parameters
from sandbox.services.ssmquicksetup.failures import injected_failures as deployment_failures
from sandbox.services.sts.models import SandboxSTSBackend, sts_backends

# Importing a resource type defines it: moto finds the types by the subclasses of CloudFormationModel.
RESOURCE_TYPES = (
    AssociationResource,
    LifecycleAutomationResource,
    ManagedPolicyResource,
    PreferencesResource,
    ResourceDataSyncResource,
    RoleResource,
    ServiceSettingResource,
)


def install() -> None:
    """Replace moto's backends by the sandbox's, and add the services that moto lacks. Idempotent."""
    replace_backend(account_backends, SandboxAccountBackend)
    replace_backend(cloudformation_backends, SandboxCloudFormationBackend)
    replace_backend(codebuild_backends, SandboxCodeBuildBackend)
    replace_backend(ec2_backends, SandboxEC2Backend)
    replace_backend(iam_backends, SandboxIAMBackend)
    replace_backend(kms_backends, SandboxKMSBackend)
    replace_backend(organizations_backends, Organization)
    replace_backend(ram_backends, SandboxRAMBackend)
    replace_backend(s3_backends, SandboxS3Backend)
    replace_backend(securityhub_backends, SandboxSecurityHubBackend)
    replace_backend(sns_backends, SandboxSNSBackend)
    replace_backend(ssm_backends, SandboxSSMBackend)
    replace_backend(sts_backends, SandboxSTSBackend)
    add_service("athena", athena, "athena")
    add_service("cloud9", cloud9, "cloud9")
    add_service("glue", glue, "glue")
    add_service("ssmguiconnect", ssmguiconnect, "ssm-guiconnect")
    add_service("ssmquicksetup", ssmquicksetup, "ssm-quicksetup")
    # moto creates its stacks and documents by these names.
    moto.cloudformation.models.Stack = Stack  # type: ignore[misc]
    moto.ssm.models.Document = Document  # type: ignore[misc]
    know_new_types()
    account_moved_hooks["cloudformation"] = account_moved
    deregistration_hooks[SYSTEMS_MANAGER_PRINCIPAL] = delete_organization_syncs


def reset() -> None:
    """Delete the state of every service."""
    BackendDict.reset()
    reset_model_data()
    organizations_backends.master_accounts.clear()
    s3_backends.bucket_accounts.clear()
    stack_instance_failures.clear()
    deployment_failures.clear()
    server_parameters.clear()
    behavior.set(Behavior())
