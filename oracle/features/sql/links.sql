-- Who named whom as a counterparty: each pair of different users once in each direction it was seen in.
SELECT
  e.user_id,
  e.counterparty AS other_id,
  COUNT(*) AS link_events,
  COUNT(CASE WHEN e.kind = 'friendship' THEN 1 END) AS friendships,
  SUM(CAST(CASE WHEN e.kind = 'message' THEN e.quantity ELSE 0 END AS DECIMAL(38,0))) AS messages
FROM events e
WHERE e.counterparty IS NOT NULL AND e.counterparty <> e.user_id
GROUP BY e.user_id, e.counterparty
