create table t(a integer primary key, b text, c real, d blob);
insert into t values(1,'x',1.5,x'00ff'),(2,'it''s "q"',1e300,x'41'),(3,null,-0.0,null),(4,'tab	here',9e999,x''),(5,'line
two',-9e999,'txt'),(6,'',3.0,x'c3a9'),(7,'é<&>',0.1,7),(8,'a,b|c',1e15,8.25);
select * from t;
.headers on
select * from t;
.mode csv
select * from t;
.mode column
select * from t;
.mode box
select * from t;
.mode table
select * from t;
.mode markdown
select * from t;
.mode json
select * from t;
.mode line
select * from t;
.mode quote
select * from t;
.mode insert
select * from t;
.mode insert "a b"
select a, b as "select", c as "x y" from t;
.mode html
select * from t;
.mode tabs
select * from t;
.mode tcl
select * from t;
.mode ascii
select * from t;
.mode list
.nullvalue NULL
select * from t;
.mode box --wrap 5
select * from t;
.mode box --wrap 5 --ww
select a, b, 'the quick brown fox-jumps over' as w from t;
.mode column --wrap 7 --wordwrap on
.width 3 -8 12
select a, b, 'the quick brown fox-jumps over' as w from t;
.mode qbox
select * from t;
.mode json
select 1 where 0;
.mode csv
select 1 where 0;
.separator ;
select a,b from t;
.show
