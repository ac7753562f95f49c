"""财务报表: balance sheet, income and cash flow statement of a firm, read from rows of cells, checked and turned into ratios.

book = read_sheets({"资产负债表": rows, "利润表": rows})   # amounts in fen; what was not understood is told
imbalances(book.periods[0])                            # kept, marked and explained, never refused
ratios(book.periods[0], before=book.periods[1])        # exact; missing where a part of it is missing
"""
