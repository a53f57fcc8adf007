"""Orders and products of Shopify's shops, by its Admin API.

shops.py        which shops there are, as an operator writes them; whose number an order's is
client.py       one shop: questions and answers, retries, time limits
points.py       what it lets us spend
queries.py      what is asked; searching.py how people's text goes into it; reading.py what comes back
shopfront.py    several shops as one, with a memory
order_book.py, catalogue.py    the ports
"""
