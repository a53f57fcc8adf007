"""The benchmark: Baton and its peers side by side, in the same run, through their real endpoints.

    __main__.py   the command: what to measure, then the table and `build/bench.json`
    plan.py       how much: sizes and durations of a quick run, a full one, and a test's
    run.py        every figure for every peer
    results.py    the numbers and their ratios          table.py    the same for people
    figures/      what is measured                      peers/      whom: Baton, naive, nchan, socket.io
    load/         the load generator, a process of its own; generator.py holds it by the hand
    databases.py  databases with sessions and histories in them

Times are read from one clock that all processes of a machine share (CLOCK_MONOTONIC).
"""
