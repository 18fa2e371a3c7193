"""What systems on Google Cloud share: project, region, what Google offers, its value types and name rules."""
