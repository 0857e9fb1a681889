# A StackSet with service-managed permissions, and its stacks in every account of the targets and in each Region.

locals {
  instances        = aws_cloudformation_stack_instances.this.stack_instance_summaries == null ? [] : aws_cloudformation_stack_instances.this.stack_instance_summaries
  failed_instances = [for instance in local.instances : instance if contains(["FAILED", "CANCELLED", "INOPERABLE"], instance.detailed_status)]
  # length() counts characters.
  template_base64 = base64encode(var.template_body)
  template_bytes  = length(local.template_base64) * 3 / 4 - length(regexall("=", local.template_base64))
  tag             = "systems-manager-organization:created"
  # Read during an apply, it has what the same plan created already.
  exists_already = [
    for key, found in jsondecode(var.existing == null ? "{}" : var.existing) : found.message
    if key == "stack-set/${var.name}" && found.creation_mark != var.creation_mark
  ]
  # That of the provider.
  region = element(split(":", aws_cloudformation_stack_set.this.arn), 3)
  # Of these alone: to replace the resource would delete the stacks of all accounts first.
  # ASSUMPTION(stack-sets-failed-instances): it also creates the stack that could not be created.
  deploy_again = join(" ", [
    "aws cloudformation update-stack-instances --stack-set-name ${var.name} --call-as ${var.call_as}",
    "--region ${local.region}",
    "--deployment-targets OrganizationalUnitIds=${join(",", sort(distinct(local.failed_instances[*].organizational_unit_id)))},Accounts=${join(",", sort(distinct(local.failed_instances[*].account_id)))},AccountFilterType=INTERSECTION",
    "--regions ${join(" ", sort(distinct(local.failed_instances[*].region)))}",
  ])
  create_again = "terraform apply -replace='ADDRESS.aws_cloudformation_stack_instances.this', with the address of this module as terraform state list shows it."
}

resource "aws_cloudformation_stack_set" "this" {
  name             = var.name
  description      = var.description
  permission_model = "SERVICE_MANAGED"
  call_as          = var.call_as
  capabilities     = var.capabilities
  template_body    = var.template_body
  tags             = merge(var.tags, var.creation_mark == null ? {} : { (local.tag) = var.creation_mark })

  auto_deployment {
    enabled                          = true
    retain_stacks_on_account_removal = false
  }

  # Runs operations concurrently, so that the deployment to an account that joins is not refused during another operation.
  managed_execution {
    active = true
  }

  # By default it continues after any number of failures: the check below reports them.
  operation_preferences {
    failure_tolerance_percentage = var.operation_preferences.failure_tolerance_percentage
    max_concurrent_percentage    = var.operation_preferences.max_concurrent_percentage
    region_concurrency_type      = var.operation_preferences.region_concurrency_type
  }

  timeouts {
    update = "90m"
  }

  lifecycle {
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
    precondition {
      condition     = local.template_bytes <= 51200
      error_message = "The template of the StackSet ${var.name} has ${local.template_bytes} bytes, but CloudFormation takes 51,200. Divide what it has among several calls of the module, with other names."
    }

    # The provider has a default for it, although a service-managed StackSet has no such role.
    # https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/cloudformation_stack_set
    ignore_changes = [administration_role_arn, tags["systems-manager-organization:created"]]

    # Of each operation. The StackSet also waits for what the caller's targets wait for.
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStackInstances.html
    precondition {
      condition     = length(var.targets) <= 50
      error_message = "The StackSet ${var.name} has ${length(var.targets)} targets, but CloudFormation takes 50. Give units above them, or divide them among several calls of the module, with other names."
    }
  }
}

resource "aws_cloudformation_stack_instances" "this" {
  stack_set_name = aws_cloudformation_stack_set.this.name
  call_as        = var.call_as
  regions        = var.regions

  deployment_targets {
    organizational_unit_ids = var.targets
  }

  operation_preferences {
    failure_tolerance_percentage = var.operation_preferences.failure_tolerance_percentage
    max_concurrent_percentage    = var.operation_preferences.max_concurrent_percentage
    region_concurrency_type      = var.operation_preferences.region_concurrency_type
  }

  timeouts {
    create = "90m"
    update = "90m"
    delete = "90m"
  }

  lifecycle {
    # The provider reads the targets from the instances, which a unit without accounts does not have: every plan would add the unit again.
    # https://github.com/hashicorp/terraform-provider-aws/issues/40243
    ignore_changes       = [deployment_targets]
    replace_triggered_by = [terraform_data.without_python]

    # Here, and not of the StackSet: what exists already is asked for only where a plan creates it.
    precondition {
      condition     = length(local.exists_already) == 0
      error_message = join("\n", [for message in local.exists_already : "EXISTS_ALREADY: ${message}"])
    }
  }
}

# Replaced where the targets change, which the plan shows here: the script leaves the stacks of those that stay. A change of
# the Regions is the provider's; the script adds them to targets without an account.
resource "terraform_data" "targets" {
  triggers_replace = { regions = sort(var.regions), targets = sort(var.targets) }

  # The query is one argument of the program: no shell interprets it.
  provisioner "local-exec" {
    interpreter = var.python_command == null ? null : concat(var.python_command, ["${path.module}/../../scripts/ensure.py", "stack-set-targets"])
    command = var.python_command == null ? "exit 0" : jsonencode({
      for key, value in merge(
        { for key, value in var.operation_preferences : key => tostring(value) },
        {
          account_id     = var.account_id
          region         = local.region
          stack_set_name = aws_cloudformation_stack_set.this.name
          call_as        = var.call_as
          targets        = jsonencode(sort(var.targets))
          regions        = jsonencode(sort(var.regions))
          tagged         = tostring(var.creation_mark != null)
        },
        var.script_credentials,
      ) : key => value if value != null
    })
  }

  depends_on = [aws_cloudformation_stack_instances.this]
}

# Without Python changed targets replace all stacks. The second one is there then; the first one never changes: what replaces
# is never without an instance, and is not replaced by one that is created.
resource "terraform_data" "without_python" {
  count = var.python_command == null ? 2 : 1

  input = count.index == 0 ? null : sort(var.targets)
}

check "accounts" {
  assert {
    condition = length(local.instances) > 0 && length(local.failed_instances) == 0
    error_message = length(local.instances) == 0 ? "The StackSet ${var.name} has no stack in any account: its targets have no active account or no longer exist, or all of its stacks were deleted outside of Terraform. If they were, create them again: ${local.create_again} If the targets no longer exist, give others; a destroy requires first: terraform state rm 'ADDRESS.aws_cloudformation_stack_instances.this'" : join("\n", concat(
      [var.failure],
      [for instance in local.failed_instances : "- ${instance.account_id} ${instance.region}: ${instance.status_reason}"],
      ["${var.remedy} ${local.deploy_again}"],
    ))
  }
}
