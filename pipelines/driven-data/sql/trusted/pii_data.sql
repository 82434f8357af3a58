-- The day's records whole again, in the order of the raw columns. Holds personal data.
SELECT
    p.person_name,
    p.user_name,
    p.email,
    p.personal_number,
    p.birth_date,
    a.address,
    p.phone,
    a.mac_address,
    a.ip_address,
    n.iban,
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
