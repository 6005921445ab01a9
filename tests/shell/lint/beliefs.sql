-- Where many believe that an index is not used, but it is: there is nothing to find.
CREATE TABLE people(id INTEGER PRIMARY KEY, last_name TEXT, first_name TEXT, city TEXT, born INTEGER, status TEXT, email TEXT,
  joined TEXT, flag INTEGER);
CREATE VIEW v AS SELECT * FROM people;

-- The order of terms in WHERE must follow the index
CREATE INDEX n ON people(last_name,first_name,born);
SELECT * FROM people WHERE first_name='F01' AND last_name='L001';
DROP INDEX n;

-- The constant must be on the right
CREATE INDEX b ON people(born);
SELECT * FROM people WHERE 1950 = born;
DROP INDEX b;

-- A quoted number disables an INTEGER index
CREATE INDEX b ON people(born);
SELECT * FROM people WHERE born = '1950';
DROP INDEX b;

-- OR always disables the index (same column)
CREATE INDEX b ON people(born);
SELECT * FROM people WHERE born=1950 OR born=1960;
DROP INDEX b;

-- IN ends the usable prefix
CREATE INDEX n ON people(last_name,first_name,born);
SELECT * FROM people WHERE last_name='L001' AND first_name IN ('F01','F02') AND born>1960;
DROP INDEX n;

-- IS NULL cannot use an index
CREATE INDEX n ON people(last_name,first_name,born);
SELECT * FROM people WHERE last_name IS NULL AND first_name='F01';
DROP INDEX n;

-- ORDER BY ... DESC needs a DESC index
CREATE INDEX n ON people(last_name,first_name,born);
SELECT id FROM people ORDER BY last_name DESC, first_name DESC;
DROP INDEX n;

-- A pinned column must be repeated in ORDER BY
CREATE INDEX n ON people(last_name,first_name,born);
SELECT id FROM people WHERE last_name='L001' ORDER BY first_name;
DROP INDEX n;

-- A pinned column must not be repeated in ORDER BY
CREATE INDEX n ON people(last_name,first_name,born);
SELECT id FROM people WHERE last_name='L001' ORDER BY last_name, first_name;
DROP INDEX n;

-- GROUP BY must list columns in index order
CREATE INDEX n ON people(last_name,first_name,born);
SELECT first_name, last_name, count(*) FROM people GROUP BY first_name, last_name;
DROP INDEX n;

-- BETWEEN is worse than two comparisons
CREATE INDEX b ON people(born);
SELECT * FROM people WHERE born BETWEEN 1950 AND 1960;
DROP INDEX b;

-- The primary key must be added to the index to be usable
CREATE INDEX n ON people(last_name,first_name,born);
SELECT * FROM people WHERE last_name='L001' AND first_name='F01' AND born=1950 AND id>100;
DROP INDEX n;

-- The primary key must be added to the index to cover it
CREATE INDEX n ON people(last_name,first_name,born);
SELECT id, first_name FROM people WHERE last_name='L001';
DROP INDEX n;

-- A missing leading column always means a full scan (low-cardinality list known)
CREATE INDEX sb ON people(status,born);
SELECT * FROM people WHERE status IN ('active','closed') AND born=1950;
DROP INDEX sb;

-- _ in a LIKE pattern kills the prefix
CREATE INDEX e ON people(email COLLATE NOCASE);
SELECT * FROM people WHERE email LIKE 'user199_%';
DROP INDEX e;

-- An index cannot be used through a view or simple subquery
CREATE INDEX c ON people(city);
SELECT * FROM v WHERE city='City03';
DROP INDEX c;

-- HAVING on a grouped column reads everything
CREATE INDEX c ON people(city);
SELECT city, count(*) FROM people GROUP BY city HAVING city='City03';
DROP INDEX c;

-- A partial index on NOT NULL needs the IS NOT NULL spelled out
CREATE INDEX c ON people(city) WHERE city IS NOT NULL;
SELECT * FROM people WHERE city='City03';
DROP INDEX c;

-- A random()/volatile right side disables the index
CREATE INDEX b ON people(born);
SELECT * FROM people WHERE born = abs(random())%70+1940;
DROP INDEX b;

-- UPDATE and DELETE do not use indexes
CREATE INDEX n ON people(last_name,first_name,born);
DELETE FROM people WHERE last_name='L001';
DROP INDEX n;

-- NULLS LAST always forces a sort
CREATE INDEX n ON people(last_name,first_name,born);
SELECT id FROM people ORDER BY last_name NULLS LAST;
DROP INDEX n;
