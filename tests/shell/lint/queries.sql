-- 50 statements of the shop. `expect` names codes that lint must report for the statement below, `fine` says that it
-- must report nothing that fails or warns.

-- fine
SELECT customer_id, email FROM customer WHERE customer_id = :id;
-- fine
SELECT email FROM customer WHERE email = ?1;
-- fine
SELECT last_name, first_name, born FROM customer WHERE last_name = :last AND first_name = :first;
-- fine
SELECT born FROM customer WHERE first_name = :first AND last_name = :last AND born > 1960;
-- expect prefix-leading-column-free
SELECT customer_id, last_name, email FROM customer WHERE first_name = 'F1';
-- expect prefix-gap
SELECT last_name, born FROM customer WHERE last_name = 'L5' AND born = 1970;
-- expect prefix-range-stops
SELECT last_name, first_name FROM customer WHERE last_name > 'L5' AND first_name = 'F1';
-- fine
SELECT first_name, email FROM customer WHERE last_name = 'L5';
-- expect column-inside-function
SELECT email, born FROM customer WHERE upper(last_name) = 'L5';
-- expect column-inside-arithmetic
SELECT order_id, status FROM orders WHERE total * 2 > 1700;
-- fine
SELECT lower(email) FROM customer WHERE email = 'user7@example.com';
-- fine
SELECT customer_id, email FROM customer WHERE lower(email) = 'user7@example.com';
-- expect like-leading-wildcard
SELECT name, price FROM product WHERE name LIKE '%lamp%';
-- expect not-covering
SELECT name, price FROM product WHERE name LIKE 'Product 1%';
-- expect like-case-insensitive
SELECT sku, price FROM product WHERE sku LIKE 'SKU10%';
-- expect pattern-parameter-unknown
SELECT sku, price FROM product WHERE sku GLOB :prefix;
-- expect not-equal
SELECT order_id, total, employee_id FROM orders WHERE status <> 'done';
-- expect not-in
SELECT order_id, total, employee_id FROM orders WHERE status NOT IN ('done', 'sent');
-- expect or-unindexed-branch
SELECT order_id FROM orders WHERE customer_id = 7 OR employee_id = 3;
-- fine
SELECT order_id FROM orders WHERE customer_id = 7 AND placed_on >= '2023-01-01' ORDER BY placed_on;
-- expect date-function-on-column
SELECT order_id, total FROM orders WHERE status = 'open' AND strftime('%Y', placed_on) = '2023';
-- expect index-missing
SELECT order_id, total FROM orders WHERE employee_id = :employee;
-- expect index-missing
SELECT amount FROM payment WHERE order_id = :order;
-- expect index-missing
SELECT o.order_id, p.amount FROM orders o JOIN payment p ON p.order_id = o.order_id WHERE o.customer_id = 7;
-- expect composite-pk-second-column
SELECT product_id, cost FROM product_supplier WHERE supplier_id = 4;
-- expect index-missing
SELECT o.order_id, l.quantity FROM order_line l JOIN orders o ON o.order_id = l.order_id WHERE l.product_id = 12;
-- fine
SELECT line, quantity FROM order_line WHERE order_id = 77 ORDER BY line;
-- expect filter-index-costs-a-sort
SELECT order_id, total FROM orders WHERE status = 'open' ORDER BY total DESC;
-- fine
SELECT order_id FROM orders WHERE status = 'open' ORDER BY placed_on DESC LIMIT 20;
-- expect order-mixed-direction
SELECT customer_id FROM customer ORDER BY last_name, first_name DESC LIMIT 50;
-- expect offset-walks-rows
SELECT last_name, first_name FROM customer ORDER BY last_name, first_name LIMIT 20 OFFSET 5000;
-- expect group-by-not-prefix
SELECT first_name, count(*) FROM customer GROUP BY first_name;
-- fine
SELECT last_name, count(*) FROM customer WHERE last_name IN ('L1', 'L2') GROUP BY last_name;
-- expect order-skips-column
SELECT order_id, employee_id FROM orders WHERE status = 'open' ORDER BY employee_id;
-- expect min-max-together
SELECT min(total), max(total) FROM orders;
-- fine
SELECT max(placed_on) FROM orders WHERE customer_id = 7;
-- expect partial-predicate-missing
SELECT name, price FROM product WHERE price < 10;
-- fine
SELECT name, price FROM product WHERE price < 10 AND discontinued_on IS NULL;
-- expect is-not-null
SELECT payment_id, amount FROM payment WHERE paid_on IS NOT NULL;
-- expect unary-plus
SELECT payment_id, amount FROM payment WHERE +paid_on = '2023-01-01';
-- expect collation-mismatch-index
SELECT product_id, name, price FROM product WHERE name = 'Product 17';
-- expect collation-mismatch-query
SELECT customer_id, city, born FROM customer WHERE city = 'city3' COLLATE NOCASE;
-- expect column-inside-coalesce
SELECT customer_id, city, born FROM customer WHERE coalesce(city, '') = 'City3';
-- expect no-constraint
SELECT * FROM review;
-- expect cross-join-fixed-order
SELECT c.email, o.total FROM customer c CROSS JOIN orders o ON o.customer_id = c.customer_id WHERE o.status = 'open';
-- expect bare-boolean-column
SELECT order_id, status FROM orders WHERE total;
-- fine
UPDATE stock SET quantity = quantity - 1 WHERE product_id = :product AND warehouse = 'N';
-- expect index-missing
DELETE FROM review WHERE customer_id = :customer AND written_on < '2016-01-01';
-- fine
INSERT INTO review(product_id, customer_id, stars, written_on) VALUES (?, ?, ?, date('now'));
-- expect index-missing
SELECT c.name, sum(l.quantity) FROM category c JOIN product p ON p.category_id = c.category_id JOIN order_line l ON l.product_id = p.product_id WHERE c.category_id = 3 GROUP BY c.name;
