-- What a user did before the cut, whatever it was on. One row per user with an event.
SELECT
  e.user_id,
  COUNT(*) AS user_events,
  COUNT(CASE WHEN e.receive_time_s >= c.cut_s - 2592000 THEN 1 END) AS user_events_30d,
  COUNT(DISTINCT {{div_floor(e.receive_time_s, 86400)}}) AS user_active_days,
  COUNT(DISTINCT CASE WHEN e.receive_time_s >= c.cut_s - 2592000
    THEN {{div_floor(e.receive_time_s, 86400)}} END) AS user_active_days_30d,
  MAX(c.cut_s - e.receive_time_s) AS user_tenure_s,
  MIN(c.cut_s - e.receive_time_s) AS user_recency_s,
  SUM(CAST(CASE WHEN e.kind = 'login' THEN e.quantity ELSE 0 END AS DECIMAL(38,0))) AS user_logins,
  SUM(CAST(CASE WHEN e.kind = 'session' THEN e.quantity ELSE 0 END AS DECIMAL(38,0))) AS user_session_s,
  SUM(CAST(CASE WHEN e.kind = 'session' AND e.receive_time_s >= c.cut_s - 2592000
    THEN e.quantity ELSE 0 END AS DECIMAL(38,0))) AS user_session_30d_s,
  COUNT(CASE WHEN e.kind = 'purchase' THEN 1 END) AS user_purchases,
  COUNT(CASE WHEN e.kind = 'purchase' AND e.receive_time_s >= c.cut_s - 7776000 THEN 1 END)
    AS user_purchases_90d,
  COUNT(CASE WHEN e.kind = 'sale' THEN 1 END) AS user_sales,
  SUM(CASE WHEN e.kind = 'purchase' AND e.price IS NOT NULL
    THEN e.price ELSE CAST(0 AS DECIMAL(38,0)) END) AS user_spend,
  SUM(CASE WHEN e.kind = 'purchase' AND e.price IS NOT NULL AND e.receive_time_s >= c.cut_s - 7776000
    THEN e.price ELSE CAST(0 AS DECIMAL(38,0)) END) AS user_spend_90d,
  SUM(CASE WHEN e.kind = 'sale' AND e.price IS NOT NULL
    THEN e.price ELSE CAST(0 AS DECIMAL(38,0)) END) AS user_income,
  COUNT(DISTINCT e.asset) AS user_assets
FROM events e CROSS JOIN cut c
GROUP BY e.user_id
