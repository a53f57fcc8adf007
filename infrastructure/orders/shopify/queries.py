"""What is asked of Shopify's Admin API (GraphQL, version 2026-10). Needs the scopes `read_orders`, `read_customers` and
`read_products`; orders older than 60 days need `read_all_orders`.
"""

from __future__ import annotations

from gql import gql

# Shopify refuses a question that may cost more than 1,000 points, whatever the plan: so many orders at once, with so
# many lines and parcels each, stay below it. What an order has beyond is not shown.
ORDERS_AT_ONCE = 10
PRODUCTS_AT_ONCE = 20

ORDERS = gql(
    """
    query Orders($query: String!, $first: Int!, $after: String) {
      orders(first: $first, after: $after, query: $query, sortKey: CREATED_AT, reverse: true) {
        nodes {
          name
          email
          createdAt
          cancelledAt
          returnStatus
          displayFulfillmentStatus
          billingAddress { name }
          customer { displayName }
          lineItems(first: 20) {
            nodes {
              name
              quantity
              requiresShipping
              image { url }
              originalUnitPriceSet { presentmentMoney { amount currencyCode } }
            }
          }
          fulfillments(first: 5) {
            status
            displayStatus
            trackingInfo(first: 1) { company number url }
          }
        }
        pageInfo { hasNextPage endCursor }
      }
    }
    """
)

PRODUCTS = gql(
    """
    query Products($query: String!, $first: Int!) {
      products(first: $first, query: $query, sortKey: RELEVANCE) {
        nodes {
          title
          onlineStoreUrl
          featuredMedia { preview { image { url } } }
          priceRangeV2 { minVariantPrice { amount currencyCode } }
        }
      }
    }
    """
)
