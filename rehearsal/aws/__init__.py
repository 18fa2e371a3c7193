"""The simulated Amazon Web Services: facts and types as data, rules as small functions by entity."""
