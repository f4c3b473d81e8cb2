-- What a user's neighbours, in either direction, did on the asset.
WITH neighbours AS (
  SELECT k.user_id, k.other_id FROM links k
  UNION
  SELECT k.other_id AS user_id, k.user_id AS other_id FROM links k
)
SELECT
  p.user_id,
  p.asset,
  COUNT(*) AS neighbour_users,
  SUM(CAST(t.pair_events AS DECIMAL(38,0))) AS neighbour_events,
  COUNT(CASE WHEN t.pair_purchases > 0 THEN 1 END) AS neighbour_buyers,
  MIN(t.pair_recency_s) AS neighbour_recency_s
FROM pairs p
JOIN neighbours n ON n.user_id = p.user_id
JOIN user_asset t ON t.user_id = n.other_id AND t.asset = p.asset
GROUP BY p.user_id, p.asset
