"""The simulated Google Cloud: facts and types as data, rules as small functions by entity."""
