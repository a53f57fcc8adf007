"""The store: sessions, timelines and accounts in SQLite or PostgreSQL.

    engine.py       open_engine: from a URL to an engine that is set up for Baton
    migrate.py      migrate, pending, current_revision: the schema (its steps are in migrations/)
    store.py        SqlStore, the port `Store`
    directory.py    SqlDirectory, the port `Directory`
    threads.py      SqlThreads, the port `Threads`
    tries.py        SqlTries, the port `Tries`

Inside: `tables.py` what is kept, `rows.py` between rows and the domain, `transactions.py` short transactions and what
to make of a driver's errors, `appending.py`, `replies.py`, `packets.py` and `listing.py` the statements.
"""
