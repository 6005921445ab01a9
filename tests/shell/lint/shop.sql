-- The database of a web shop: 13 tables, a view, and indexes as an application collects them over the years.
CREATE TABLE customer(
  customer_id INTEGER PRIMARY KEY,
  email TEXT NOT NULL UNIQUE,
  last_name TEXT NOT NULL,
  first_name TEXT,
  city TEXT,
  country TEXT NOT NULL DEFAULT 'SE',
  born INTEGER,
  joined_on TEXT NOT NULL,
  is_blocked INTEGER NOT NULL DEFAULT 0);
CREATE TABLE employee(
  employee_id INTEGER PRIMARY KEY,
  manager_id INTEGER REFERENCES employee(employee_id),
  name TEXT NOT NULL);
CREATE TABLE supplier(supplier_id INTEGER PRIMARY KEY, name TEXT NOT NULL, country TEXT);
CREATE TABLE category(
  category_id INTEGER PRIMARY KEY,
  parent_id INTEGER REFERENCES category(category_id),
  name TEXT NOT NULL UNIQUE);
CREATE TABLE product(
  product_id INTEGER PRIMARY KEY,
  sku TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  category_id INTEGER NOT NULL REFERENCES category(category_id),
  price INTEGER NOT NULL,
  discontinued_on TEXT);
CREATE TABLE product_supplier(
  product_id INTEGER NOT NULL REFERENCES product(product_id),
  supplier_id INTEGER NOT NULL REFERENCES supplier(supplier_id),
  cost INTEGER NOT NULL,
  PRIMARY KEY(product_id, supplier_id)) WITHOUT ROWID;
CREATE TABLE warehouse(code TEXT PRIMARY KEY, city TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE stock(
  product_id INTEGER NOT NULL REFERENCES product(product_id),
  warehouse TEXT NOT NULL REFERENCES warehouse(code),
  quantity INTEGER NOT NULL,
  UNIQUE(product_id, warehouse));
CREATE TABLE orders(
  order_id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customer(customer_id),
  employee_id INTEGER REFERENCES employee(employee_id),
  status TEXT NOT NULL,
  placed_on TEXT NOT NULL,
  total INTEGER NOT NULL);
CREATE TABLE order_line(
  order_id INTEGER NOT NULL REFERENCES orders(order_id),
  line INTEGER NOT NULL,
  product_id INTEGER NOT NULL REFERENCES product(product_id),
  quantity INTEGER NOT NULL,
  price INTEGER NOT NULL,
  PRIMARY KEY(order_id, line)) WITHOUT ROWID;
CREATE TABLE payment(
  payment_id INTEGER PRIMARY KEY,
  order_id INTEGER NOT NULL REFERENCES orders(order_id),
  method TEXT NOT NULL,
  paid_on TEXT,
  amount INTEGER NOT NULL);
CREATE TABLE review(
  review_id INTEGER PRIMARY KEY,
  product_id INTEGER NOT NULL REFERENCES product(product_id),
  customer_id INTEGER NOT NULL REFERENCES customer(customer_id),
  stars INTEGER NOT NULL,
  written_on TEXT NOT NULL,
  body TEXT);
CREATE TABLE coupon(code TEXT PRIMARY KEY, percent INTEGER NOT NULL, valid_to TEXT);

CREATE INDEX customer_name ON customer(last_name, first_name, born);
CREATE INDEX customer_city ON customer(city);
CREATE INDEX customer_city_country ON customer(city, country);
CREATE INDEX customer_email_lower ON customer(lower(email));
CREATE INDEX product_category ON product(category_id, price);
CREATE INDEX product_name ON product(name COLLATE NOCASE);
CREATE INDEX product_live ON product(price) WHERE discontinued_on IS NULL;
CREATE INDEX orders_customer ON orders(customer_id, placed_on);
CREATE INDEX orders_status ON orders(status, placed_on);
CREATE INDEX orders_total ON orders(total);
CREATE INDEX payment_paid ON payment(paid_on);
CREATE INDEX review_product ON review(product_id, stars);
CREATE INDEX supplier_country ON supplier(country);

CREATE VIEW open_order AS
  SELECT o.order_id, o.customer_id, o.placed_on, c.email
  FROM orders o JOIN customer c ON c.customer_id = o.customer_id
  WHERE o.status = 'open';

WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
INSERT INTO customer
SELECT i, 'user' || i || '@example.com', 'L' || (i * 7919 % 100), 'F' || (i * 104729 % 40), 'City' || (i * 31 % 25),
       CASE WHEN i % 3 = 0 THEN 'NO' ELSE 'SE' END, 1940 + i * 17 % 70, date('2015-01-01', (i * 13 % 3000) || ' days'),
       i % 50 = 0
FROM n;
INSERT INTO employee SELECT customer_id, nullif(customer_id / 5, 0), 'E' || customer_id FROM customer WHERE customer_id <= 40;
INSERT INTO supplier SELECT customer_id, 'S' || customer_id, country FROM customer WHERE customer_id <= 60;
INSERT INTO category SELECT customer_id, nullif(customer_id / 4, 0), 'C' || customer_id FROM customer WHERE customer_id <= 30;
INSERT INTO product
SELECT customer_id, 'SKU' || customer_id, 'Product ' || customer_id, customer_id % 30 + 1, customer_id * 37 % 500,
       CASE WHEN customer_id % 4 = 0 THEN '2023-01-01' END
FROM customer WHERE customer_id <= 600;
INSERT INTO product_supplier SELECT product_id, product_id % 60 + 1, price / 2 FROM product;
INSERT INTO warehouse VALUES ('N', 'Umea'), ('S', 'Malmo');
INSERT INTO stock SELECT product_id, 'N', product_id % 40 FROM product;
INSERT INTO orders
SELECT c.customer_id * 3 + k.column1, c.customer_id, c.customer_id % 40 + 1,
       CASE (c.customer_id * 3 + k.column1) % 20 WHEN 0 THEN 'open' WHEN 1 THEN 'sent' ELSE 'done' END,
       date('2020-01-01', ((c.customer_id * 3 + k.column1) * 11 % 1500) || ' days'), (c.customer_id * 7 + k.column1 * 13) % 900
FROM customer c, (VALUES(0), (1), (2)) k;
INSERT INTO order_line
SELECT o.order_id, k.column1, (o.order_id * 29 + k.column1) % 600 + 1, 1 + o.order_id % 3, o.total / 2
FROM orders o, (VALUES(1), (2)) k;
INSERT INTO payment
SELECT order_id, order_id, CASE order_id % 3 WHEN 0 THEN 'card' ELSE 'invoice' END,
       CASE WHEN order_id % 10 > 0 THEN placed_on END, total
FROM orders;
INSERT INTO review
SELECT customer_id, customer_id % 600 + 1, customer_id, customer_id % 5 + 1, joined_on, 'text ' || customer_id
FROM customer;
INSERT INTO coupon VALUES ('SPRING', 10, '2024-06-01'), ('SUMMER', 15, NULL);
