"""What runs in clusters: its images, what its pods may do, and the namespaces they are in."""
