SELECT o.id AS id, c.city AS city, o.amount AS amount
FROM orders AS o
JOIN customers AS c ON o.customer = c.customer
