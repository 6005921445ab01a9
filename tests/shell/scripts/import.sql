.mode csv
.import people.csv people
select * from people;
.schema
.import --csv --skip 1 people.csv people
.mode list
select * from people;
.import none.csv people
create table u(a unique, b); insert into u values('Smith', 1);
.separator ,
.import people.csv u
select * from u;
