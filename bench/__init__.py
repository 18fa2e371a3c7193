"""What the program costs beside a bare one: `make bench`."""
