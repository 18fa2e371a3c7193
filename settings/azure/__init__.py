"""What systems on Azure share: subscription, regions, what Azure offers, its value types and name rules."""
