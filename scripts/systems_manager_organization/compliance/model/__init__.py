"""What is known of a managed node, and the columns of a report: the same for every source and output."""
