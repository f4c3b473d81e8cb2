-- The pairs that have a row unless the caller names others: whatever a user did something on.
SELECT DISTINCT e.user_id, e.asset
FROM events e
WHERE e.asset IS NOT NULL
