"""`make bench`: every benchmark, one after the other."""

from bench import assessment, mail, review, scans

assessment.main(5_000)
review.main()
mail.main()
scans.main()
