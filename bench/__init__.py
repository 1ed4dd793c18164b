"""Benchmarks: each figure beside a bare loop of the same work, in the same run. `make bench`."""
