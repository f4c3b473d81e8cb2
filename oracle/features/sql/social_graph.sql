-- Degree and reciprocity of a user in the graph of links. One row per user who named, or was named by, another.
-- Of two users there is one link at most in each direction, so the greatest of what it says is all it says.
WITH ends AS (
  SELECT k.user_id, k.other_id, 1 AS outward, k.friendships, k.messages AS sent,
    CAST(0 AS DECIMAL(38,0)) AS received
  FROM links k
  UNION ALL
  SELECT k.other_id AS user_id, k.user_id AS other_id, 0 AS outward, k.friendships,
    CAST(0 AS DECIMAL(38,0)) AS sent, k.messages AS received
  FROM links k
),
neighbours AS (
  SELECT
    n.user_id,
    n.other_id,
    MAX(n.outward) AS named,
    MIN(n.outward) AS only_named,
    MAX(n.friendships) AS friendships,
    MAX(n.sent) AS sent,
    MAX(n.received) AS received
  FROM ends n
  GROUP BY n.user_id, n.other_id
)
SELECT
  n.user_id,
  COUNT(*) AS social_neighbours,
  COUNT(CASE WHEN n.named = 1 THEN 1 END) AS social_named,
  COUNT(CASE WHEN n.only_named = 0 THEN 1 END) AS social_named_by,
  COUNT(CASE WHEN n.named = 1 AND n.only_named = 0 THEN 1 END) AS social_mutual,
  COUNT(CASE WHEN n.friendships > 0 THEN 1 END) AS social_friends,
  SUM(n.sent) AS social_messages_sent,
  SUM(n.received) AS social_messages_received
FROM neighbours n
GROUP BY n.user_id
