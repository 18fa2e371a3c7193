"""Simulated clouds attached to the real Pulumi engine, and the launcher that joins them. Knows no system of ours."""
