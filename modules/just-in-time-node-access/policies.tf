# Approval policies are SSM documents of types that aws_ssm_document cannot read: stacks create them, as AWS's own sample does.
# https://github.com/hashicorp/terraform-provider-aws/issues/45569
# https://github.com/aws-samples/cloud-operations-best-practices/blob/main/cloud-operations-best-practices/static/cfn-templates/just-in-time-node-access/just-in-time-cfn-approval-policies.yaml

locals {
  token_role       = "SSM-JustInTimeAccessTokenRole"
  deny_access_name = "SSM-JustInTimeAccessDenyAccessOrgPolicy"

  # Each statement as Cedar. https://docs.aws.amazon.com/systems-manager/latest/userguide/auto-approval-deny-access-policy-statement-structure.html
  cedar = {
    for effect, statements in { permit = var.auto_approval, forbid = var.deny_access } : effect => join("\n\n", [
      for statement in statements : "${join("\n", concat(
        statement.description == "" ? [] : ["// ${statement.description}"],
        [
          "${effect} (",
          statement.group_id == null ? "  principal," : "  principal in AWS::IdentityStore::Group::\"${statement.group_id}\",",
          "  action == AWS::SSM::Action::\"getTokenForInstanceAccess\",",
          "  resource",
          ")",
        ],
        length(statement.principal_attributes) + length(statement.principal_tags) + length(statement.node_tags) == 0 ? [] : [
          "when {",
          join(" &&\n", concat(
            [
              for name, value in statement.principal_attributes :
              "  principal has ${name} && principal.${name} ${strcontains(value, "*") ? "like" : "=="} \"${value}\""
            ],
            [
              for key, value in statement.principal_tags :
              "  context.iam.principalTags.hasTag(\"${key}\") && context.iam.principalTags.getTag(\"${key}\") == \"${value}\""
            ],
            [for key, value in statement.node_tags : "  resource.hasTag(\"${key}\") && resource.getTag(\"${key}\") == \"${value}\""],
          )),
          "}",
        ],
      ))};"
    ])
  }

  documents = {
    for effect, description in { permit = "Automatic approval of node access.", forbid = "Nodes that nobody accesses without manual approval." } : effect => {
      schemaVersion                     = "0.3"
      description                       = description
      accessTokenRole                   = local.token_role
      # AWS's: one hour.
      accessDuration              = 3600
      AutoApprovalPolicyDocuments = [{ type = "Cedar", content = local.cedar[effect] }]
    }
  }

  manual_documents = {
    for name, policy in var.manual_approval : name => {
      schemaVersion   = "0.3"
      description     = policy.description
      accessTokenRole = local.token_role
      accessDuration  = policy.access_hours * 3600
      targets         = [{ Key = "tag:${policy.node_tag.key}", Values = sort(policy.node_tag.values) }]
      mainSteps = [
        for index, level in policy.levels : {
          name   = "Level${index + 1}"
          action = "aws:approve"
          # A week, as AWS's console.
          timeoutSeconds = 604800
          inputs = {
            Message              = level.message
            MinRequiredApprovals = level.required_approvals
            EnhancedApprovals    = { Approvers = [for approver in level.approvers : { approver = approver.id, type = approver.type }] }
          }
        }
      ]
    }
  }

  # AWS's own runbook updates the latest version of such a document and never sets the default one. With NewVersion, the new version is documented to become the default one and was
  # reported not to. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-document.html#cfn-ssm-document-updatemethod
  document_resources = merge(
    length(var.auto_approval) == 0 ? {} : {
      AutoApproval = {
        Type = "AWS::SSM::Document"
        Properties = {
          Name           = "SSM-JustInTimeAccessAutoApprovalPolicy", DocumentType = "AutoApprovalPolicy"
          DocumentFormat = "JSON", UpdateMethod = "NewVersion", Content = local.documents.permit
        }
      }
    },
    {
      for name, document in local.manual_documents : "Manual${substr(sha1(name), 0, 12)}" => {
        Type = "AWS::SSM::Document"
        Properties = {
          Name           = name, DocumentType = "ManualApprovalPolicy"
          DocumentFormat = "JSON", UpdateMethod = "NewVersion", Content = document
        }
      }
    },
  )
}

module "policies" {
  source = "../stack-set"
  count  = length(var.auto_approval) + length(var.manual_approval) == 0 ? 0 : 1

  name        = var.name
  description = "Approval policies of just-in-time node access, in each account and Region. Created by account ${local.account_id}."
  call_as     = "DELEGATED_ADMIN"
  template_body = jsonencode({
    Description = "Approval policies of just-in-time node access."
    Resources   = local.document_resources
  })
  # After the configuration: its roles and its service-linked roles.
  targets               = module.configuration.configurations[var.name].targets
  regions               = var.regions
  failure               = "StackSets could not create the approval policies of these accounts and Regions, in which nobody gets access to nodes by them:"
  remedy                = "A policy that exists already must be deleted there first. Remove the cause, then create them again:"
  operation_preferences = var.operation_preferences
  tags                  = var.tags
  creation_mark         = module.installation.creation_mark
  existing              = module.installation.existing
  account_id            = local.account_id
  python_command        = var.python_command
  script_credentials    = var.script_credentials
}

# Of what the management account enables, members see the trusted access alone, which EnableSharingWithAwsOrganization enables too.
# https://docs.aws.amazon.com/ram/latest/userguide/getting-started-sharing.html
check "resource_sharing" {
  assert {
    condition     = length(var.deny_access) == 0 || contains(coalesce(local.organization.aws_service_access_principals, []), "ram.amazonaws.com")
    error_message = "deny_access reaches no other account: resources are not shared within the organization. Set resource_sharing = {} in the call of the root module, or in the management account: aws ram enable-sharing-with-aws-organization"
  }
}

# One for the organization: AWS copies it from the home Region to the others every 30 minutes, and shares it.
resource "aws_cloudformation_stack" "deny_access" {
  #checkov:skip=CKV_AWS_124:The stack has one resource, and the apply waits for it and reports its errors.
  count = length(var.deny_access) == 0 ? 0 : 1

  name = "${var.name}-deny-access"
  template_body = jsonencode({
    Description = "Deny-access policy of just-in-time node access."
    Resources = {
      DenyAccess = {
        Type = "AWS::SSM::Document"
        Properties = {
          Name           = local.deny_access_name, DocumentType = "AutoApprovalPolicy"
          DocumentFormat = "JSON", UpdateMethod = "NewVersion", Content = local.documents.forbid
        }
      }
    }
  })
  tags = local.tags

  depends_on = [module.configuration]

  lifecycle {
    ignore_changes = [tags["systems-manager-organization:created"]]
  }
}
