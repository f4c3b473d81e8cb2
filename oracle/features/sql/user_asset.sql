-- What a user did on one asset before the cut: recency, frequency, duration, money.
SELECT
  e.user_id,
  e.asset,
  COUNT(*) AS pair_events,
  COUNT(DISTINCT {{div_floor(e.receive_time_s, 86400)}}) AS pair_active_days,
  MAX(c.cut_s - e.receive_time_s) AS pair_first_s,
  MIN(c.cut_s - e.receive_time_s) AS pair_recency_s,
  SUM(CAST(CASE WHEN e.kind = 'session' THEN e.quantity ELSE 0 END AS DECIMAL(38,0))) AS pair_session_s,
  COUNT(CASE WHEN e.kind = 'purchase' THEN 1 END) AS pair_purchases,
  COUNT(CASE WHEN e.kind = 'sale' THEN 1 END) AS pair_sales,
  SUM(CASE WHEN e.kind = 'purchase' AND e.price IS NOT NULL
    THEN e.price ELSE CAST(0 AS DECIMAL(38,0)) END) AS pair_spend,
  SUM(CASE WHEN e.kind = 'sale' AND e.price IS NOT NULL
    THEN e.price ELSE CAST(0 AS DECIMAL(38,0)) END) AS pair_income
FROM events e CROSS JOIN cut c
WHERE e.asset IS NOT NULL
GROUP BY e.user_id, e.asset
