select 1;;select 2

;
.print x
.echo on
select 3;

-- c
/* a
b */ select 4
;
#foo
.print y
 ;
select 8 /
/
select 9
go
.echo off
select 'a;
b'; select 2; -- comment
select 'unterminated
;
