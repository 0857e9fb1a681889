resource "aws_organizations_resource_policy" "delegation" {
  content = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { AWS = "222222222222" }, Action = ["organizations:Describe*", "organizations:List*"], Resource = "*" },
      { Effect = "Deny", Principal = "*", Action = "organizations:*", Resource = "*" },
    ]
  })
}
