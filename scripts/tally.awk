# Adds up what `ctest --output-junit` wrote: prints `passed failed`, in cases.
#
# A test program says `cases: N passed, N failed`; a test that says nothing of the kind counts as one case. One that
# failed, died, ran out of time or could not be run counts at least one failure, whatever it said before. With several
# such lines in one test, the last stands.
/^[ \t]*<testcase / {
  close_test()
  open = 1
  counted = 0
  ok = /status="run"/
  disabled = /status="disabled"/
}
/^[ \t]*(<system-out>)?cases: [0-9]+ passed, [0-9]+ failed(<\/system-out>)?$/ {
  line = $0
  gsub(/[^0-9 ]/, "", line)
  split(line, count, " ")
  passed_here = count[1]
  failed_here = count[2]
  counted = 1
}
END { close_test(); print passed + 0, failed + 0 }

function close_test() {
  if (!open || disabled) return
  if (!counted) {
    passed_here = ok
    failed_here = 0
  }
  if (!ok && failed_here == 0) failed_here = 1
  passed += passed_here
  failed += failed_here
}
