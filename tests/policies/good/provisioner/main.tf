variable "name" {
  type    = string
  default = null
}

locals {
  program   = ["python3", "program.py"]
  arguments = { name = var.name, words = "( ? : \" )" }
}

resource "terraform_data" "encoded" {
  input = { program = local.program, query = local.arguments }

  provisioner "local-exec" {
    when        = destroy
    interpreter = self.input.program
    command     = jsonencode(self.input.query)
  }

  provisioner "local-exec" {
    interpreter = concat(local.program, [var.name])
    command     = jsonencode(merge(local.arguments, { question = "is it ? or : or (" }))
  }
}

resource "terraform_data" "constant_or_encoded" {
  provisioner "local-exec" {
    interpreter = var.name == null ? null : local.program
    command     = var.name == null ? "exit 0" : jsonencode(local.arguments)
  }
}

# What is constant may be read by a shell, and values come to it as its environment.
resource "terraform_data" "environment" {
  provisioner "local-exec" {
    interpreter = ["/bin/bash", "-c"]
    command     = "program --name \"$NAME\""
    environment = { NAME = var.name }
  }
}
