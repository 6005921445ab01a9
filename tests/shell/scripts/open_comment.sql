/* open
 select 1;