-- Where a customer is reached: one row per record of the day.
SELECT unique_id, address, mac_address, ip_address
FROM raw
