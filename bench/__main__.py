"""`make bench`: every benchmark, one after the other."""

from bench import assessment, intent, mail, review, scans

assessment.main(5_000)
review.main()
mail.main()
scans.main()
intent.main()
