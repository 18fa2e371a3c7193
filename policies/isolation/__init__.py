"""Environments keep to themselves: nothing of one names an account, a project or a thing of another."""
