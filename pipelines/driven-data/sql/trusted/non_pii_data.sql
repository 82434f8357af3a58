-- The day's records without what identifies a person by itself.
--
-- Names, numbers and addresses become a constant. Of user_name, email, mac_address, ip_address and iban the first 5
-- characters stay, followed by *****. A short value would be told whole by its first 5 characters, so at least 3
-- characters are always hidden: 7 characters keep 4, 4 keep 1, and 3 or fewer keep none. Characters are Unicode
-- characters, whatever the letters. unique_id stays: readers of pii_data can join the two, so grant the
-- two tables to different people.
SELECT
    '***MASKED***' AS person_name,
    SUBSTR(p.user_name, 1, CASE WHEN LENGTH(p.user_name) >= 8 THEN 5 WHEN LENGTH(p.user_name) > 3 THEN LENGTH(p.user_name) - 3 ELSE 0 END)
        || '*****' AS user_name,
    SUBSTR(p.email, 1, CASE WHEN LENGTH(p.email) >= 8 THEN 5 WHEN LENGTH(p.email) > 3 THEN LENGTH(p.email) - 3 ELSE 0 END)
        || '*****' AS email,
    '***MASKED***' AS personal_number,
    '***MASKED***' AS birth_date,
    '***MASKED***' AS address,
    '***MASKED***' AS phone,
    SUBSTR(a.mac_address, 1, CASE WHEN LENGTH(a.mac_address) >= 8 THEN 5 WHEN LENGTH(a.mac_address) > 3 THEN LENGTH(a.mac_address) - 3 ELSE 0 END)
        || '*****' AS mac_address,
    SUBSTR(a.ip_address, 1, CASE WHEN LENGTH(a.ip_address) >= 8 THEN 5 WHEN LENGTH(a.ip_address) > 3 THEN LENGTH(a.ip_address) - 3 ELSE 0 END)
        || '*****' AS ip_address,
    SUBSTR(n.iban, 1, CASE WHEN LENGTH(n.iban) >= 8 THEN 5 WHEN LENGTH(n.iban) > 3 THEN LENGTH(n.iban) - 3 ELSE 0 END)
        || '*****' AS iban,
    t.accessed_at,
    f.session_duration,
    f.download_speed,
    f.upload_speed,
    f.consumed_traffic,
    f.unique_id
FROM fact_network_usage AS f
INNER JOIN dim_person AS p ON f.unique_id = p.unique_id
INNER JOIN dim_address AS a ON f.unique_id = a.unique_id
INNER JOIN dim_finance AS n ON f.unique_id = n.unique_id
INNER JOIN dim_date AS t ON f.unique_id = t.unique_id
