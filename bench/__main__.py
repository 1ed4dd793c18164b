"""`make bench`: every benchmark, one after the other."""

from bench import assessment, review

assessment.main(5_000)
review.main()
