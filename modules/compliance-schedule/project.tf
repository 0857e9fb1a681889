# CodeBuild: no network of one's own, no image and no function with a limit of 15 minutes.

locals {
  project_name = var.name
  project_arn  = "arn:${local.partition}:codebuild:${local.region}:${local.account_id}:project/${local.project_name}"
  log_group    = "/aws/codebuild/${local.project_name}"
  data_arn     = "arn:${local.partition}:s3:::${var.compliance_data.bucket_name}"

  report_arguments = concat(
    [
      "--source", "s3", "--bucket", var.compliance_data.bucket_name, "--prefix", var.compliance_data.prefix,
      "--stack-set", var.compliance_data.stack_set_name, "--stale-after", tostring(var.report.stale_after_days),
    ],
    length(var.report.regions) == 0 ? [] : ["--regions", join(",", sort(var.report.regions))],
    var.report.organizational_unit == null ? [] : ["--organizational-unit", var.report.organizational_unit],
    length(var.report.patches) == 0 ? [] : concat(["--patches"], sort(var.report.patches)),
    length(var.report.deadline) == 0 ? [] : concat(["--deadline"], var.report.deadline),
    var.report.owner_tag == null ? [] : ["--owner-tag", var.report.owner_tag],
    var.report.exceptions == null ? [] : ["--exceptions", "exceptions.json"],
    var.report.owners == null ? [] : ["--owners", "owners.json"],
    var.report.snapshots ? ["--snapshot", "s3://${local.bucket_name}/${var.prefix}/snapshots"] : [],
    length(var.report.fail_on) == 0 ? [] : concat(["--fail-on"], sort(var.report.fail_on)),
    var.report.fail_below == null ? [] : ["--fail-below", tostring(var.report.fail_below)],
  )

  environment = merge(
    {
      BUCKET           = local.bucket_name
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
  tags                   = var.tags

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
}

resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_158:CloudWatch Logs encrypts with a key of its own; there are no patches and no nodes in it.
  #checkov:skip=CKV_AWS_338:The reports are kept; the log shows why there is none.
  name              = local.log_group
  retention_in_days = 90
  tags              = var.tags

  lifecycle {
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
  tags                 = var.tags

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
}

resource "aws_iam_role_policy" "build" {
  name = "MakeReport"
  role = aws_iam_role.build.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid      = "ReadComplianceData"
          Effect   = "Allow"
          Action   = "s3:GetObject"
          Resource = "${local.data_arn}/${var.compliance_data.prefix}/*"
        },
        {
          Sid       = "ListComplianceData"
          Effect    = "Allow"
          Action    = "s3:ListBucket"
          Resource  = local.data_arn
          Condition = { StringLike = { "s3:prefix" = "${var.compliance_data.prefix}/*" } }
        },
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
          Sid      = "ReadStackSet"
          Effect   = "Allow"
          Action   = "cloudformation:ListStackInstances"
          Resource = "arn:${local.partition}:cloudformation:*:*:stackset/${var.compliance_data.stack_set_name}:*"
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
          Resource = distinct([for arn in [local.kms_key_arn, local.bucket_kms_key_arn, local.topic_kms_key_arn] : arn if arn != null])
        },
      ],
      var.compliance_data.kms_key_arn == null ? [] : [
        {
          Sid      = "DecryptComplianceData"
          Effect   = "Allow"
          Action   = "kms:Decrypt"
          Resource = var.compliance_data.kms_key_arn
        },
      ],
      !var.report.snapshots ? [] : [
        {
          Sid      = "KeepSnapshots"
          Effect   = "Allow"
          Action   = ["s3:GetObject", "s3:PutObject"]
          Resource = "${local.bucket_arn}/${var.prefix}/snapshots/*"
        },
      ],
    )
  })
}
