create table users(id integer primary key, last_name, first_name, age);
create index users_name on users(last_name, first_name);
create unique index u2 on users(age);
create table "quoted t"(x); create table other_table_long(y); create table wr(k primary key, v) without rowid;
.tables
.tables u%
.indexes
.indices users
.schema
.schema users
.schema w*
.schema "quo%"
.schema --nosys
analyze;
.schema
.tables
.mode csv
explain query plan select * from users where last_name='x' order by first_name;
.explain auto
.eqp on
select count(*) from users where age=3;
insert into users values(1,'Smith','John',30);
.eqp off
.changes on
update users set age=age+1;
delete from users where id=99;
insert into users values(2,'Smith','Jane',31); selec; insert into users values(3,'a','b',77);
select count(*) from users;
.bail on
select nosuch from users;
select 'not reached';
