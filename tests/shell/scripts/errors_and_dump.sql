.parameter set :a 'hello'
.parameter set $b 12+3
.parameter list
.parameter unset :a
.parameter list
.parameter clear
select :a is null;
.parameter
.width 5 -5
.mode column
select 'abcdefghij' a, 'x' b;
.print a 'b c' "d\te" \x41 'it''s'
select 1;
select 2;
.mode list
create table t(a, b default 'it''s', c "q t"); insert into t(a) values(1.5),(x'00'),(null),('x
y');
create table "a b"(x integer primary key, y); insert into "a b" values(5,1e999),(6,'nul'||char(0)||'in');
create index ta on t(a);
.dump
.dump t
.fullschema
analyze;
.fullschema
.fullschema x
begin; create table z(a unique not null, b check(b>0)); insert into z values(1,1); insert into z values(1,1);
insert into z values(null,1);
insert into z values(2,-1);
rollback; select * from z;
select * from sqlite_schema;
select abs(-9223372036854775808);
select a b c from t;
select * from t where a = 'x' and nosuchcolumn > 12345678901234567890 and b between 1 and 2;
select 12345678901234567890 as aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, 1 as bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb, nope;
select "é é é é é é é é é é é é é é é é é é é", 'é é é é é é é é é é é é é é é é é', foo(1), 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';
create table t(a);
drop table nosuch;
insert into t values(1,2);
select 1,
  2 frm t;
.quit
select 'no';
