.mode column
.headers on
select 1 as a;
.exit 3
select 2;