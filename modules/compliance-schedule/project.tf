# CodeBuild: no network of one's own, no image and no function with a limit of 15 minutes.

locals {
  project_name = var.name
  project_arn  = "arn:${local.partition}:codebuild:${local.region}:${local.account_id}:project/${local.project_name}"
  log_group    = "/aws/codebuild/${local.project_name}"

  report_arguments = concat(
    flatten([
      for data in var.compliance_data[*] :
      ["--source", "s3", "--bucket", data.bucket_name, "--prefix", data.prefix, "--stack-set", data.stack_set_name]
    ]),
    flatten([
      for access in var.member_access[*] : concat(
        ["--member-role-name", access.role_name],
        access.coverage ? ["--coverage"] : [],
        access.security_hub ? ["--to-security-hub", "--yes"] : [],
      )
    ]),
    ["--stale-after", tostring(var.report.stale_after_days)],
    length(var.report.regions) == 0 ? [] : ["--regions", join(",", sort(var.report.regions))],
    length(var.report.accounts) == 0 ? [] : ["--accounts", join(",", sort(var.report.accounts))],
    var.report.organizational_unit == null ? [] : ["--organizational-unit", var.report.organizational_unit],
    length(var.report.patches) == 0 ? [] : concat(["--patches"], sort(var.report.patches)),
    length(var.report.deadline) == 0 ? [] : concat(["--deadline"], var.report.deadline),
    var.report.owner_tag == null ? [] : ["--owner-tag", var.report.owner_tag],
    # One argument: the key of an account's tag may begin with a hyphen.
    [for key in var.report.account_owner_tag[*] : "--account-owner-tag=${key}"],
    var.report.exceptions == null ? [] : ["--exceptions", "exceptions.json"],
    var.report.owners == null ? [] : ["--owners", "owners.json"],
    flatten([for name, uri in local.catalogs : ["--${name}", name]]),
    var.report.grace_hours == null ? [] : ["--grace-hours", tostring(var.report.grace_hours)],
    var.report.by == null ? [] : ["--by", var.report.by],
    var.report.snapshots ? ["--snapshot", "s3://${local.bucket_name}/${var.prefix}/snapshots"] : [],
    var.report.snapshots && var.report.since_days > 0 ? ["--since", "${var.report.since_days}d"] : [],
    length(var.report.fail_on) == 0 ? [] : concat(["--fail-on"], sort(var.report.fail_on)),
    var.report.fail_below == null ? [] : ["--fail-below", tostring(var.report.fail_below)],
  )

  # Objects that a build downloads to files of these names.
  catalogs = { for name, uri in { epss = var.report.epss, kev = var.report.kev } : name => uri if uri != null }

  environment = merge(
    {
      BUCKET           = local.bucket_name
      CATALOGS         = jsonencode(local.catalogs)
      PREFIX           = var.prefix
      PROGRAM_SHA256   = sha256(local.program)
      REPORT_ARGUMENTS = jsonencode(local.report_arguments)
      TOPIC_ARN        = local.topic_arn
    },
    var.pip_index_url == null ? {} : { PIP_INDEX_URL = var.pip_index_url },
  )
}

resource "aws_codebuild_project" "this" {
  name                   = local.project_name
  description            = "Patch compliance report of the organization."
  service_role           = aws_iam_role.build.arn
  build_timeout          = var.timeout_minutes
  queued_timeout         = 60
  concurrent_build_limit = 1
  encryption_key         = local.kms_key_arn
  tags                   = local.tags

  source {
    type      = "S3"
    location  = "${local.bucket_name}/${local.program_folder}"
    buildspec = file("${path.module}/buildspec.yaml")
  }

  artifacts {
    type = "NO_ARTIFACTS"
  }

  environment {
    type         = "LINUX_CONTAINER"
    compute_type = var.compute_type
    image        = var.image

    dynamic "environment_variable" {
      for_each = local.environment

      content {
        name  = environment_variable.key
        value = environment_variable.value
      }
    }
  }

  logs_config {
    cloudwatch_logs {
      group_name = aws_cloudwatch_log_group.this.name
    }
  }

  depends_on = [aws_iam_role_policy.build, aws_s3_object.program]

  lifecycle {
    ignore_changes = [tags["systems-manager-organization:created"]]
  }
}

resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_158:CloudWatch Logs encrypts with a key of its own; there are no patches and no nodes in it.
  #checkov:skip=CKV_AWS_338:The reports are kept; the log shows why there is none.
  name              = local.log_group
  retention_in_days = 90
  tags              = local.tags

  lifecycle {
    ignore_changes = [tags["systems-manager-organization:created"]]

    precondition {
      condition     = length(terraform_data.requirements.input) > 0
      error_message = "The requirements are not met."
    }
  }
}

resource "aws_iam_role" "build" {
  name                 = "${var.role_name_prefix}Build"
  path                 = var.role_path
  description          = "Patch compliance report: makes it."
  permissions_boundary = var.permissions_boundary
  tags                 = local.tags

  # https://docs.aws.amazon.com/codebuild/latest/userguide/cross-service-confused-deputy-prevention.html
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "codebuild.amazonaws.com" }
      Condition = { StringEquals = {
        "aws:SourceAccount" = terraform_data.requirements.input
        "aws:SourceArn"     = local.project_arn
      } }
    }]
  })

  lifecycle {
    ignore_changes = [tags["systems-manager-organization:created"]]
  }
}

resource "aws_iam_role_policy" "build" {
  name = "MakeReport"
  role = aws_iam_role.build.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid    = "ReadOrganization"
          Effect = "Allow"
          Action = [
            "organizations:ListAccountsForParent", "organizations:ListDelegatedAdministrators",
            "organizations:ListOrganizationalUnitsForParent", "organizations:ListRoots",
          ]
          Resource = "*"
        },
        {
          Sid      = "ReadProgram"
          Effect   = "Allow"
          Action   = ["s3:GetObject", "s3:GetObjectVersion"]
          Resource = "${local.bucket_arn}/${local.program_folder}*"
        },
        {
          Sid      = "WriteReports"
          Effect   = "Allow"
          Action   = "s3:PutObject"
          Resource = "${local.bucket_arn}/${var.prefix}/reports/*"
        },
        {
          Sid       = "ListProgramAndSnapshots"
          Effect    = "Allow"
          Action    = "s3:ListBucket"
          Resource  = local.bucket_arn
          Condition = { StringLike = { "s3:prefix" = ["${local.program_folder}*", "${var.prefix}/snapshots/*"] } }
        },
        # https://docs.aws.amazon.com/codebuild/latest/userguide/setting-up-service-role.html
        {
          Sid      = "LocateProgram"
          Effect   = "Allow"
          Action   = ["s3:GetBucketAcl", "s3:GetBucketLocation"]
          Resource = local.bucket_arn
        },
        {
          Sid      = "Notify"
          Effect   = "Allow"
          Action   = "sns:Publish"
          Resource = local.topic_arn
        },
        {
          Sid      = "WriteLog"
          Effect   = "Allow"
          Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
          Resource = "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:${local.log_group}:*"
        },
        {
          Sid      = "UseKeys"
          Effect   = "Allow"
          Action   = ["kms:Decrypt", "kms:GenerateDataKey*"]
          Resource = distinct([for arn in concat([local.kms_key_arn, local.bucket_kms_key_arn, local.topic_kms_key_arn], aws_kms_key.this[*].arn) : arn if arn != null])
        },
      ],
      flatten([
        for data in var.compliance_data[*] : [
          {
            Sid      = "ReadComplianceData"
            Effect   = "Allow"
            Action   = "s3:GetObject"
            Resource = "arn:${local.partition}:s3:::${data.bucket_name}/${data.prefix}/*"
          },
          {
            Sid       = "ListComplianceData"
            Effect    = "Allow"
            Action    = "s3:ListBucket"
            Resource  = "arn:${local.partition}:s3:::${data.bucket_name}"
            Condition = { StringLike = { "s3:prefix" = "${data.prefix}/*" } }
          },
          {
            Sid      = "ReadStackSet"
            Effect   = "Allow"
            Action   = "cloudformation:ListStackInstances"
            Resource = "arn:${local.partition}:cloudformation:*:*:stackset/${data.stack_set_name}:*"
          },
        ]
      ]),
      [
        for arn in var.compliance_data[*].kms_key_arn :
        { Sid = "DecryptComplianceData", Effect = "Allow", Action = "kms:Decrypt", Resource = arn } if arn != null
      ],
      flatten([
        for access in var.member_access[*] : [
          {
            Sid       = "AssumeMemberRoles"
            Effect    = "Allow"
            Action    = "sts:AssumeRole"
            Resource  = "arn:${local.partition}:iam::*:role/${access.role_name}"
            Condition = { StringEquals = { "aws:ResourceOrgID" = local.organization.id } }
          },
          # The account of the build itself, which has no role to enter by.
          {
            Sid    = "ReadOwnAccount"
            Effect = "Allow"
            Action = concat(
              [
                "account:ListRegions", "ec2:DescribeInstances", "ssm:DescribeInstanceInformation", "ssm:DescribeInstancePatchStates",
                "ssm:DescribeInstancePatches", "ssm:ListResourceComplianceSummaries", "ssm:ListTagsForResource",
              ],
              !access.coverage ? [] : [
                "ec2:DescribeInstanceStatus", "ec2:DescribeNetworkAcls", "ec2:DescribeRouteTables", "ec2:DescribeSecurityGroups",
                "ec2:DescribeVpcAttribute", "ec2:DescribeVpcEndpoints", "iam:GetInstanceProfile", "iam:GetRole",
                "iam:SimulatePrincipalPolicy", "ssm:GetServiceSetting",
              ],
              !access.security_hub ? [] : ["securityhub:BatchImportFindings", "securityhub:GetFindings"],
            )
            Resource = "*"
          },
        ]
      ]),
      length(local.catalogs) == 0 ? [] : [
        {
          Sid      = "ReadCatalogs"
          Effect   = "Allow"
          Action   = "s3:GetObject"
          Resource = [for uri in values(local.catalogs) : "arn:${local.partition}:s3:::${trimprefix(uri, "s3://")}"]
        },
      ],
      # https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsorganizations.html#awsorganizations-resources-for-iam-policies
      [
        for _ in var.report.account_owner_tag[*] : {
          Sid      = "ReadAccountTags"
          Effect   = "Allow"
          Action   = "organizations:ListTagsForResource"
          Resource = "arn:${local.partition}:organizations::${local.organization.master_account_id}:account/${local.organization.id}/*"
        }
      ],
      !var.report.snapshots ? [] : [
        {
          Sid      = "WriteSnapshots"
          Effect   = "Allow"
          Action   = ["s3:GetObject", "s3:PutObject"]
          Resource = "${local.bucket_arn}/${var.prefix}/snapshots/*"
        },
      ],
    )
  })
}
