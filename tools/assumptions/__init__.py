"""`make docs`: the page of what is assumed about AWS."""
