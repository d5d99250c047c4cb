"""What neither a template nor `[traffic]` says, and an estimate assumes; printed wherever it is used."""

from __future__ import annotations

from decimal import Decimal

ACCESS_LOG_KB = Decimal("0.5")
"""One line of a stage's access log, in JSON."""
DATABASE_LOG_GB = Decimal("0.1")
"""What PostgreSQL writes to an exported log in a month, slow statements and connections included."""
MONITORING_RECORD_KB = Decimal(10)
"""One record of enhanced monitoring."""
FLOW_LOG_GB = Decimal("0.1")
"""Flow log of a VPC whose functions keep their connections open."""
FIREWALL_LOG_KB = Decimal(1)
"""One request in a WAF log."""
FIREWALL_LOGGED_SHARE = Decimal("0.01")
"""Share of requests that a WAF log keeps when it drops all but blocked ones."""
TRACES_PER_SECOND = Decimal(1)
"""X-Ray's default rule: the first request of each second is traced,"""
TRACED_SHARE = Decimal("0.05")
"""and this share of the others."""
METRICS_PER_ROUTE = 6
"""Count, 4xx, 5xx, DataProcessed, Latency, IntegrationLatency: what an HTTP API measures for each route."""
METRICS_PER_METHOD = 5
"""Count, 4XXError, 5XXError, Latency, IntegrationLatency: what a REST API measures for each method."""
NOTIFICATIONS = Decimal(100)
"""Messages to a topic of alarms in a month."""
BUCKET_GB = Decimal("0.1")
"""What a bucket holds: a built frontend with some old versions."""
CACHE_MISS_SHARE = Decimal("0.1")
"""Share of the frontend's requests that CloudFront must fetch from the bucket."""
BACKUP_CHANGE_SHARE = Decimal("0.03")
"""What each further backup adds to the first, as a share of the storage."""
