"""AWS CodeBuild: moto's projects, with all members of the model, and their changes."""
