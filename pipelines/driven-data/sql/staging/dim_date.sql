-- When a customer used the network: one row per record of the day.
SELECT unique_id, accessed_at
FROM raw
