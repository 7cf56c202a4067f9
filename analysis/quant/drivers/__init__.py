"""What does an outcome go with? `regression` on complete rows, `draws` of its moments, then one analysis of drivers."""
