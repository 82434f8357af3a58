-- How well the network worked for a customer.
--
-- min_session_duration is minutes with one decimal, rounded half up: tenths = floor((seconds + 3) / 6). As in
-- payment_data, the remainder is taken off first, so that the division is exact in every engine.
-- technical_issue is an OR of three limits; the minutes in it are not rounded (less than 1 minute = less than 60 s).
SELECT
    unique_id,
    address,
    mac_address,
    ip_address,
    download_speed,
    upload_speed,
    CAST(
        CAST((half_up - half_up % 6) / 6 AS DECIMAL(18, 1)) * CAST('0.1' AS DECIMAL(18, 1)) AS DECIMAL(10, 1)
    ) AS min_session_duration,
    download_speed < 50 OR upload_speed < 30 OR session_duration < 60 AS technical_issue
FROM (
    SELECT
        f.unique_id,
        a.address,
        a.mac_address,
        a.ip_address,
        f.download_speed,
        f.upload_speed,
        f.session_duration,
        CAST(f.session_duration AS BIGINT) + 3 AS half_up
    FROM fact_network_usage AS f
    INNER JOIN dim_address AS a ON f.unique_id = a.unique_id
) AS parts
