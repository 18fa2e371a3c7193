"""The policy pack: rules as pure functions over one normalised copy of each resource (docs/policies.md)."""
