"""The demo shop's orders."""

from infrastructure.orders.demo.order_book import DemoOrderBook

__all__ = ["DemoOrderBook"]
