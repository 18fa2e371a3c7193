"""What every resource says about itself: its system, its environment, its owner, and what its data is."""
