"""AWS CloudFormation: moto's, with stacks that fail, and StackSets that deploy to the organization."""
