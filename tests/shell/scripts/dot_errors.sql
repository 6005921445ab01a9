.headers
.headers maybe
.mode foo
.mode
.foo bar
.schema a b
.nullvalue
.nullvalue a b
.separator
.separator a b c
.read
.bail
.echo
.changes
.width
.width 3 -4
.show
.timer
.eqp
.eqp x
.mode box --wrap 10
.mode
.mode column --ww -wrap 20
.mode
.mode insert tt
.mode
.mode tcl
.show
.mode csv
.show
.mode line extra junk
.separator \t \n
.show
