# In each account and Region a role, a runbook, what runs it when the stack is created, changed and deleted, and what runs it every day: as
# AWS's own template AWSQuickSetupType-SSM has it.

locals {
  node_statements = concat(
    local.bucket == null ? [] : [
      {
        Sid      = "WriteSessionLogs"
        Effect   = "Allow"
        Action   = ["s3:PutObject", "s3:PutObjectAcl"]
        Resource = "${local.bucket_arn}/${local.bucket.prefix}/*"
      },
      { Sid = "ReadEncryption", Effect = "Allow", Action = ["s3:GetEncryptionConfiguration"], Resource = local.bucket_arn },
      {
        Sid      = "EncryptSessionLogs"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = local.kms_key_arn
      },
    ],
    var.log_group == null ? [] : [
      {
        Sid    = "StreamSessionLogs"
        Effect = "Allow"
        Action = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
        # In every account and Region.
        Resource = [for suffix in ["", ":*"] : "arn:${local.partition}:logs:*:*:log-group:${var.log_group.name}${suffix}"]
      },
    ],
    # It has no narrower resource.
    var.log_group == null ? [] : [
      { Sid = "FindLogGroup", Effect = "Allow", Action = ["logs:DescribeLogGroups"], Resource = "*" },
    ],
    length(var.session_kms_key_arns) == 0 ? [] : [
      { Sid = "DecryptSessions", Effect = "Allow", Action = ["kms:Decrypt"], Resource = [for region in sort(var.regions) : lookup(var.session_kms_key_arns, region, "")] },
    ],
  )
  node_policy = { Version = "2012-10-17", Statement = local.node_statements }

  # Quick Setup's of each Region, and the console's. https://docs.aws.amazon.com/systems-manager/latest/userguide/fleet-manager-default-host-management-configuration.html
  region_role_prefixes = length(local.node_statements) > 0 && var.include_default_host_management_roles ? ["AWS-QuickSetup-SSM-DefaultEC2MgmtRole-"] : []
  node_role_names = length(local.node_statements) == 0 ? [] : sort(concat(
    var.include_default_host_management_roles ? ["AWSSystemsManagerDefaultEC2InstanceManagementRole"] : [], tolist(var.node_role_names)
  ))
  all_role_names = concat([for prefix in local.region_role_prefixes : "${prefix}$${AWS::Region}"], local.node_role_names)

  # Its stack gives node_role_names their policy: a role has one, in however many Regions.
  node_role_region = contains(var.regions, local.region) ? local.region : sort(var.regions)[0]
  node_policy_arn  = { "Fn::Sub" = "arn:$${AWS::Partition}:iam::$${AWS::AccountId}:policy/${var.name}-$${AWS::Region}" }

  runbook = {
    schemaVersion = "0.3"
    description   = "Session Manager preferences of this account and Region, set by the StackSet ${var.name} of account ${local.account_id}."
    assumeRole    = "{{ AutomationAssumeRole }}"
    parameters = {
      AutomationAssumeRole = { type = "String", description = "ARN of the role that the runbook works with." }
      ExecutionMode        = { type = "String", description = "What happens to the stack.", allowedValues = ["Create", "Update", "Delete"] }
    }
    mainSteps = [{
      name   = "Preferences"
      action = "aws:executeScript"
      isEnd  = true
      inputs = {
        Runtime = "python3.11"
        Handler = "handle"
        Script  = file("${path.module}/runbook.py")
        # CloudFormation refuses a template with null anywhere: https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1378
        InputPayload = merge(
          {
            ExecutionMode   = "{{ ExecutionMode }}"
            ExecutionId     = "{{ automation:EXECUTION_ID }}"
            AccountId       = "{{ global:ACCOUNT_ID }}"
            Region          = "{{ global:REGION }}"
            Name            = var.name
            Preferences     = local.preferences
            KeyArns         = var.session_kms_key_arns
            Existing        = var.existing
            NodePolicyArn   = "arn:${local.partition}:iam::{{ global:ACCOUNT_ID }}:policy/${var.name}"
            RegionRoleNames = [for prefix in local.region_role_prefixes : "${prefix}{{ global:REGION }}"]
            NodeRoleNames   = local.node_role_names
            NodeRoleRegion  = local.node_role_region
          },
          var.log_group == null ? {} : { LogGroup = { Name = var.log_group.name, RetentionDays = var.log_group.retention_days } },
        )
      }
    }]
  }

  # As text: of an object CloudFormation makes text of each number and truth value, which the script would hand to AWS.
  # https://github.com/aws-cloudformation/cloudformation-cli/issues/435
  runbook_text = jsonencode(local.runbook)
  # CloudFormation replaces a document that changes, and creates the new one first: their names must differ. Also from that of a version
  # whose content was an object.
  runbook_name = "${var.name}-${substr(sha1(jsonencode(local.runbook_text)), 0, 8)}"
  document_arn = { "Fn::Sub" = "arn:$${AWS::Partition}:ssm:$${AWS::Region}:$${AWS::AccountId}:document/SSM-SessionManagerRunShell" }

  member_role_properties = jsondecode(templatefile("${path.module}/../member_role.tftpl", {
    path = var.member_role_path, boundary_name = var.member_permissions_boundary_name
  }))

  role = {
    Type = "AWS::IAM::Role"
    Properties = merge(local.member_role_properties, {
      RoleName    = { "Fn::Sub" = "${var.name}-$${AWS::Region}" }
      Description = "Sets the preferences of Session Manager."
      AssumeRolePolicyDocument = {
        Version   = "2012-10-17"
        Statement = [jsondecode(templatefile("${path.module}/../automation_trust.tftpl", {}))]
      }
      Policies = [{
        PolicyName = "SetPreferences"
        PolicyDocument = {
          Version = "2012-10-17"
          Statement = concat(
            [
              {
                Effect = "Allow"
                Action = [
                  "ssm:AddTagsToResource", "ssm:CreateDocument", "ssm:DeleteDocument", "ssm:DescribeDocument", "ssm:GetDocument", "ssm:ListDocumentVersions",
                  "ssm:ListTagsForResource", "ssm:RemoveTagsFromResource", "ssm:UpdateDocument", "ssm:UpdateDocumentDefaultVersion",
                ]
                Resource = local.document_arn
              },
              # The log group, and the logs of Automation where an account has them.
              # https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-logging.html
              {
                Effect = "Allow"
                Action = [
                  "logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogGroups", "logs:DescribeLogStreams", "logs:PutLogEvents", "logs:PutRetentionPolicy",
                ]
                Resource = "*"
              },
              {
                Effect   = "Allow"
                Action   = "iam:ListEntitiesForPolicy"
                Resource = [for region in ["$${AWS::Region}", local.node_role_region] : { "Fn::Sub" = "arn:$${AWS::Partition}:iam::$${AWS::AccountId}:policy/${var.name}-${region}" }]
              },
              # Also from roles that were listed once.
              {
                Effect    = "Allow"
                Action    = "iam:DetachRolePolicy"
                Resource  = { "Fn::Sub" = "arn:$${AWS::Partition}:iam::$${AWS::AccountId}:role/*" }
                Condition = { ArnEquals = { "iam:PolicyARN" = local.node_policy_arn } }
              },
            ],
            length(local.all_role_names) == 0 ? [] : [{
              Effect = "Allow"
              Action = "iam:AttachRolePolicy"
              # With and without a path: `role/*NAME` would be every role whose name ends so.
              Resource = flatten([for name in local.all_role_names : [
                for path in ["", "*/"] : { "Fn::Sub" = "arn:$${AWS::Partition}:iam::$${AWS::AccountId}:role/${path}${name}" }
              ]])
              Condition = { ArnEquals = { "iam:PolicyARN" = local.node_policy_arn } }
            }],
          )
        }
      }]
    })
  }

  template = {
    Description = "Session Manager preferences, for the StackSet ${var.name} of account ${local.account_id}."
    Resources   = { for id, resource in local.stack_resources : id => resource if id != "NodePolicy" || length(local.all_role_names) > 0 }
  }

  stack_resources = {
    Role = local.role
    Runbook = {
      Type       = "AWS::SSM::Document"
      Properties = { Name = local.runbook_name, DocumentType = "Automation", DocumentFormat = "JSON", Content = local.runbook_text }
    }
    # Unlike an inline policy it knows its roles, and is the only one that the runbook may attach and detach.
    NodePolicy = {
      Type = "AWS::IAM::ManagedPolicy"
      Properties = {
        ManagedPolicyName = { "Fn::Sub" = "${var.name}-$${AWS::Region}" }
        Description       = "Session logs. The StackSet attaches it to the roles that it lists, and detaches it from others."
        PolicyDocument    = local.node_policy
      }
    }
    Preferences = {
      Type = "AWS::SSMQuickSetup::LifecycleAutomation"
      # Deleted before the policy, which it detaches.
      DependsOn = concat(["Role"], length(local.all_role_names) == 0 ? [] : ["NodePolicy"])
      Properties = {
        ResourceKey          = var.name
        AutomationDocument   = { Ref = "Runbook" }
        AutomationParameters = { AutomationAssumeRole = [{ "Fn::GetAtt" = ["Role", "Arn"] }] }
      }
    }
    # Deleted before the resource above puts back what was there.
    DailyRun = {
      Type      = "AWS::SSM::Association"
      DependsOn = "Preferences"
      Properties = {
        AssociationName    = var.name
        Name               = { Ref = "Runbook" }
        Parameters         = { AutomationAssumeRole = [{ "Fn::GetAtt" = ["Role", "Arn"] }], ExecutionMode = ["Update"] }
        ScheduleExpression = "rate(1 day)"
      }
    }
  }
}

module "stack_set" {
  source = "../stack-set"

  name                  = var.name
  description           = "Session Manager preferences of each account and Region. Created by account ${local.account_id}."
  call_as               = "DELEGATED_ADMIN"
  capabilities          = ["CAPABILITY_NAMED_IAM"]
  template_body         = jsonencode(local.template)
  targets               = length(terraform_data.requirements.input) > 0 ? local.targets : []
  regions               = var.regions
  failure               = "The preferences of Session Manager could not be set in these accounts and Regions:"
  operation_preferences = var.operation_preferences
  tags                  = var.tags
  creation_mark         = module.installation.creation_mark
  existing              = module.installation.existing
  account_id            = local.account_id
  python_command        = var.python_command
  script_credentials    = var.script_credentials

  # A session that begins would write its log at once.
  depends_on = [
    aws_s3_bucket_ownership_controls.this, aws_s3_bucket_policy.this, aws_s3_bucket_server_side_encryption_configuration.this,
  ]
}
