"""The schema's steps, run by `infrastructure.store.migrate`.

A new step: a file in `versions/` that names its `revision` and, as `down_revision`, the one before; a test compares
where the steps lead with `tables.py`. What SQLite cannot alter is altered with `op.batch_alter_table`.
"""
