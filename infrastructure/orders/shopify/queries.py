"""What is asked of Shopify's Admin API (GraphQL, version 2026-10). Needs the scopes `read_orders`, `read_customers` and
`read_products`; orders older than 60 days need `read_all_orders`.
"""

from __future__ import annotations

from gql import gql

# Shopify refuses a question that may cost more than 1,000 points, whatever the plan: so many orders at once, with so
# many lines and parcels each, stay below it. Of one order alone there may be more lines at once.
ORDERS_AT_ONCE = 10
_LINES_WITH_AN_ORDER = 20
_MORE_LINES = 100
PRODUCTS_AT_ONCE = 20

_LINES = """
            nodes {
              name
              quantity
              currentQuantity
              requiresShipping
              image { url }
              originalUnitPriceSet { presentmentMoney { amount currencyCode } }
            }
            pageInfo { hasNextPage endCursor }
"""

ORDERS = gql(
    f"""
    query Orders($query: String!, $first: Int!, $after: String) {{
      orders(first: $first, after: $after, query: $query, sortKey: CREATED_AT, reverse: true) {{
        nodes {{
          id
          name
          email
          createdAt
          cancelledAt
          returnStatus
          displayFulfillmentStatus
          displayFinancialStatus
          billingAddress {{ name }}
          customer {{ displayName }}
          lineItems(first: {_LINES_WITH_AN_ORDER}) {{{_LINES}}}
          fulfillments(first: 5) {{
            status
            displayStatus
            trackingInfo(first: 1) {{ company number url }}
          }}
        }}
        pageInfo {{ hasNextPage endCursor }}
      }}
    }}
    """
)

ORDER_LINES = gql(
    f"""
    query OrderLines($id: ID!, $after: String!) {{
      order(id: $id) {{
        lineItems(first: {_MORE_LINES}, after: $after) {{{_LINES}}}
      }}
    }}
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
