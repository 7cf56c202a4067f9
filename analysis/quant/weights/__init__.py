"""How would all have answered? `raking` gives answers the margins of the population, `weighted` uses the weights."""
