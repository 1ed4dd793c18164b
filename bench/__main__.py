"""`make bench`: every benchmark, one after the other."""

from bench import assessment, clocks, intent, mail, review, scans

assessment.main(5_000)
review.main()
clocks.main()
mail.main()
scans.main()
intent.main()
