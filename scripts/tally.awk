# Adds up a ctest log (Testing/Temporary/LastTest.log): prints `passed failed`.
#
# A test program says `cases: N passed, N failed`; a test that says nothing of the kind counts as one case, and one that
# failed counts at least one failure, so that a program that died is never a success.
/^cases: [0-9]+ passed, [0-9]+ failed$/ { passed_here = $2; failed_here = $4; counted = 1 }
/^Test Passed\.$/ { close_test(1) }
/^Test (Failed|Timeout|Not Run)/ { close_test(0) }
/^\*\*\*|^Test not run/ { close_test(0) }
/^[0-9]+\/[0-9]+ Testing: / { if (open) close_test(0); open = 1; counted = 0; passed_here = failed_here = 0 }
END { if (open) close_test(0); print passed + 0, failed + 0 }

function close_test(ok) {
  if (!open) return
  if (!counted) passed_here = ok
  if (!ok && failed_here == 0) failed_here = 1
  passed += passed_here
  failed += failed_here
  open = 0
}
