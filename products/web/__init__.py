"""What both faces share: problems, streams, authority, schemas. It knows neither product."""
