"""Chaos: the real system under load and seeded faults, and a checker that reads what everybody saw.

`python -m tests.chaos --seconds 90 --seed 7 --system all`

    system/    processes and the proxies in front of them
    faults/    the plan of a seed, and its injection
    people/    customers and agents who retry everything, and write down what they did and saw
    checker/   pure: their histories and the final timelines in, findings out
    planted.py five bugs that the checker must catch
"""
