# Tables over the objects of the syncs. Partition projection instead of a crawler, which is charged by the hour and runs on a schedule.
# https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html

locals {
  database_name = replace(var.name, "-", "_")

  # The scripts read the same file.
  data_layout = jsondecode(file("${path.module}/../../scripts/systems_manager_organization/compliance/data_layout.json"))
  tables      = { for table in local.data_layout.tables : table.name => table }

  # All values of each partition key, so that queries require no partition filter. Objects of an account that joins arrive
  # immediately; the tables include it from the next apply on.
  projection = {
    accountid    = local.account_ids
    region       = sort(var.regions)
    resourcetype = ["ManagedInstanceInventory"]
  }
  projection_parameters = merge({ "projection.enabled" = "true" }, [
    for key, values in local.projection : {
      "projection.${key}.type"   = "enum"
      "projection.${key}.values" = join(",", values)
    }
  ]...)
  partition_path = join("/", [for key in local.data_layout.partition_keys : "${key.name}=$${${key.name}}"])
}

resource "aws_glue_catalog_database" "this" {
  name        = local.database_name
  description = "Inventory and patch compliance of the organization's nodes, as AWS Systems Manager writes it."
  tags        = local.tags

  lifecycle {
    ignore_changes = [tags["systems-manager-organization:created"]]
  }
}

resource "aws_glue_catalog_table" "this" {
  for_each = local.tables

  name          = each.key
  database_name = aws_glue_catalog_database.this.name
  description   = each.value.description
  table_type    = "EXTERNAL_TABLE"
  parameters = merge(local.projection_parameters, {
    EXTERNAL                    = "TRUE"
    classification              = "json"
    "storage.location.template" = "s3://${local.bucket_name}/${var.prefix}/${each.value.folder}/${local.partition_path}/"
  })

  dynamic "partition_keys" {
    for_each = local.data_layout.partition_keys

    content {
      name    = partition_keys.value.name
      type    = partition_keys.value.type
      comment = partition_keys.value.description
    }
  }

  storage_descriptor {
    location      = "s3://${local.bucket_name}/${var.prefix}/${each.value.folder}/"
    input_format  = "org.apache.hadoop.mapred.TextInputFormat"
    output_format = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"

    # A line that is not JSON becomes a row of nulls, and does not fail the query.
    # https://docs.aws.amazon.com/athena/latest/ug/openx-json-serde.html
    ser_de_info {
      serialization_library = "org.openx.data.jsonserde.JsonSerDe"
      parameters            = { "ignore.malformed.json" = "true" }
    }

    # A column with the name of a partition key makes the table invalid.
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/inventory-query-athena.html
    dynamic "columns" {
      for_each = [for column in each.value.columns : column if !contains(local.data_layout.partition_keys[*].name, column.name)]

      content {
        name    = columns.value.name
        type    = columns.value.type
        comment = columns.value.description
      }
    }
  }
}
