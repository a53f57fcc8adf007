"""The load generator: it holds the streams, publishes, posts, and stamps what arrives.

It runs in a process of its own and looks at nothing in a frame but the stamp, so that it is not what is measured. It
takes one job after the other as a line of JSON on its standard input and answers each with a line.
"""
