locals {
  queries_folder = "${path.module}/../../scripts/systems_manager_organization/compliance/queries"
  queries        = { for file in fileset(local.queries_folder, "*.sql") : trimsuffix(file, ".sql") => file("${local.queries_folder}/${file}") }
}

# The settings of the workgroup override those of the client.
# https://docs.aws.amazon.com/athena/latest/ug/workgroups-settings-override.html
resource "aws_athena_workgroup" "this" {
  name          = var.name
  description   = "Queries of the organization's patch compliance."
  force_destroy = var.force_destroy
  tags          = local.tags

  configuration {
    enforce_workgroup_configuration    = true
    publish_cloudwatch_metrics_enabled = true
    bytes_scanned_cutoff_per_query     = var.bytes_scanned_cutoff_per_query

    result_configuration {
      output_location       = "s3://${aws_s3_bucket.this.id}/${local.results_prefix}/"
      expected_bucket_owner = local.account_id

      encryption_configuration {
        encryption_option = "SSE_KMS"
        kms_key_arn       = local.kms_key_arn
      }
    }
  }

  lifecycle {
    ignore_changes = [tags["systems-manager-organization:created"]]
  }
}

resource "aws_athena_named_query" "this" {
  for_each = local.queries

  name        = try(trimspace(regex("(?m)^-- Title: (.*)$", each.value)[0]), each.key)
  description = try(trimspace(regex("(?m)^-- Description: (.*)$", each.value)[0]), "")
  workgroup   = aws_athena_workgroup.this.name
  database    = aws_glue_catalog_database.this.name
  query       = each.value
}
