-- Who a customer is: one row per record of the day.
SELECT unique_id, person_name, user_name, email, phone, birth_date, personal_number
FROM raw
