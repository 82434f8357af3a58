SELECT city, CAST(COUNT(*) AS BIGINT) AS orders, SUM(amount) AS amount
FROM sales
GROUP BY city
