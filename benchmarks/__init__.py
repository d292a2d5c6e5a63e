"""What the agent costs beside what the same work costs without it: `make bench`."""
