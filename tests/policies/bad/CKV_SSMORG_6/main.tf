variable "name" {
  type    = string
  default = "quiet"
}

locals {
  arguments = { name = var.name }
}

resource "terraform_data" "no_interpreter" {
  provisioner "local-exec" {
    command = jsonencode({ name = "constant" })
  }
}

resource "terraform_data" "interpolated" {
  provisioner "local-exec" {
    interpreter = ["python3", "program.py"]
    command     = "--name ${var.name}"
  }
}

resource "terraform_data" "by_reference" {
  input = "--name quiet"

  provisioner "local-exec" {
    when        = destroy
    interpreter = ["python3", "program.py"]
    command     = self.input
  }
}

# A shell runs what it finds in a JSON string as well.
resource "terraform_data" "shell" {
  provisioner "local-exec" {
    interpreter = ["/bin/bash", "-c"]
    command     = jsonencode(local.arguments)
  }
}

resource "terraform_data" "one_of_two" {
  provisioner "local-exec" {
    interpreter = ["python3", "program.py"]
    command     = jsonencode(local.arguments)
  }

  provisioner "local-exec" {
    interpreter = ["python3", "program.py"]
    command     = format("%s %s", jsonencode(local.arguments), var.name)
  }
}

resource "terraform_data" "one_branch" {
  provisioner "local-exec" {
    interpreter = ["python3", "program.py"]
    command     = var.name == "" ? jsonencode(local.arguments) : var.name
  }
}

resource "terraform_data" "remote" {
  provisioner "remote-exec" {
    inline = ["echo ${var.name}"]
  }
}

# As it has no instance here, it may have some elsewhere.
resource "terraform_data" "counted" {
  count = var.name == "quiet" ? 0 : 1

  provisioner "local-exec" {
    command = var.name
  }
}

resource "terraform_data" "each" {
  for_each = toset(["a:b", "c.d"])

  provisioner "local-exec" {
    interpreter = ["python3", "program.py"]
    command     = each.key
  }
}
