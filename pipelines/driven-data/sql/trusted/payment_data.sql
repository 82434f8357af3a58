-- What a customer pays: (download + upload + 1) / 2 + traffic / (session + 1), rounded half up to the cent.
--
-- Money never becomes a binary fraction. All is counted in whole cents:
--   the first part is exactly 50 * (download + upload + 1) cents;
--   the second is floor((200 * traffic + session + 1) / (2 * (session + 1))) cents, which is rounding half up.
-- The remainder is taken off before the division. So the division is exact for every int, and it does not matter
-- that some engines answer an integer and others a floating point number (all numbers here are below 2^53).
SELECT
    unique_id,
    iban,
    download_speed,
    upload_speed,
    session_duration,
    consumed_traffic,
    CAST(
        CAST(base_cents + (twice - twice % divisor) / divisor AS DECIMAL(18, 2)) * CAST('0.01' AS DECIMAL(18, 2))
        AS DECIMAL(18, 2)
    ) AS payment_amount
FROM (
    SELECT
        f.unique_id,
        d.iban,
        f.download_speed,
        f.upload_speed,
        f.session_duration,
        f.consumed_traffic,
        50 * (CAST(f.download_speed AS BIGINT) + CAST(f.upload_speed AS BIGINT) + 1) AS base_cents,
        200 * CAST(f.consumed_traffic AS BIGINT) + CAST(f.session_duration AS BIGINT) + 1 AS twice,
        2 * (CAST(f.session_duration AS BIGINT) + 1) AS divisor
    FROM fact_network_usage AS f
    INNER JOIN dim_finance AS d ON f.unique_id = d.unique_id
) AS parts
