-- What an asset is, how scarce its attributes are, and how it traded. One row per asset of the catalogue.
-- A sale is two events where both parties are known; the seller's stands for it, or a buyer's without a seller.
WITH supply AS (
  SELECT t.name, t.value, COUNT(*) AS supply, MIN(t.asset) AS first_asset
  FROM asset_attributes t
  GROUP BY t.name, t.value
),
attributes AS (
  SELECT
    t.asset,
    COUNT(*) AS attributes,
    MIN(s.supply) AS rarest,
    MAX(CASE WHEN t.name = 'type' THEN s.first_asset END) AS type_code,
    MAX(CASE WHEN t.name = 'type' THEN s.supply END) AS type_supply
  FROM asset_attributes t
  JOIN supply s ON s.name = t.name AND s.value = t.value
  GROUP BY t.asset
),
acts AS (
  SELECT
    e.asset,
    COUNT(*) AS events,
    COUNT(DISTINCT e.user_id) AS users,
    SUM(CAST(CASE WHEN e.kind = 'session' THEN e.quantity ELSE 0 END AS DECIMAL(38,0))) AS session_s
  FROM events e
  WHERE e.asset IS NOT NULL
  GROUP BY e.asset
),
sales AS (
  SELECT e.asset, e.receive_time_s, e.price
  FROM events e
  WHERE e.asset IS NOT NULL
    AND (e.kind = 'sale' OR (e.kind = 'purchase' AND e.counterparty IS NULL))
),
trades AS (
  SELECT
    s.asset,
    COUNT(*) AS trades,
    COUNT(CASE WHEN s.receive_time_s >= c.cut_s - 7776000 THEN 1 END) AS trades_90d,
    MIN(c.cut_s - s.receive_time_s) AS trade_recency_s,
    MIN(s.price) AS price_low,
    MAX(s.price) AS price_high,
    MAX(CASE WHEN s.price IS NOT NULL THEN s.receive_time_s END) AS priced_time_s
  FROM sales s CROSS JOIN cut c
  GROUP BY s.asset
),
last_prices AS (
  SELECT s.asset, MAX(s.price) AS price
  FROM sales s
  JOIN trades t ON t.asset = s.asset AND t.priced_time_s = s.receive_time_s
  GROUP BY s.asset
)
SELECT
  a.asset,
  x.type_code AS asset_type,
  x.type_supply AS asset_type_supply,
  COALESCE(x.attributes, 0) AS asset_attributes,
  x.rarest AS asset_rarest_supply,
  COALESCE(h.events, 0) AS asset_events,
  COALESCE(h.users, 0) AS asset_users,
  COALESCE(h.session_s, CAST(0 AS DECIMAL(38,0))) AS asset_session_s,
  COALESCE(t.trades, 0) AS asset_trades,
  COALESCE(t.trades_90d, 0) AS asset_trades_90d,
  t.trade_recency_s AS asset_trade_recency_s,
  p.price AS asset_last_price,
  t.price_low AS asset_price_low,
  t.price_high AS asset_price_high
FROM assets a
LEFT JOIN attributes x ON x.asset = a.asset
LEFT JOIN acts h ON h.asset = a.asset
LEFT JOIN trades t ON t.asset = a.asset
LEFT JOIN last_prices p ON p.asset = a.asset
