output "instance_profile_name" {
  description = "Name of the instance profile, for `iam_instance_profile` of an instance or launch template, once the role has its policies."
  value       = aws_iam_instance_profile.this.name

  depends_on = [aws_iam_role_policy_attachment.this]
}

output "role_arn" {
  description = "ARN of the role."
  value       = aws_iam_role.this.arn
}
