-- Where a customer pays from: one row per record of the day.
SELECT unique_id, iban
FROM raw
