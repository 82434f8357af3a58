-- What a customer used: one row per record of the day.
SELECT unique_id, session_duration, download_speed, upload_speed, consumed_traffic
FROM raw
