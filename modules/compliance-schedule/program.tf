# The program: this version's scripts, the locked requirements and build.py, as one object. A build does without Git and without a
# release's archive.
#
# Terraform has no function for an archive, and the file that a data source of the archive provider writes at plan is missing where
# an apply runs on another machine. So it is a JSON document of all files, which the buildspec unpacks.

locals {
  scripts = "${path.module}/../../scripts"
  program = jsonencode(merge(
    { for name in fileset(local.scripts, "**/*.{css,html,js,json,py,sql}") : "scripts/${name}" => file("${local.scripts}/${name}") },
    { for name in ["build.py", "requirements.txt"] : name => file("${path.module}/${name}") },
    { for name, text in local.files : name => text if text != null },
  ))

  # Files that the report reads, beside the program.
  files = {
    "exceptions.json" = var.report.exceptions
    "owners.json"     = var.report.owners
  }

  # The folder is CodeBuild's source, which downloads what is in it.
  program_folder = "${var.prefix}/program/"
}

resource "aws_s3_object" "program" {
  bucket = local.is_bucket_created ? one(aws_s3_bucket.this[*].id) : local.bucket_name
  key    = "${local.program_folder}program.json.gz"
  # Sensitive only so that a plan does not show all of it.
  content_base64 = sensitive(base64gzip(local.program))

  # An object has ten tags at most: neither var.tags nor the provider's need fit.
  # https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html
  override_provider {
    default_tags {
      tags = {}
    }
  }

  # It is written with the key of the bucket.
  depends_on = [aws_s3_bucket_server_side_encryption_configuration.this, aws_s3_bucket_versioning.this]

  lifecycle {
    precondition {
      condition     = length(terraform_data.requirements.input) > 0
      error_message = "The requirements are not met."
    }
  }
}
