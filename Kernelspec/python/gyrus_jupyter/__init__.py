"""What Python's notebook tools need to know of Swift: papermill's parameters, nbconvert's scripts."""
