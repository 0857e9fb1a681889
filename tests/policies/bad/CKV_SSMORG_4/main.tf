locals {
  statements = {
    every_principal = { Effect = "Allow", Principal = { AWS = "*" }, Action = "organizations:DescribePolicy", Resource = "*" }
    anybody         = { Effect = "Allow", Principal = "*", Action = "organizations:DescribePolicy", Resource = "*" }
    every_action    = { Effect = "Allow", Principal = { AWS = "222222222222" }, Action = ["organizations:*"], Resource = "*" }
    writing         = { Effect = "Allow", Principal = { AWS = "222222222222" }, Action = "organizations:Update*", Resource = "*" }
    all_but_one     = { Effect = "Allow", Principal = { AWS = "222222222222" }, NotAction = "organizations:TagResource", Resource = "*" }
  }
}

resource "aws_organizations_resource_policy" "delegation" {
  content = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { AWS = "222222222222" }, Action = ["organizations:*"], Resource = "*" }]
  })
}

resource "aws_organizations_resource_policy" "each" {
  for_each = local.statements

  content = jsonencode({ Version = "2012-10-17", Statement = [each.value] })
}
