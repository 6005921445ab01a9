SELECT id FROM "a%<b>&,c:d" WHERE "Ã©[31m" = 'two
lines, 50% <b> ÿþ ]]>';
SELECT id FROM "a%<b>&,c:d" WHERE lower("x ""y"" ]]>") = 'aï¿¿b';
SELECT nothing FROM nowhere;
SELECT "x ""y"" ]]>", count(*) FROM "a%<b>&,c:d" WHERE id < 1000 GROUP BY 1 -- leftmost: allow group-by-not-prefix
;
