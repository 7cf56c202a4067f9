"""How do groups differ? `samples` divides people, `noncentral` gives effects intervals, then one test a file."""
