# StackSet of the organization: its options, and what is reported of accounts that failed.

mock_provider "aws" {
  mock_resource "aws_cloudformation_stack_instances" {
    defaults = { stack_instance_summaries = [{ account_id = "333333333333", region = "us-east-1", detailed_status = "SUCCEEDED" }] }
  }
}

variables {
  name          = "example"
  description   = "An example."
  call_as       = "DELEGATED_ADMIN"
  template_body = "{}"
  targets       = ["r-ab12"]
  regions       = ["us-east-1"]
  failure       = "These failed:"
  creation_mark = "main/2026-01-01T00:00:00Z"
  # The scripts have no AWS to call.
  python_command = null
}

run "one_that_exists_already" {
  command = plan

  module {
    source = "./modules/stack-set"
  }

  variables {
    existing = "{\"stack-set/example\": {\"message\": \"It exists.\", \"creation_mark\": \"main/2025-01-01T00:00:00Z\"}}"
  }

  expect_failures = [aws_cloudformation_stack_instances.this]
}

run "options_and_failed_deployments" {
  module {
    source = "./modules/stack-set"
  }

  override_resource {
    target = aws_cloudformation_stack_instances.this
    values = {
      stack_instance_summaries = [
        {
          account_id    = "333333333333", region = "us-east-1", detailed_status = "FAILED", status = "OUTDATED",
          status_reason = "AccessDenied", drift_status = "", organizational_unit_id = "r-ab12", stack_id = "", stack_set_id = ""
        },
        {
          account_id    = "444444444444", region = "us-east-1", detailed_status = "SKIPPED_SUSPENDED_ACCOUNT", status = "OUTDATED",
          status_reason = "", drift_status = "", organizational_unit_id = "r-ab12", stack_id = "", stack_set_id = ""
        },
      ]
    }
  }

  expect_failures = [check.accounts]

  assert {
    condition     = jsonencode(output.failed_accounts) == jsonencode([{ account_id = "333333333333", reason = "AccessDenied", region = "us-east-1" }])
    error_message = "A failure has AWS's reason, and a closed account is not a failure."
  }

  assert {
    condition = [
      aws_cloudformation_stack_set.this.permission_model, aws_cloudformation_stack_set.this.call_as,
      aws_cloudformation_stack_set.this.auto_deployment[0].enabled,
      aws_cloudformation_stack_set.this.auto_deployment[0].retain_stacks_on_account_removal,
      aws_cloudformation_stack_set.this.operation_preferences[0].failure_tolerance_percentage,
      aws_cloudformation_stack_instances.this.operation_preferences[0].failure_tolerance_percentage,
      aws_cloudformation_stack_instances.this.deployment_targets[0].organizational_unit_ids,
    ] == ["SERVICE_MANAGED", "DELEGATED_ADMIN", true, false, 100, 100, toset(["r-ab12"])]
    error_message = "The whole organization, accounts that join among it, and none of them stops another."
  }
}

run "no_stack" {
  module {
    source = "./modules/stack-set"
  }

  variables {
    operation_preferences = { max_concurrent_percentage = 10, failure_tolerance_percentage = 0, region_concurrency_type = "SEQUENTIAL" }
  }

  assert {
    condition = alltrue([
      for preferences in concat(aws_cloudformation_stack_set.this.operation_preferences, aws_cloudformation_stack_instances.this.operation_preferences) :
      [preferences.max_concurrent_percentage, preferences.failure_tolerance_percentage, preferences.region_concurrency_type] == [10, 0, "SEQUENTIAL"]
    ])
    error_message = "Changes and creations reach one account after the other as asked for."
  }

  override_resource {
    target = aws_cloudformation_stack_instances.this
    values = { stack_instance_summaries = [] }
  }

  expect_failures = [check.accounts]
}

run "a_template_that_is_too_long" {
  command = plan

  module {
    source = "./modules/stack-set"
  }

  variables {
    # 51,201 bytes: the last letter has two.
    template_body = "${format("%051199d", 0)}é"
  }

  expect_failures = [aws_cloudformation_stack_set.this]
}

run "too_many_targets" {
  command = plan

  module {
    source = "./modules/stack-set"
  }

  variables {
    targets = [for number in range(51) : format("ou-ab12-%08d", number)]
  }

  expect_failures = [aws_cloudformation_stack_set.this]
}

run "its_own_and_others_that_were_read_during_the_apply" {
  command = plan

  module {
    source = "./modules/stack-set"
  }

  variables {
    existing = "{\"stack-set/example\": {\"message\": \"It exists.\", \"creation_mark\": \"main/2026-01-01T00:00:00Z\"}, \"stack-set/other\": {\"message\": \"It exists.\", \"creation_mark\": \"\"}}"
  }

  # The stack of the first apply.
  expect_failures = [check.accounts]

  assert {
    condition     = jsonencode(output.new_names) == jsonencode(["example"])
    error_message = "A plan that creates the StackSet asks for its name."
  }
}
