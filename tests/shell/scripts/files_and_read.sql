.once once.txt
select 1;
select 2;
.read once.txt
.output two.txt
select 3;
.print hi
.output
.read none.sql
.print back
select 4;
.read inner.sql
select nope;
