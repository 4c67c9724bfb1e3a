"""Reading tables of visits.

In: a CSV or Parquet file with a row for each visit. Out: classes of visits, each with its count.

    columns          what a visit's columns may hold
    visit_classes    a table as classes of visits that say the same, each with its count
    table_cells      the cells of a table by column, as they come
    visit_columns    the same as columns of what they say (numpy)
    csv_lines        the lines of a CSV, counted as they come in pieces
    plain_lines      lines of plain cells taken apart by column, thousands at once (numpy)
    lines_by_column  the same of lines as they come, where most of them differ (numpy)
    csv_visits       classes from CSV, with the standard library alone
    parquet_visits   the same from Parquet, by DuckDB
    sample           a population made from public shares, to try it on; the collector's module

Imports `gate.rules`.
"""
