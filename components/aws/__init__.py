"""AWS entities, one file each."""
