"""Sets the preferences of Session Manager in one account and Region, and puts back on deletion what was there.

A step of an Automation runbook, which has Python 3.11 and boto3. Nothing is stored beside the document: its previous
versions stay, and a tag has the number of the one that was the default.
https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-configure-preferences-cli.html
"""

import json
import re
import time

import boto3

DOCUMENT = "SSM-SessionManagerRunShell"
PREVIOUS = "session-manager-preferences:previous-default-version"
STACK = "aws:cloudformation:stack-name"


def handle(event, _context):
    """Return the outcome: "created", "replaced", "unchanged", "kept", "restored", "deleted" or "none".

    `event`: `ExecutionMode` (Create, Update, Delete), `ExecutionId`, `AccountId`, `Region`, `Name` (of the StackSet),
    `Preferences` (the document's content), `KeyArns` (by Region), `Existing` (keep, replace), `LogGroup` (`Name`,
    `RetentionDays`; or nothing), `NodePolicyArn` (of the stack's policy, without `-REGION`), `RegionRoleNames` (roles
    of this Region's nodes), `NodeRoleNames` (of nodes in any Region, which have it of the stack in `NodeRoleRegion`).
    """
    systems_manager, iam = boto3.client("ssm"), boto3.client("iam")
    if event["ExecutionMode"] == "Delete":
        detach(iam, event, set())
        return {"Outcome": restore(systems_manager, event["Name"])}
    try:
        return {"Outcome": set_preferences(systems_manager, iam, event)}
    except Exception:
        # The stack is rolled back, and a policy that a role has cannot be deleted.
        if event["ExecutionMode"] == "Create":
            detach(iam, event, set())
        raise


def set_preferences(systems_manager, iam, event):
    detach(iam, event, listed(iam, event))
    # Also where this Region's preferences are kept: those of others may not be.
    if event["Region"] == event["NodeRoleRegion"]:
        attach(iam, event, event["NodeRoleNames"])
    versions = versions_of(systems_manager)
    desired = preferences(event)
    if is_kept(systems_manager, event, versions, desired):
        return "kept"
    # Both before the document names them.
    if event.get("LogGroup"):
        create_log_group(boto3.client("logs"), event["LogGroup"])
    attach(iam, event, event["RegionRoleNames"])
    return configure(systems_manager, event, versions, desired)


def is_kept(systems_manager, event, versions, desired):
    """Whether the preferences are somebody else's, and to be left."""
    if not versions or event["Existing"] != "keep" or is_all_own(versions, event["Name"]):
        return False
    return not is_in_effect(systems_manager, versions, desired)


def configure(systems_manager, event, versions, desired):
    # Unique, so that neither name nor content is that of another version.
    version_name = f"{event['Name']}-{event['ExecutionId'][:8]}"
    description = f"Session Manager preferences of the organization, by {version_name}."
    document = {"DocumentFormat": "JSON", "Content": json.dumps({**desired, "description": description})}
    if not versions:
        systems_manager.create_document(Name=DOCUMENT, DocumentType="Session", VersionName=version_name, **document)
        return "created"
    if is_in_effect(systems_manager, versions, desired):
        return "unchanged"
    if not is_all_own(versions, event["Name"]):
        require_no_stack(systems_manager)
    default = default_of(versions)
    if not is_own(default, event["Name"]):
        tag = {"Key": PREVIOUS, "Value": default["DocumentVersion"]}
        systems_manager.add_tags_to_resource(ResourceType="Document", ResourceId=DOCUMENT, Tags=[tag])
    updated = systems_manager.update_document(
        Name=DOCUMENT, DocumentVersion="$LATEST", VersionName=version_name, **document
    )
    version = updated["DocumentDescription"]["DocumentVersion"]
    wait_until_active(systems_manager, version)
    systems_manager.update_document_default_version(Name=DOCUMENT, DocumentVersion=version)
    delete(systems_manager, [one for one in versions if is_own(one, event["Name"])])
    return "replaced"


def restore(systems_manager, name):
    versions = versions_of(systems_manager)
    own = [version for version in versions if is_own(version, name)]
    others = [version for version in versions if not is_own(version, name)]
    if not own:
        return "none"
    if not others:
        systems_manager.delete_document(Name=DOCUMENT)
        return "deleted"
    tags = tags_of(systems_manager)
    if is_own(default_of(versions), name):
        previous = [one for one in others if one["DocumentVersion"] == tags.get(PREVIOUS)] or others[-1:]
        systems_manager.update_document_default_version(Name=DOCUMENT, DocumentVersion=previous[0]["DocumentVersion"])
    delete(systems_manager, own)
    if PREVIOUS in tags:
        systems_manager.remove_tags_from_resource(ResourceType="Document", ResourceId=DOCUMENT, TagKeys=[PREVIOUS])
    return "restored"


def preferences(event):
    """Return the content, with what is of one account and Region."""
    inputs = dict(event["Preferences"]["inputs"])
    if inputs["s3BucketName"]:
        inputs["s3KeyPrefix"] = "/".join([inputs["s3KeyPrefix"], event["AccountId"], event["Region"]])
    inputs["kmsKeyId"] = event["KeyArns"].get(event["Region"], "")
    return {**event["Preferences"], "inputs": inputs}


def versions_of(systems_manager):
    """Return the versions of the document, the newest one last; [] without the document."""
    try:
        pages = systems_manager.get_paginator("list_document_versions").paginate(Name=DOCUMENT)
        found = [version for page in pages for version in page["DocumentVersions"]]
    except systems_manager.exceptions.InvalidDocument:
        return []
    return sorted(found, key=lambda version: int(version["DocumentVersion"]))


def default_of(versions):
    return next(version for version in versions if version["IsDefaultVersion"])


def is_own(version, name):
    return re.fullmatch(re.escape(name) + "-[0-9a-f]{8}", version.get("VersionName", "")) is not None


def is_all_own(versions, name):
    return is_own(default_of(versions), name) and is_own(versions[-1], name)


def is_in_effect(systems_manager, versions, desired):
    """Whether a session has the desired preferences.

    Sources disagree whether it reads the default version or the latest one.
    """
    contents = [content(systems_manager, version) for version in (default_of(versions), versions[-1])]
    return all(effective(found) == effective(desired) for found in contents)


def content(systems_manager, version):
    found = systems_manager.get_document(
        Name=DOCUMENT, DocumentVersion=version["DocumentVersion"], DocumentFormat="JSON"
    )
    return json.loads(found["Content"])


def effective(found):
    """Return what has an effect of a content: what is absent is as what is empty."""
    inputs = {name: value for name, value in found.get("inputs", {}).items() if value not in ("", None, {}, False)}
    profile = {system: lines for system, lines in inputs.pop("shellProfile", {}).items() if lines}
    return {"sessionType": found.get("sessionType"), "inputs": inputs, "shellProfile": profile}


def tags_of(systems_manager):
    listed = systems_manager.list_tags_for_resource(ResourceType="Document", ResourceId=DOCUMENT)
    return {tag["Key"]: tag["Value"] for tag in listed.get("TagList", [])}


def require_no_stack(systems_manager):
    owner = tags_of(systems_manager).get(STACK)
    if owner is not None:
        raise RuntimeError(
            f"The document {DOCUMENT} belongs to the CloudFormation stack {owner}, which would replace other "
            "preferences again: remove it from that stack first, which deletes it."
        )


def wait_until_active(systems_manager, version):
    for _ in range(30):
        found = systems_manager.describe_document(Name=DOCUMENT, DocumentVersion=version)["Document"]
        if found["Status"] == "Active":
            return
        time.sleep(2)
    raise RuntimeError(f"Version {version} of the document {DOCUMENT} is {found['Status']}, not Active.")


def delete(systems_manager, versions):
    for version in versions:
        systems_manager.delete_document(Name=DOCUMENT, DocumentVersion=version["DocumentVersion"])


def create_log_group(logs, log_group):
    """Create it where there is none; one that exists keeps its retention."""
    try:
        logs.create_log_group(logGroupName=log_group["Name"])
    except logs.exceptions.ResourceAlreadyExistsException:
        return
    logs.put_retention_policy(logGroupName=log_group["Name"], retentionInDays=log_group["RetentionDays"])


def listed(iam, event):
    """Return the names of the roles that keep the policy of this Region, where they have it."""
    elsewhere = event["Region"] != event["NodeRoleRegion"]
    # After a change of NodeRoleRegion a role has either policy at any time.
    replaced = roles_with(iam, policy_arn(event, event["NodeRoleRegion"])) if elsewhere else set()
    return {*event["RegionRoleNames"], *(set(event["NodeRoleNames"]) - replaced)}


def attach(iam, event, role_names):
    """Give roles that exist the permissions to write logs; another run finds those that come later."""
    for role_name in role_names:
        try:
            iam.attach_role_policy(RoleName=role_name, PolicyArn=policy_arn(event, event["Region"]))
        except iam.exceptions.NoSuchEntityException:
            print(f"There is no role {role_name}.")


def detach(iam, event, kept):
    """Take the policy from all roles but those, also from roles that an earlier run gave it."""
    arn = policy_arn(event, event["Region"])
    for role_name in roles_with(iam, arn) - kept:
        try:
            iam.detach_role_policy(RoleName=role_name, PolicyArn=arn)
        except iam.exceptions.NoSuchEntityException:
            print(f"The role {role_name} has no such policy.")


def roles_with(iam, arn):
    """Return the names of the roles that have a policy; none without the policy."""
    try:
        pages = iam.get_paginator("list_entities_for_policy").paginate(PolicyArn=arn, EntityFilter="Role")
        return {role["RoleName"] for page in pages for role in page["PolicyRoles"]}
    except iam.exceptions.NoSuchEntityException:
        return set()


def policy_arn(event, region):
    return f"{event['NodePolicyArn']}-{region}"
