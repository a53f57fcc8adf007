"""The demo shop's orders, where their parcels are, and what it sells."""

from infrastructure.orders.demo.catalogue import DemoCatalogue
from infrastructure.orders.demo.order_book import DemoOrderBook
from infrastructure.orders.demo.tracking import DemoTracking

__all__ = ["DemoCatalogue", "DemoOrderBook", "DemoTracking"]
