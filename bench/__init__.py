"""What `make bench` measures, each figure beside the bare database and the empty page of the same run."""
