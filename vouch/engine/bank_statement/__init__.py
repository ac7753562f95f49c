"""银行流水: statements of account of any common layout, read from rows of cells, checked against their own balances.

statement = read_statement(rows)            # rows of a sheet, cells as text, numbers or dates
statement.transactions                      # signed fen: money in is positive
statement.breaks                            # rows whose running balance does not follow from the one before
statement.problems                          # rows that could not be read, each with its row and column
figures_of(statement)                       # in- and outflow by month, counterparties, round trips, window dressing
particulars_of(rows, statement)             # whose account, at which bank, from when until when
"""
