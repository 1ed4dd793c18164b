"""`make bench`: every benchmark, one after the other."""

from bench import assessment, clocks, intent, mail, notices, review, scans

assessment.main(5_000)
review.main()
clocks.main()
mail.main()
notices.main()
scans.main()
intent.main()
