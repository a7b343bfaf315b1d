"""The desk where many papers are checked: work for several processes, a journal of what is done, a report.

| module | what it does |
|---|---|
| ``work`` | one file -> its answers as plain data, in whatever process |
| ``pool`` | the same for many, over several processes, in order; a lost process costs one file |
| ``journal`` | what is done is kept beside the report, so that a stopped run goes on |
| ``cases`` | what only shows over many papers: the same twice, one number under two names |
| ``workbook`` | the report, .xlsx |
"""
