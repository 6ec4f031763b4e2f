"""Measurements: `python -m benchmarks NAME [--json]`.

A benchmark is a module here whose docstring says what it measures and which has

    run() -> {"title": str, "rows": [{column: value}]}

Times on a shared machine drift, so what is compared is measured in turns within one run, and the
table gives ratios beside any time.
"""
