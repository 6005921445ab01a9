#!/usr/bin/env bash
# What ./check says last is only worth something if scripts/tally.awk counts right: a report with one test of each fate.
set -euo pipefail
tally=$1

counted=$(awk -f "$tally" <<'XML'
<testsuite name="one of each" tests="7" failures="4">
	<testcase name="all passed" status="run">
		<system-out>Randomness seeded
cases: 30 passed, 0 failed
</system-out>
	</testcase>
	<testcase name="two of four failed" status="fail">
		<failure message=""/>
		<system-out>cases: 2 passed, 2 failed
</system-out>
	</testcase>
	<testcase name="died without a word" status="fail">
		<system-out></system-out>
	</testcase>
	<testcase name="died after counting" status="fail">
		<system-out>cases: 500 passed, 0 failed</system-out>
	</testcase>
	<testcase name="could not be run" status="notrun">
		<system-out>Unable to find executable: none</system-out>
	</testcase>
	<testcase name="says nothing of cases" status="run">
		<system-out>fine
	other cases: 9 passed, 9 failed
</system-out>
	</testcase>
	<testcase name="switched off" status="disabled">
		<system-out>Disabled</system-out>
	</testcase>
</testsuite>
XML
)
expected="533 5"
[[ $counted == "$expected" ]] || { echo "counted $counted, expected $expected"; exit 1; }
[[ $(awk -f "$tally" </dev/null) == "0 0" ]] || { echo "an empty report counts something"; exit 1; }
