"""二代征信报告: the second-generation credit reports of persons and enterprises, read from the files of the credit bureau.

    report = read_report(data)           # bytes of an XML or JSON file
    report.kind, report.number           # person or enterprise
    for account in accounts_of(report):  # what is borrowed, and how it was repaid
        account.standing, account.history(months=24).events
    report.problems                      # what could not be read, each with its place; everything else is kept

Field codes and their titles stand in ``person.yaml`` and ``enterprise.yaml``.
"""
