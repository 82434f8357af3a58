-- One row for each order, without what a customer wrote.
SELECT order_id, product, quantity, unit_price
FROM orders
