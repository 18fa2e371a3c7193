"""Kubernetes entities that any cluster can run."""
