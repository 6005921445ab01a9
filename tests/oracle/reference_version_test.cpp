#include "oracle/reference_version.h"

#include "tests/catch.h"

using namespace leftmost::oracle;

TEST_CASE("plans and words count against SQLite 3.40.1 only, rows against every version", "[oracle]") {
  Agreement agreement;
  agreement.plan_compared = agreement.rows_compared = agreement.error_compared = true;
  SECTION("another plan") {
    agreement.plan_agrees = false;
    CHECK_FALSE(what_counts(agreement, "3.40.1").agrees());
    CHECK(what_counts(agreement, "3.46.0").agrees());
  }
  SECTION("other words for the same failure") {
    agreement.error_agrees = false;
    CHECK_FALSE(what_counts(agreement, "3.40.1").agrees());
    CHECK(what_counts(agreement, "3.39.2").agrees());
  }
  SECTION("an error on one side only") {
    agreement.error_agrees = agreement.failure_agrees = false;
    CHECK_FALSE(what_counts(agreement, "3.46.0").agrees());
  }
  SECTION("other rows") {
    agreement.rows_agree = false;
    CHECK_FALSE(what_counts(agreement, "3.46.0").agrees());
  }
}

TEST_CASE("the name of the other engine says when it is not the one that ours follows", "[oracle]") {
  CHECK(engine_name("3.40.1") == "SQLite 3.40.1");
  CHECK(engine_name("3.46.0") == "SQLite 3.46.0 (plans here are those of 3.40.1)");
}
